package bot

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// typed is what somebody typed after the command: a reference where they gave one, a verb, and the rest.
type typed struct {
	incident flow.IncidentID // 0: the one of the channel
	verb     string
	rest     string
	behind   bool // the reference stood behind the verb
}

// parse reads a command. The reference may stand before or after the verb: INC-42 tasks, tasks INC-42.
func parse(text string) typed {
	var t typed
	first, rest := word(text)
	if id, ok := flow.ParseReference(first); ok {
		t.incident = id
		first, rest = word(rest)
	}
	t.verb, t.rest = strings.ToLower(first), rest
	if second, after := word(rest); t.incident == 0 {
		if id, ok := flow.ParseReference(second); ok {
			t.incident, t.rest, t.behind = id, after, true
		}
	}
	return t
}

// word splits the first word off.
func word(s string) (first, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// verbs are the commands that need no incident, and those that do.
func (b *Bot) verbs() (alone map[string]func(context.Context, request, typed) (answer, error), about map[string]func(context.Context, request, typed, flow.Incident) (answer, error)) {
	alone = map[string]func(context.Context, request, typed) (answer, error){
		"":        b.help,
		"help":    b.help,
		"declare": b.askDeclare,
		"todo":    b.todo,
		"list":    b.listIncidents,

		"reminders": b.reminders,
	}
	about = map[string]func(context.Context, request, typed, flow.Incident) (answer, error){
		"update":   b.updateTyped,
		"severity": b.relabel,
		"type":     b.relabel,
		"summary":  b.rewrite,
		"rename":   b.rewrite,
		"close":    b.askClose,
		"resolve":  b.askClose,
		"reopen":   b.askReopen,
		"tasks":    b.showTasks,
		"task":     b.task,
		"move-on":  b.moveOn,
		"role":     b.role,
		"lead":     b.role,
		"timeline": b.timeline,

		"postmortem": b.postmortem,
		"follow-up":  b.followUp,
		"follow-ups": b.followUps,
		"audit":      b.audit,
		"debrief":    b.debriefTyped,
	}
	return alone, about
}

func (b *Bot) onCommand(ctx context.Context, r request) (answer, error) {
	t := parse(r.text)
	alone, about := b.verbs()
	if do, ok := alone[t.verb]; ok && (t.verb != "" || t.incident == 0) {
		return do(ctx, r, t)
	}
	do, ok := about[t.verb]
	if t.verb == "" {
		do, ok = b.summary, true
	}
	if !ok {
		return b.tell(r, "", blocks.NoSuchCommand(b.scene(ctx), readable(t.verb))), nil
	}
	inc, found, err := b.meant(ctx, r, t)
	if err != nil {
		return answer{}, err
	}
	if !found {
		return b.askWhich(ctx, r)
	}
	return do(ctx, r, t, inc)
}

// meant is the incident that a command is about: the one that was named, else the one of the channel.
func (b *Bot) meant(ctx context.Context, r request, t typed) (flow.Incident, bool, error) {
	if t.incident != 0 {
		inc, err := b.see(ctx, r.user, t.incident)
		return inc, err == nil, err
	}
	return b.seeIn(ctx, r.user, r.channel)
}

// mostAsked is how many incidents one is asked to choose from.
const mostAsked = 100

// askWhich offers the person's own incidents, for a command typed in a channel that belongs to none.
func (b *Bot) askWhich(ctx context.Context, r request) (answer, error) {
	all, err := b.own(ctx, r.user)
	if err != nil {
		return answer{}, err
	}
	pick := carried{typed: r.text}.onto(blocks.PickForm(b.scene(ctx), all, ""))
	if !fits(pick) {
		return b.tell(r, "", blocks.NoIncidentHere(b.scene(ctx), parse(r.text).verb)), nil
	}
	return b.open(r, pick), nil
}

// own are the incidents that somebody is part of, those first that are not over.
func (b *Bot) own(ctx context.Context, who flow.UserID) ([]flow.Incident, error) {
	var all []flow.Incident
	for _, stage := range []flow.Stage{flow.Active, flow.PostIncident, flow.Closed} {
		some, _, err := b.list(ctx, who, store.Query{Stage: stage, Involved: who}, mostAsked-len(all), nil)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(all) >= mostAsked {
			break
		}
	}
	return all, nil
}

func involved(inc flow.Incident, who flow.UserID) bool {
	_, ok := slices.BinarySearch(inc.Involved, who)
	return ok
}

func (b *Bot) help(ctx context.Context, r request, _ typed) (answer, error) {
	here, _, err := b.seeIn(ctx, r.user, r.channel)
	if err != nil {
		return answer{}, err
	}
	tasks, err := b.tasksOf(ctx, r.user, blocks.TodoPage, "")
	if err != nil {
		return answer{}, err
	}
	return b.show(r, blocks.Help(b.scene(ctx), blocks.Here{Incident: here, Tasks: len(tasks.Items)})), nil
}

// askDeclare opens the form for a new incident, and meanwhile learns what the channel is, in case it is to be used.
func (b *Bot) askDeclare(ctx context.Context, r request, t typed) (answer, error) {
	d := blocks.Declaring{Name: readable(t.rest), Lead: r.user, Here: r.channel}
	if t.incident != 0 { // a name that begins like a reference
		d.Name = strings.TrimSpace(t.incident.String() + " " + d.Name)
	}
	if typed := []rune(d.Name); len(typed) > flow.MaxName { // the field would not take it
		d.Name = string(typed[:flow.MaxName])
	}
	if ch := r.channel; ch != "" {
		b.behind.once("channel/"+string(ch), func(ctx context.Context) error {
			_, err := b.people.readChannel(ctx, ch)
			return err
		})
	}
	return b.declareForm(ctx, r, d)
}

func (b *Bot) summary(ctx context.Context, r request, _ typed, inc flow.Incident) (answer, error) {
	return b.show(r, blocks.SummaryMessage(b.scene(ctx), inc)), nil
}

func (b *Bot) updateTyped(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	if t.rest == "" {
		return b.updateForm(ctx, r, inc)
	}
	return b.carryOut(ctx, r, inc.ID, flow.Update{Note: readable(t.rest)})
}

// relabel is /inc severity and /inc type.
func (b *Bot) relabel(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	s := b.scene(ctx)
	labels := s.Process.Severities
	if t.verb == "type" {
		labels = s.Process.Types
	}
	if t.rest == "" {
		return b.updateForm(ctx, r, inc)
	}
	name := readable(t.rest)
	key, ok := labelMeant(labels, name)
	if !ok {
		return b.tell(r, "", blocks.NoSuchLabel(s, t.verb, name, labels)), nil
	}
	cmd := flow.Update{Severity: &key}
	if t.verb == "type" {
		cmd = flow.Update{Type: &key}
	}
	return b.carryOut(ctx, r, inc.ID, cmd)
}

// labelMeant finds a label by its name or its key.
func labelMeant(labels []flow.Label, typed string) (flow.Key, bool) {
	for _, l := range flow.Offered(labels) {
		if strings.EqualFold(l.Name, typed) || strings.EqualFold(string(l.Key), typed) {
			return l.Key, true
		}
	}
	return "", false
}

// rewrite is /inc summary and /inc rename.
func (b *Bot) rewrite(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	if t.rest == "" {
		return b.updateForm(ctx, r, inc)
	}
	plain := readable(t.rest)
	if t.verb == "rename" {
		return b.carryOut(ctx, r, inc.ID, flow.Update{Name: &plain})
	}
	return b.carryOut(ctx, r, inc.ID, flow.Update{Summary: &plain})
}

func (b *Bot) askClose(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	s := b.scene(ctx)
	actor, err := b.people.actor(ctx, r.user, inc)
	if err != nil {
		return answer{}, err
	}
	c := s.Process.Closing(inc, actor)
	if c.Way == flow.OptOutWay && t.verb == "resolve" {
		list := blocks.Ref{Want: listTasks, Incident: inc.ID}
		return b.show(r, inList(blocks.ResolvedAlready(s, inc), list)), nil
	}
	if err := b.mayOpen(ctx, r, inc, likely(c)); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.ClosePrompt(s, inc, c, r.user)), nil
}

