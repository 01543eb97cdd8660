package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Person acts in the workspace by what they can see: they press the button that says so, fill in the field that is labeled so,
// read the channel that they are in. Everything goes to the app over the wire, with the complete payload.
//
// People are patient: they wait for what they are told to use (Options.Patience), so that a test need not know what
// the app does before its ack and what after it. Clicks, commands and submissions return when the app has acknowledged
// them, or has failed to.
//
// What cannot be done (no such button, not in that channel) ends the test when the server was made by Start, and panics
// otherwise; Try turns it into an error. What Slack itself would tell the person (a timeout, an error under a field) is
// part of the answer.
type Person struct {
	s        *Server
	id       UserID
	patience time.Duration
	fail     func(error)
	denies   bool
}

// Person is somebody of the workspace, by handle ("ana", "@ana") or id.
func (s *Server) Person(who string) *Person { return s.as(who, s.fail) }

func (s *Server) as(who string, fail func(error)) *Person {
	p := &Person{s: s, patience: s.opts.Patience, fail: fail}
	s.mu.Lock()
	u := s.ws.person(who)
	s.mu.Unlock()
	if u == nil {
		p.stop(fmt.Errorf("nobody is called %q in the sandbox", who))
	}
	p.id = u.ID
	return p
}

// stop reports that something could not be done, and does not return.
func (p *Person) stop(err error) {
	if p.fail != nil {
		p.fail(err)
	}
	panic(halt{err})
}

// halt is how a person stops who has no test to end.
type halt struct{ err error }

func (h halt) String() string { return "sandbox: " + h.err.Error() }

// Try lets a person do something that may be impossible, and says why it was. Inside, they are impatient: what is not
// there at once is not there.
func (p *Person) Try(do func(*Person)) error {
	eager := *p
	eager.patience = 0
	return eager.try(do)
}

func (p *Person) try(do func(*Person)) (err error) {
	bold := *p
	bold.fail = nil
	defer func() {
		switch stopped := recover().(type) {
		case nil:
		case halt:
			err = stopped.err
		default:
			panic(stopped)
		}
	}()
	do(&bold)
	return nil
}

// Denying is the same person, who answers "no" in every confirmation dialog.
func (p *Person) Denying() *Person {
	no := *p
	no.denies = true
	return &no
}

// Patient is the same person, who waits so long for what they look for.
func (p *Person) Patient(d time.Duration) *Person {
	other := *p
	other.patience = d
	return &other
}

// ID is the person's user id.
func (p *Person) ID() string { return string(p.id) }

// final marks an error that waiting does not mend.
type final struct{ error }

// await looks again after every change until look succeeds or the person's patience ends. look is called with the server's mutex held.
func await[T any](p *Person, look func(*user) (T, error)) T {
	deadline := time.NewTimer(p.patience)
	defer deadline.Stop()
	for {
		p.s.mu.Lock()
		u := p.s.ws.Users[p.id]
		var found T
		err := error(final{fmt.Errorf("%s is deactivated", u.Name)})
		if u.Role != Deactivated {
			found, err = look(u)
		}
		changed := p.s.changed
		p.s.mu.Unlock()
		var hopeless final
		if err == nil {
			return found
		}
		if errors.As(err, &hopeless) || p.patience <= 0 {
			p.stop(err)
		}
		select {
		case <-changed:
		case <-deadline.C:
			p.stop(fmt.Errorf("%w (waited %v)", err, p.patience))
		case <-p.s.done:
			p.stop(errors.New("the sandbox was closed"))
		}
	}
}

// conversation finds what a person means by "#name", "DM" or "@handle", among what they can see.
func (s *Server) conversation(u *user, name string) (*channel, error) {
	if name == "DM" {
		return s.dm(u.ID), nil
	}
	if strings.HasPrefix(name, "@") {
		other := s.ws.person(name)
		if other == nil || other.ID == u.ID || other.bot() || other.ID == slackbot || other.Role == Deactivated {
			return nil, fmt.Errorf("%s can write to nobody called %s", u.Name, name)
		}
		return s.pair(u.ID, other.ID), nil
	}
	c := s.ws.Channels[ChannelID(name)]
	if c == nil {
		c = s.ws.channelNamed(name)
	}
	if c == nil || !c.visibleTo(u) {
		return nil, fmt.Errorf("%s sees no channel %s", u.Name, name)
	}
	return c, nil
}

// writable is conversation for writing: the person is a member, and it is not archived.
func (s *Server) writable(u *user, name string) (*channel, error) {
	c, err := s.conversation(u, name)
	switch {
	case err != nil:
		return nil, err
	case c.Archived:
		return nil, fmt.Errorf("%s is archived", name)
	case !c.has(u.ID):
		return nil, fmt.Errorf("%s is not in %s", u.Name, name)
	}
	return c, nil
}

