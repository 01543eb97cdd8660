package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"epilogue/internal/sandbox/blockkit"
)

// Place is where a person looks for something to press: a conversation, the Home tab, a modal, or anywhere.
type Place struct {
	p    *Person
	name string // "#name", "DM", or one of the names below
	view string // of a modal
}

const (
	anywhere = "all that they see" // the modal if one is open, else the newest messages, then the Home tab
	homeTab  = "the Home tab"
	inModal  = "the modal"
)

// In is a conversation, by "#name" or "DM".
func (p *Person) In(conversation string) *Place { return &Place{p: p, name: conversation} }

// Home opens the app's Home tab, of which the app hears, and looks at it. What the app publishes in answer arrives later: see Waits.
func (p *Person) Home() *Place {
	return await(p, func(u *user) (*Place, error) {
		if !p.s.app.Features.AppHome.Home {
			return nil, final{fmt.Errorf("the app has no Home tab")}
		}
		u.HomeOpened = true
		p.s.homeEvent(u, "home")
		p.s.touch()
		return &Place{p: p, name: homeTab}, nil
	})
}

// Press presses the button with this label: in the modal if one is open, else in the newest message that has it, else on the Home
// tab. More than one such button there is an error; see Click.
func (p *Person) Press(button string) Reply { return p.anywhere().Press(button) }

// Click names a button that stands near some text: ana.Click("Mark done").In("Create a post-mortem document").
func (p *Person) Click(button string) *Aim { return p.anywhere().Click(button) }

// Menu names a menu that stands near some text, or is labeled so: ana.Menu("Create a post-mortem document").Choose("Not doing").
func (p *Person) Menu(near string) *Menu { return p.anywhere().Menu(near) }

func (p *Person) anywhere() *Place { return &Place{p: p, name: anywhere} }

// Sees is what stands there, as the person reads it.
func (pl *Place) Sees() string {
	return await(pl.p, func(u *user) (string, error) { return pl.read(u) })
}

// Waits waits until the person reads a text there, and returns all that stands there then.
func (pl *Place) Waits(text string) string {
	return await(pl.p, func(u *user) (string, error) {
		page, err := pl.read(u)
		if err == nil && !strings.Contains(page, text) {
			err = fmt.Errorf("%s does not see %q in %s, but:\n%s", u.Name, text, pl.name, page)
		}
		return page, err
	})
}

func (pl *Place) read(u *user) (string, error) {
	e := eyes{pl.p.s, u}
	switch pl.name {
	case anywhere:
		return pl.p.s.transcript(e), nil
	case homeTab:
		if v := pl.p.s.ws.Homes[u.ID]; v != nil {
			return e.form(v), nil
		}
		return "", nil
	case inModal:
		v, err := pl.p.s.open(u, pl.view)
		if err != nil {
			return "", err
		}
		return e.form(v), nil
	}
	c, err := pl.p.s.conversation(u, pl.name)
	if err != nil {
		return "", err
	}
	return e.page(c), nil
}

// open finds an open modal, which must be the one in front.
func (s *Server) open(u *user, id string) (*view, error) {
	v := s.front(u.ID)
	switch {
	case v != nil && v.ID == id:
		return v, nil
	case v != nil && slices.ContainsFunc(s.modals[u.ID], func(o *view) bool { return o.ID == id }):
		return nil, fmt.Errorf("the modal %q is in front", textOf(v.Title))
	}
	return nil, fmt.Errorf("the modal is closed")
}

// Press presses the button with this label, in the newest message that has it.
func (pl *Place) Press(button string) Reply { return pl.Click(button).In("") }

// Click names a button; In says near what.
func (pl *Place) Click(button string) *Aim { return &Aim{pl, button} }

// Aim is a button that still has to be told from others of the same label.
type Aim struct {
	place  *Place
	button string
}

// In presses the button in the section that contains near (or below it, or anywhere in the message that does), in the newest such message.
func (a *Aim) In(near string) Reply {
	return a.place.act(near, fmt.Sprintf("button %q", a.button), func(el blockkit.Element) bool {
		return pressable(el) && (el.Label == a.button || el.AccessibilityLabel == a.button)
	}, nil)
}

func pressable(el blockkit.Element) bool { return strings.HasSuffix(el.Type, "button") }

// Menu is a menu (overflow, select, radio buttons, checkboxes) that still has to be chosen from.
type Menu struct {
	place *Place
	near  string
}

// Menu names a menu by its label, its placeholder, or the text near it; an overflow menu's label is ⋮.
func (pl *Place) Menu(near string) *Menu { return &Menu{pl, near} }

// Choose opens the menu and takes an option by its text; in menus of people and channels by "@ben" or "#general".
func (m *Menu) Choose(option string) Reply {
	s := m.place.p.s
	return m.place.act(m.near, fmt.Sprintf("menu with %q", option), func(el blockkit.Element) bool {
		return !pressable(el) && s.offers(el, option)
	}, []string{option})
}

