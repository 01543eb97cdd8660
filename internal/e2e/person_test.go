package e2e

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox"
)

// verbs are what people do.
var verbs = map[string]func(*line){
	"slash": slash, "says": says, "click": click, "declines": click, "menu": menu, "asked": asked, "shortcut": shortcut, "on": onMessage,
	"modal": modal, "fill": fill, "clear": clearField, "check": check, "offers": offers, "holds": holds, "submit": submit, "cancel": cancel,
	"sees": sees, "told": told, "home": home, "bookmark": bookmark,
	"reacts": reacts, "unreacts": reacts, "pins": pins, "unpins": pins, "replies": repliesTo, "receives": receives,
	"joins": joins, "leaves": leaves, "invites": invites,
	"declares": declares, "resolves": resolves, "does": does,
}

// try lets the line's person do something. With ! they do not wait for it to become possible.
func (l *line) try(do func(*sandbox.Person)) error {
	p := l.r.Slack.Person(l.who)
	if l.neg {
		return p.Try(do)
	}
	return l.r.person(l.who, do)
}

// act is try for what the person is answered to: what they were told before is told no more.
func (l *line) act(do func(*sandbox.Person) sandbox.Reply) {
	l.r.seen[l.who] = l.r.whispers(l.who)
	var reply sandbox.Reply
	err := l.try(func(p *sandbox.Person) { reply = do(p) })
	if err == nil && !reply.Acked && !reply.Declined {
		err = fmt.Errorf("Slack says: %s", reply.Warning)
	}
	l.r.asked[l.who] = reply.Asked
	_, _ = fmt.Fprintln(l.ts.Stdout(), reply.Text())
	l.end(err)
}

func slash(l *line) {
	in, text := l.entered(l.arg(0, "a channel")), strings.Join(l.args[1:], " ")
	l.act(func(p *sandbox.Person) sandbox.Reply { return p.Slash(in, text) })
}

// entered is the place of a channel that the person goes into first, if they can.
func (l *line) entered(name string) string {
	in := l.place(name)
	_ = l.r.Slack.Person(l.who).Try(func(p *sandbox.Person) { p.Joins(in) }) // who is in it already, or may not, cannot
	return in
}

func says(l *line) {
	in := l.entered(l.arg(0, "a channel"))
	l.end(l.try(func(p *sandbox.Person) { p.Says(in, strings.Join(l.args[1:], " ")) }))
}

func shortcut(l *line) {
	name := l.arg(0, "a shortcut")
	if len(l.args) > 1 {
		in := l.entered(l.args[1])
		l.act(func(p *sandbox.Person) sandbox.Reply { return p.MessageShortcut(in, l.arg(2, "a message"), name) })
		return
	}
	l.act(func(p *sandbox.Person) sandbox.Reply { return p.Shortcut(name) })
}

func onMessage(l *line) {
	in, text, name := l.place(l.arg(0, "a channel")), l.arg(1, "a text"), l.arg(2, "a shortcut")
	l.act(func(p *sandbox.Person) sandbox.Reply { return p.MessageShortcut(in, text, name) })
}

// where reads "in NEAR" and "at PLACE" from the end of a line.
func (l *line) where(from int) (near, at string) {
	rest := l.args[min(from, len(l.args)):]
	for ; len(rest) >= 2; rest = rest[2:] {
		switch rest[0] {
		case "in":
			near = rest[1]
		case "at":
			at = l.place(rest[1])
		default:
			l.fail("in what, or at which place? not %q", rest[0])
		}
	}
	if len(rest) > 0 {
		l.fail("what is %q?", rest[0])
	}
	return near, at
}

func click(l *line) {
	button := l.arg(0, "a button")
	near, at := l.where(1)
	no := l.verb == "declines"
	l.act(func(p *sandbox.Person) sandbox.Reply {
		if no {
			p = p.Denying()
		}
		if at == "" {
			return p.Click(button).In(near)
		}
		return spot(p, at).Click(button).In(near)
	})
}

func menu(l *line) {
	near, option := l.arg(0, "a text"), l.arg(1, "an option")
	_, at := l.where(2)
	l.act(func(p *sandbox.Person) sandbox.Reply {
		if at == "" {
			return p.Menu(near).Choose(option)
		}
		return spot(p, at).Menu(near).Choose(option)
	})
}

// spot is a place to press something in.
func spot(p *sandbox.Person, at string) *sandbox.Place {
	switch at {
	case "Home":
		return p.Home()
	case "modal":
		return &p.Modal().Place
	}
	return p.In(at)
}

func asked(l *line) {
	have := l.r.asked[l.who]
	if len(l.args) == 0 && have != "" {
		l.fail("%s was asked %q", l.who, have)
	}
	l.end(contains(have, l.args))
}