// likely is the command behind the first choice of the form that closes an incident.
func likely(c flow.Closing) flow.Command {
	switch c.Way {
	case flow.OptOutWay:
		return flow.OptOut{Reason: someText}
	case flow.AutomaticWay:
		return flow.EnterFlow{Flow: c.Flow.Key}
	case flow.ResumeWay:
		return flow.EnterFlow{Flow: c.Paused.Flow}
	}
	return flow.CloseIncident{}
}

func (b *Bot) askReopen(ctx context.Context, r request, _ typed, inc flow.Incident) (answer, error) {
	if err := b.mayOpen(ctx, r, inc, flow.Reopen{To: flow.Active}); err != nil {
		return answer{}, err
	}
	return b.open(r, blocks.ReopenForm(b.scene(ctx), inc, r.user)), nil
}

func (b *Bot) showTasks(ctx context.Context, r request, _ typed, inc flow.Incident) (answer, error) {
	return b.show(r, b.statusList(ctx, inc)), nil
}

// moveOn leaves a status without tasks at once; past open tasks it asks for the reason.
func (b *Bot) moveOn(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	if inc.Stage == flow.PostIncident && t.rest == "" && inc.Progress(inc.Status).Open > 0 {
		return b.moveOnForm(ctx, r, inc)
	}
	return b.carryOut(ctx, r, inc.ID, flow.MoveOn{From: inc.Status, Reason: readable(t.rest)})
}