// spot is an element where a person can see it.
type spot struct {
	c  *channel
	m  *message
	v  *view
	el blockkit.Element
}

// visible are the elements in a place, a list for each message or view: the newest first.
func (pl *Place) visible(u *user) ([][]spot, error) {
	s := pl.p.s
	var out [][]spot
	add := func(at spot, blocks json.RawMessage) {
		var list []spot
		for _, el := range blockkit.Elements(blocks) {
			at.el = el
			list = append(list, at)
		}
		if len(list) > 0 {
			out = append(out, list)
		}
	}
	front, home := s.front(u.ID), s.ws.Homes[u.ID]
	switch pl.name {
	case inModal:
		v, err := s.open(u, pl.view)
		if err != nil {
			return nil, err
		}
		add(spot{v: v}, v.Blocks)
		return out, nil
	case anywhere:
		if front != nil {
			add(spot{v: front}, front.Blocks)
			return out, nil
		}
	case homeTab:
		if home != nil && u.HomeOpened {
			add(spot{v: home}, home.Blocks)
		}
		return out, nil
	}
	var messages []spot
	for _, c := range s.ws.sortedChannels() {
		if !c.visibleTo(u) || pl.name != anywhere && c.place() != pl.name && string(c.ID) != pl.name || c.Kind == direct && !c.has(u.ID) {
			continue
		}
		for _, m := range c.Messages {
			if (eyes{s, u}).sees(m) && len(m.Blocks) > 0 {
				messages = append(messages, spot{c: c, m: m})
			}
		}
	}
	slices.SortStableFunc(messages, func(a, b spot) int { return timeOf(b.m.TS).Compare(timeOf(a.m.TS)) })
	for _, at := range messages {
		add(at, at.m.Blocks)
	}
	if pl.name == anywhere && home != nil && u.HomeOpened {
		add(spot{v: home}, home.Blocks)
	}
	return out, nil
}

// find looks for one element: near its own section first, else in a message that contains near somewhere.
func (pl *Place) find(u *user, near, what string, match func(blockkit.Element) bool) (spot, error) {
	lists, err := pl.visible(u)
	if err != nil {
		return spot{}, err
	}
	for _, nearby := range []func(spot) bool{
		func(at spot) bool { return near == "" || at.el.Label == near || at.el.Placeholder == near },
		func(at spot) bool { return strings.Contains(at.el.Near, near) || strings.Contains(at.el.Label, near) },
		func(at spot) bool { return strings.Contains(at.text(eyes{pl.p.s, u}), near) },
	} {
		for _, list := range lists {
			var hits []spot
			for _, at := range list {
				if match(at.el) && nearby(at) {
					hits = append(hits, at)
				}
			}
			if len(hits) == 1 {
				return hits[0], nil
			}
			if len(hits) > 1 {
				return spot{}, fmt.Errorf("%d times %s near %q in %s; say near what:\n%s", len(hits), what, near, pl.name, inventory([][]spot{list}))
			}
		}
	}
	if near != "" {
		what += fmt.Sprintf(" near %q", near)
	}
	return spot{}, fmt.Errorf("no %s for %s in %s; visible there:\n%s", what, u.Name, pl.name, inventory(lists))
}

func (at spot) text(e eyes) string {
	if at.v != nil {
		return e.form(at.v)
	}
	return e.text(at.m.Text, at.m.Blocks)
}

// inventory lists what can be pressed, for error messages.
func inventory(lists [][]spot) string {
	var b strings.Builder
	for _, list := range lists {
		for _, at := range list {
			near, _, _ := strings.Cut(at.el.Near, "\n")
			fmt.Fprintf(&b, "  [%s] near %q", at.el.Label, near)
			for i, o := range at.el.Options {
				if i == 0 {
					b.WriteString(":")
				}
				fmt.Fprintf(&b, " %q", o.Text)
			}
			b.WriteByte('\n')
		}
	}
	if b.Len() == 0 {
		return "  nothing"
	}
	return b.String()
}

// triangle is what stands beside an element whose click was not acknowledged.
const triangle = "⚠"

// act finds an element, asks its confirmation, and sends what happens when it is pressed, or when something is chosen in it.
func (pl *Place) act(near, what string, match func(blockkit.Element) bool, chosen []string) Reply {
	p := pl.p
	var asked string
	reply := p.wait(await(p, func(u *user) (sent, error) {
		at, err := pl.find(u, near, what, match)
		if err != nil {
			return nil, err
		}
		if at.el.Confirm != nil {
			asked = strings.TrimSpace(at.el.Confirm.Title + "\n" + at.el.Confirm.Text)
			if p.denies {
				answer := make(sent, 1)
				answer <- Reply{Declined: true}
				return answer, nil
			}
		}
		return p.s.employ(u, at, chosen)
	}))
	reply.Asked = asked
	return reply
}