func modal(l *line) {
	title := l.arg(0, "a title")
	l.end(l.try(func(p *sandbox.Person) { p.Modal(title) }))
}

func fill(l *line) {
	field, values := l.arg(0, "a field"), l.args[1:]
	for i, v := range values {
		if at, err := time.Parse("2006-01-02 15:04", v); err == nil {
			values[i] = fmt.Sprint(at.Unix())
		}
	}
	l.end(l.try(func(p *sandbox.Person) { p.Modal().Enter(field, values...) }))
}

func clearField(l *line) {
	field := l.arg(0, "a field")
	l.end(l.try(func(p *sandbox.Person) { p.Modal().Clear(field) }))
}

func check(l *line) {
	option := l.arg(0, "an option")
	l.end(l.try(func(p *sandbox.Person) { p.Modal().Check(option) }))
}

func offers(l *line) {
	field := l.arg(0, "a field")
	var have []string
	if err := l.r.person(l.who, func(p *sandbox.Person) { have = p.Modal().Options(field) }); err != nil {
		l.fail("%v", err)
	}
	for _, want := range l.args[1:] {
		var err error
		if !slices.Contains(have, want) {
			err = fmt.Errorf("%s offers no %q, but %q", field, want, have)
		}
		l.end(err)
	}
}

func holds(l *line) {
	field, want := l.arg(0, "a field"), l.arg(1, "a value")
	var have string
	err := l.r.person(l.who, func(p *sandbox.Person) { have = p.Modal().Value(field) })
	if err == nil && have != want {
		err = fmt.Errorf("%s holds %q", field, have)
	}
	l.end(err)
}

// notPossible is the title of the view that says no where no field can.
const notPossible = "Not possible"

func submit(l *line) {
	l.r.seen[l.who] = l.r.whispers(l.who)
	var wrong error
	err := l.r.person(l.who, func(p *sandbox.Person) { wrong = send(p) })
	l.end(errors.Join(err, wrong))
}

// send presses the submit button of the modal in front, and says what is wrong with the form.
func send(p *sandbox.Person) error {
	s := p.Modal().Submit()
	var wrong []string
	for _, field := range slices.Sorted(maps.Keys(s.Errors)) {
		wrong = append(wrong, field+": "+s.Errors[field])
	}
	if s.Banner != "" {
		wrong = append(wrong, s.Banner)
	}
	if p.HasModal() && p.Modal().Title() == notPossible {
		wrong = append(wrong, p.Modal().Text())
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}

func cancel(l *line) {
	l.end(l.try(func(p *sandbox.Person) { p.Modal().Close() }))
}

func home(l *line) {
	l.end(l.try(func(p *sandbox.Person) { p.Home() }))
	l.rest(now)
}

func joins(l *line) {
	in := l.place(l.arg(0, "a channel"))
	l.end(l.try(func(p *sandbox.Person) { p.Joins(in) }))
}

func leaves(l *line) {
	in := l.place(l.arg(0, "a channel"))
	l.end(l.try(func(p *sandbox.Person) { p.Leaves(in) }))
}

func invites(l *line) {
	in := l.place(l.arg(0, "a channel"))
	l.end(l.try(func(p *sandbox.Person) { p.Invites(in, l.args[1:]...) }))
}

// declares types the command and sends its form.
func declares(l *line) {
	name := l.arg(0, "a name")
	l.form("#general", "/inc declare "+name, l.args[1:])
}

// resolves types /inc close and sends what it asks.
func resolves(l *line) {
	l.form(l.entered(l.arg(0, "a channel")), "/inc close", l.args[1:])
}

// form types a command and sends the modal that it opens, with fields filled in: FIELD VALUE FIELD VALUE.
func (l *line) form(in, command string, pairs []string) {
	l.r.seen[l.who] = l.r.whispers(l.who)
	var wrong error
	err := l.r.person(l.who, func(p *sandbox.Person) {
		p.Slash(in, command)
		m := p.Modal()
		for ; len(pairs) >= 2; pairs = pairs[2:] {
			m.Enter(pairs[0], pairs[1])
		}
		wrong = send(p)
	})
	l.end(errors.Join(err, wrong))
	l.rest(now)
}

// does marks tasks done, by their numbers.
func does(l *line) {
	in := l.entered(l.arg(0, "a channel"))
	for _, n := range l.args[1:] {
		var answer string
		err := l.r.person(l.who, func(p *sandbox.Person) { answer = p.Slash(in, "/inc task "+n+" done").Text() })
		if err == nil && !strings.HasSuffix(answer, " done.") {
			err = fmt.Errorf("task %s is not done: %s", n, answer)
		}
		l.end(err)
		l.rest(now)
	}
}