// Reply is how the app answered to a command, a click or a shortcut.
type Reply struct {
	Acked     bool   // within three seconds
	InChannel bool   // the answer to a command is for all
	Warning   string // what Slack shows to the person if the app failed
	Asked     string // what a confirmation dialog asked before
	Declined  bool   // the person said no there; nothing was sent
	text      string
}

// Text is what the person reads: the answer in the ack of a command, or Slack's words if the app failed.
func (r Reply) Text() string {
	if r.Warning != "" {
		return r.Warning
	}
	return r.text
}

// sent is an interaction that waits for its outcome.
type sent chan Reply

// wait blocks until the outcome is there.
func (p *Person) wait(answer sent) Reply {
	select {
	case r := <-answer:
		return r
	case <-p.s.done:
		p.stop(errors.New("the sandbox was closed before the app answered"))
		return Reply{}
	}
}

// Slash runs a slash command, such as ana.Slash("#general", "/inc declare"), and waits for its ack.
func (p *Person) Slash(in, line string) Reply {
	return p.wait(await(p, func(u *user) (sent, error) { return p.s.slashed(u, in, line) }))
}

func (s *Server) slashed(u *user, in, line string) (sent, error) {
	command, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	c, err := s.writable(u, in)
	if err != nil {
		return nil, err
	}
	if u.TeamID != teamID {
		return nil, final{fmt.Errorf("%s is of another organization and cannot run commands here", u.Name)}
	}
	return s.slash(u, c, command, strings.TrimSpace(text)), nil
}

func (s *Server) slash(u *user, c *channel, command, text string) sent {
	answer := make(sent, 1)
	known, escape := s.app.command(command)
	if !known || !s.granted("commands") {
		answer <- s.slackSays(c, u, command+` is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.`)
		return answer
	}
	s.use("commands")
	if escape {
		text = s.escapeNames(text, true)
	}
	name := c.Name
	switch c.Kind {
	case private:
		name = "privategroup"
	case direct:
		name = "directmessage"
	}
	payload := obj{
		"token": "sandbox", "team_id": teamID, "team_domain": teamDomain, "channel_id": c.ID, "channel_name": name, "user_id": u.ID, "user_name": u.Handle,
		"command": command, "text": text, "api_app_id": appID, "is_enterprise_install": "false",
		"response_url": s.hook(u.ID, c.ID, nil), "trigger_id": s.trigger(u.ID, ""),
	}
	s.dispatch("slash_commands", command, true, payload, func(ack json.RawMessage, outcome string) {
		answer <- s.commanded(u, c, command+" "+text, command, ack, outcome)
	})
	return answer
}

// commanded shows the answer to a command, or what Slack says when there is none.
func (s *Server) commanded(u *user, c *channel, line, command string, ack json.RawMessage, outcome string) Reply {
	switch outcome {
	case timedOut:
		return s.slackSays(c, u, command+` failed with the error "operation_timeout"`)
	case noSocket:
		return s.slackSays(c, u, command+" failed because the app did not respond")
	}
	if len(ack) == 0 {
		return Reply{Acked: true}
	}
	var r response
	err := json.Unmarshal(ack, &r)
	var m *message
	if err == nil {
		m, err = r.message()
	}
	if err != nil {
		failed := s.slackSays(c, u, command+` failed with the error "invalid_command_response"`)
		failed.Acked = true
		return failed
	}
	if m.empty() {
		return Reply{Acked: true}
	}
	all := r.ResponseType == "in_channel"
	if all {
		s.post(c, &message{User: u.ID, Text: strings.TrimSpace(line)})
	}
	m = s.answer(c, u.ID, r, m)
	return Reply{Acked: true, InChannel: all, text: eyes{s, u}.text(m.Text, m.Blocks)}
}

// slackSays tells one person something in Slack's own name.
func (s *Server) slackSays(c *channel, u *user, text string) Reply {
	s.post(c, &message{User: slackbot, Text: blockSafe(text), OnlyFor: u.ID})
	return Reply{Warning: text}
}

// Shortcut runs a global shortcut, by its name or callback_id.
func (p *Person) Shortcut(name string) Reply {
	return p.wait(await(p, func(u *user) (sent, error) { return p.s.globalShortcut(u, name) }))
}

// shortcutTimeout is what Slack says of a shortcut that was not acknowledged.
const shortcutTimeout = "Operation timed out. Apps need to respond within three seconds"

func (s *Server) globalShortcut(u *user, name string) (sent, error) {
	callback, ok := s.app.shortcut("global", name)
	if !ok {
		return nil, final{fmt.Errorf("the app has no global shortcut %q, but: %s", name, s.app.shortcutNames("global"))}
	}
	payload := s.interaction("shortcut", u)
	payload["callback_id"], payload["action_ts"], payload["trigger_id"] = callback, s.ws.stamp(s.clock.Now()), s.trigger(u.ID, "")
	s.use("commands")
	return s.interact(payload, false, shortcutTimeout), nil
}