// mention is a person as Slack writes one when it escapes what was typed.
var mention = regexp.MustCompile(`<@([UW][A-Z0-9]+)(?:\|[^>]*)?>`)

// role is /inc role ROLE @x and /inc lead @x.
func (b *Bot) role(ctx context.Context, r request, t typed, inc flow.Incident) (answer, error) {
	s := b.scene(ctx)
	name := readable(strings.TrimSpace(mention.ReplaceAllString(t.rest, "")))
	who := mention.FindStringSubmatch(t.rest)
	if who == nil {
		return b.rolesForm(ctx, r, inc)
	}
	key := flow.LeadRole
	if t.verb == "role" {
		var ok bool
		if key, ok = labelMeant(roleLabels(s.Process), name); !ok {
			return b.tell(r, "", blocks.NoSuchLabel(s, t.verb, name, roleLabels(s.Process))), nil
		}
	}
	to, err := b.people.candidate(ctx, flow.UserID(who[1]), inc)
	if err != nil {
		return answer{}, err
	}
	return b.carryOut(ctx, r, inc.ID, flow.SetRole{Role: key, To: to})
}

func roleLabels(p flow.Process) []flow.Label {
	var out []flow.Label
	for _, r := range p.Roles {
		out = append(out, flow.Label{Key: r.Key, Name: r.Name, Retired: r.Retired})
	}
	return out
}

// carryOut does what a command says, and answers in a sentence what came of it.
func (b *Bot) carryOut(ctx context.Context, r request, id flow.IncidentID, cmd flow.Command) (answer, error) {
	after, events, err := b.do(ctx, id, r.user, r.delivery, cmd)
	if err != nil || len(events) == 0 || r.kind != kindCommand {
		return answer{}, err
	}
	if r.channel == after.Channel && postedAbout(events[:1]) {
		return answer{}, nil // they read it where they typed
	}
	s := b.scene(ctx)
	return b.tell(r, "", s.Sentence(after, events[0])), nil
}

// postedAbout reports whether the incident's channel gets a message about events at once.
func postedAbout(events []flow.Event) bool {
	return slices.ContainsFunc(flow.Effects(events), func(e flow.Effect) bool { return e.Tell == flow.TellPost || e.Tell == flow.TellCard })
}

// typedLink is what Slack makes of links, channels and groups in a command when it escapes it.
var typedLink = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// readable is what was typed as a person reads it: without Slack's own marks, so that what is stored is what was meant.
func readable(s string) string {
	s = typedLink.ReplaceAllStringFunc(s, func(m string) string {
		part := typedLink.FindStringSubmatch(m)
		target, label := part[1], part[2]
		switch {
		case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "!"):
			if label == "" {
				label = strings.TrimLeft(target, "@!")
			}
			return "@" + strings.TrimPrefix(label, "@")
		case strings.HasPrefix(target, "#"):
			if label == "" { // a private channel: Slack names it to nobody
				return target
			}
			return "#" + strings.TrimPrefix(label, "#")
		}
		return strings.TrimPrefix(target, "mailto:")
	})
	return unescape.Replace(s)
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
