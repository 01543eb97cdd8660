package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"epilogue/internal/sandbox"
)

// screen is what precedes a modal in a transcript.
const screen = "'s screen ──\n"

// look reads a place as the line's person does.
func (l *line) look(place string) string {
	var page string
	err := l.r.person(l.who, func(p *sandbox.Person) {
		switch place {
		case "everything":
			page = p.SeesEverything()
		case "Home":
			page = p.Home().Sees()
		case "modal":
			p.Modal()
			_, page, _ = strings.Cut(p.SeesEverything(), screen)
		default:
			page = p.Sees(l.place(place))
		}
	})
	if err != nil && !l.neg {
		l.fail("%v", err)
	}
	return page
}

func sees(l *line) {
	place := l.arg(0, "a place")
	l.arg(1, "a text")
	for i, text := range l.args[1:] {
		if strings.HasSuffix(text, ".txt") {
			l.args[i+1] = l.ts.ReadFile(text)
		}
	}
	l.rest(later)
	if l.neg { // none of them may be there
		page := l.look(place)
		for _, text := range l.args[1:] {
			if contains(page, []string{text}) == nil {
				l.fail("%s sees %q:\n%s", l.who, text, page)
			}
		}
		return
	}
	check := func() error { return contains(l.look(place), l.args[1:]) }
	if place == "modal" {
		l.end(l.soon(check))
		return
	}
	l.end(check())
}

// soon is for what may still be on its way though nothing is to be seen of it: a bot that looks into calendars is at rest for all that Slack knows, and fills
// its form in afterwards.
func (l *line) soon(check func() error) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	err := check()
	for end := time.Now().Add(patience); err != nil && time.Now().Before(end); err = check() {
		<-tick.C
	}
	return err
}

func bookmark(l *line) {
	in := l.place(l.arg(0, "a channel"))
	var all []string
	err := l.r.person(l.who, func(p *sandbox.Person) { all = p.Bookmarks(in) })
	if err == nil {
		err = contains(strings.Join(all, "\n"), l.args[1:])
	}
	l.end(err)
}

func told(l *line) {
	fresh := l.r.whispers(l.who)
	for _, old := range l.r.seen[l.who] {
		if i := slices.Index(fresh, old); i >= 0 {
			fresh = slices.Delete(fresh, i, i+1)
		}
	}
	l.arg(0, "a text")
	l.end(contains(strings.Join(fresh, "\n"), l.args))
}

// begins is where a message begins in a transcript.
var begins = regexp.MustCompile(`(?m)^(\d\d:\d\d  |── )`)

// whispers are all that only one person sees: ephemeral messages, and the modal in front of them.
func (r *rig) whispers(who string) []string {
	var out []string
	err := r.person(who, func(p *sandbox.Person) {
		page := p.SeesEverything()
		at := append(begins.FindAllStringIndex(page, -1), []int{len(page)})
		for i := range len(at) - 1 {
			if text := strings.TrimSpace(page[at[i][0]:at[i+1][0]]); strings.Contains(text, "only visible to you") {
				out = append(out, text)
			}
		}
		if p.HasModal() {
			out = append(out, p.Modal().Title()+"\n"+p.Modal().Text())
		}
	})
	if err != nil {
		return nil // deactivated people see nothing
	}
	return out
}

// set is how bold, italic and code are set. Scripts read words, not typography.
var set = strings.NewReplacer("*", "", "`", "", "_", "")

func flatten(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(set.Replace(s))), " ")
}

// contains checks that texts stand in a page in their order, whatever the line breaks.
func contains(page string, texts []string) error {
	flat := flatten(page)
	rest := flat
	for _, text := range texts {
		want := flatten(text)
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			hint := ""
			if strings.Contains(flat, want) {
				hint = " at that point"
			}
			return fmt.Errorf("%q is not there%s:\n%s", text, hint, page)
		}
		rest = after
	}
	return nil
}

// short is how scripts name the channel of an incident.
var short = regexp.MustCompile(`^inc-\d+$`)

// place is a place as the sandbox names it.
func (l *line) place(name string) string {
	switch name {
	case "DM", "Home", "modal", "everything":
		return name
	}
	return l.r.channel(name, l.who)
}

// channel finds a channel by the beginning of its name, among those that somebody sees (who), or anybody ("").
func (r *rig) channel(name string, who string) string {
	name = strings.TrimPrefix(name, "#")
	if !short.MatchString(name) {
		return "#" + name
	}
	for _, p := range cast() {
		if who != "" && p.Handle != who {
			continue
		}
		var all []string
		_ = r.person(p.Handle, func(p *sandbox.Person) { all = p.Channels() }) // who is deactivated sees none
		for _, c := range all {
			if c == "#"+name || strings.HasPrefix(c, "#"+name+"-") {
				return c
			}
		}
	}
	return "#" + name
}