// employ presses an element, or chooses in it, and sends the block_actions.
func (s *Server) employ(u *user, at spot, chosen []string) (sent, error) {
	action := s.action(at)
	var raw map[string]json.RawMessage
	_ = json.Unmarshal(at.el.Raw, &raw)
	if pressable(at.el) {
		for _, name := range []string{"text", "value", "style", "url"} {
			if v := raw[name]; len(v) > 0 {
				action[name] = v
			}
		}
		return s.actOn(u, at, action), nil
	}
	if at.el.Type == "feedback_buttons" { // one of the two halves
		action["value"], action["text"] = at.el.Value, obj{"type": "plain_text", "text": at.el.Label, "emoji": true}
		return s.actOn(u, at, action), nil
	}
	if at.el.Type == "overflow" {
		return s.overflow(u, at, rawOption(at.el, chosen[0]))
	}
	leaf, err := s.choice(at.el, at.leaf(u), chosen)
	if err != nil {
		return nil, err
	}
	return s.fillOut(u, at, leaf), nil
}

// action is the part that all entries of "actions" share.
func (s *Server) action(at spot) obj {
	return obj{"type": at.el.Type, "action_id": at.el.ActionID, "block_id": at.el.BlockID, "action_ts": s.ws.stamp(s.clock.Now())}
}

// overflow takes an option of an overflow menu, as the app sent it; nil is one that it does not have.
func (s *Server) overflow(u *user, at spot, option json.RawMessage) (sent, error) {
	if option == nil {
		return nil, fmt.Errorf("the menu has no such option")
	}
	action := s.action(at)
	action["selected_option"] = option
	return s.actOn(u, at, action), nil
}

// fillOut puts a leaf into an element. Elements of input blocks tell the app only if they were made to.
func (s *Server) fillOut(u *user, at spot, leaf json.RawMessage) sent {
	at.setLeaf(u, leaf)
	s.touch()
	if !at.el.Input || at.el.Dispatch {
		return s.acted(u, at, leaf)
	}
	answer := make(sent, 1)
	answer <- Reply{Acked: true}
	return answer
}

// acted sends the block_actions of an element whose value is now leaf.
func (s *Server) acted(u *user, at spot, leaf json.RawMessage) sent {
	action := s.action(at)
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(leaf, &fields)
	for k, v := range fields {
		action[k] = v
	}
	return s.actOn(u, at, action)
}

func (at spot) state(u *user) values {
	if at.v != nil {
		return at.v.state()
	}
	return merge(at.m.Blocks, at.m.typed[u.ID])
}

func (at spot) leaf(u *user) json.RawMessage { return at.state(u)[at.el.BlockID][at.el.ActionID] }

func (at spot) setLeaf(u *user, leaf json.RawMessage) {
	typed := &values{}
	if at.v != nil {
		typed = &at.v.Typed
	} else if mine, ok := at.m.typed[u.ID]; ok {
		typed = &mine
	}
	if *typed == nil {
		*typed = values{}
	}
	typed.set(at.el.BlockID, at.el.ActionID, leaf)
	if at.m != nil {
		if at.m.typed == nil {
			at.m.typed = map[UserID]values{}
		}
		at.m.typed[u.ID] = *typed
	}
}

// actOn sends one action with what surrounds it.
func (s *Server) actOn(u *user, at spot, action obj) sent {
	payload := s.interaction("block_actions", u)
	payload["actions"] = []obj{action}
	s.around(payload, at)
	modal := ""
	if at.v != nil {
		if at.v.Type == "modal" {
			modal = at.v.ID
		}
	} else {
		payload["state"] = obj{"values": at.state(u)}
		payload["response_url"] = s.hook(u.ID, at.c.ID, at.m)
	}
	payload["trigger_id"] = s.trigger(u.ID, modal)
	return s.interact(payload, false, triangle)
}

// around writes down where something happened: the view, or the message and its conversation.
func (s *Server) around(payload obj, at spot) {
	if at.v != nil {
		payload["container"] = obj{"type": "view", "view_id": at.v.ID}
		payload["view"] = s.viewJSON(at.v)
		return
	}
	container := obj{"type": "message", "message_ts": at.m.TS, "channel_id": at.c.ID, "is_ephemeral": at.m.OnlyFor != ""}
	if at.m.ThreadTS != "" {
		container["thread_ts"] = at.m.ThreadTS
	}
	name := at.c.Name
	switch at.c.Kind {
	case direct:
		name = "directmessage"
	case private:
		name = "privategroup"
	}
	payload["container"], payload["channel"] = container, obj{"id": at.c.ID, "name": name}
	if at.m.OnlyFor == "" {
		payload["message"] = s.messageJSON(at.c, at.m, true)
	}
}