// MessageShortcut runs a shortcut from the menu of the newest message in a conversation that contains text.
func (p *Person) MessageShortcut(in, text, name string) Reply {
	return p.wait(await(p, func(u *user) (sent, error) {
		if _, ok := p.s.app.shortcut("message", name); !ok {
			return nil, p.s.noShortcut(name)
		}
		c, m, err := p.s.said(u, in, text)
		if err != nil {
			return nil, err
		}
		return p.s.onMessageShortcut(u, c, m, name)
	}))
}

func (s *Server) noShortcut(name string) error {
	return final{fmt.Errorf("the app has no message shortcut %q, but: %s", name, s.app.shortcutNames("message"))}
}

func (s *Server) onMessageShortcut(u *user, c *channel, m *message, name string) (sent, error) {
	callback, ok := s.app.shortcut("message", name)
	if !ok {
		return nil, s.noShortcut(name)
	}
	payload := s.interaction("message_action", u)
	payload["callback_id"], payload["action_ts"], payload["trigger_id"] = callback, s.ws.stamp(s.clock.Now()), s.trigger(u.ID, "")
	payload["channel"], payload["message"], payload["message_ts"] = obj{"id": c.ID, "name": c.Name}, s.messageJSON(c, m, true), m.TS
	payload["response_url"] = s.hook(u.ID, c.ID, m)
	s.use("commands")
	return s.interact(payload, false, shortcutTimeout), nil
}

// said finds the newest message in a conversation that contains a text.
func (s *Server) said(u *user, in, text string) (*channel, *message, error) {
	c, err := s.conversation(u, in)
	if err != nil {
		return nil, nil, err
	}
	e := eyes{s, u}
	for i := len(c.Messages) - 1; i >= 0; i-- {
		m := c.Messages[i]
		if m.OnlyFor == "" && strings.Contains(e.text(m.Text, m.Blocks), text) {
			return c, m, nil
		}
	}
	return nil, nil, fmt.Errorf("no message says %q in %s; %s reads:\n%s", text, in, u.Name, e.page(c))
}

// interaction is the part that all interactive payloads share.
func (s *Server) interaction(typ string, u *user) obj {
	return obj{
		"type": typ, "user": obj{"id": u.ID, "username": u.Handle, "name": u.Handle, "team_id": u.TeamID}, "api_app_id": appID, "token": "sandbox",
		"team": obj{"id": teamID, "domain": teamDomain}, "enterprise": nil, "is_enterprise_install": false,
	}
}

// interact sends an interaction whose ack says nothing; the person sees warning if it does not come.
func (s *Server) interact(payload obj, accepts bool, warning string) sent {
	answer := make(sent, 1)
	s.dispatch("interactive", payload["type"].(string), accepts, payload, func(_ json.RawMessage, outcome string) {
		if outcome == acked {
			answer <- Reply{Acked: true}
		} else {
			answer <- Reply{Warning: warning}
		}
	})
	return answer
}

// Sees is a conversation ("#name", "DM") as the person reads it: one message after the other, threads indented under their parents, with
// what is only visible to them. It does not wait, except for the channel.
func (p *Person) Sees(in string) string {
	return await(p, func(u *user) (string, error) {
		c, err := p.s.conversation(u, in)
		if err != nil {
			return "", err
		}
		return eyes{p.s, u}.page(c), nil
	})
}

// SeesEverything is all that the person can read: every conversation, and the modal in front of them.
func (p *Person) SeesEverything() string {
	return await(p, func(u *user) (string, error) { return p.s.transcript(eyes{p.s, u}), nil })
}

// Channels are the names of the channels that the person can see, "#" included.
func (p *Person) Channels() []string {
	return await(p, func(u *user) ([]string, error) {
		var out []string
		for _, c := range p.s.ws.sortedChannels() {
			if c.Kind != direct && c.visibleTo(u) {
				out = append(out, "#"+c.Name)
			}
		}
		return out, nil
	})
}

// Waits waits until the person reads a text in a conversation, and returns the conversation then.
func (p *Person) Waits(in, text string) string {
	return await(p, func(u *user) (string, error) {
		c, err := p.s.conversation(u, in)
		if err != nil {
			return "", err
		}
		page := eyes{p.s, u}.page(c)
		if !strings.Contains(page, text) {
			return "", fmt.Errorf("%s does not see %q in %s, but:\n%s", u.Name, text, in, page)
		}
		return page, nil
	})
}

// Notifications are the pings that the person got, oldest first: mentions and direct messages.
func (p *Person) Notifications() []Notification {
	return await(p, func(u *user) ([]Notification, error) {
		var out []Notification
		for _, n := range p.s.ws.Notifications {
			if n.Who == u.Handle {
				out = append(out, n)
			}
		}
		return out, nil
	})
}

// Notifications are all pings in the workspace, oldest first.
func (s *Server) Notifications() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Notification(nil), s.ws.Notifications...)
}
