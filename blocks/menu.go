package blocks

import (
	"strings"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// most options of a menu that Slack takes; what may have more is searched.
const mostOptions = 100

// offer is something to be chosen in a menu: what people read, and what it is about.
type offer struct {
	name string
	ref  Ref
}

// menu is a menu outside a form: choosing in it is a click. set is what is chosen now; the first choice if it is none of them.
func menu(a Action, placeholder string, set Ref, choices ...offer) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(placeholder, maxLabel), string(a))
	for _, c := range choices {
		o := option(c.ref.String(), c.name)
		e.Options = append(e.Options, o)
		if c.ref == set || e.InitialOption == nil {
			e.InitialOption = o
		}
	}
	return e
}

// flowMenu chooses a flow, or none. Where there are more than a menu holds they are searched.
func (s Scene) flowMenu(a Action, placeholder string, set flow.Key, none string) *slack.SelectBlockElement {
	all := offer{none, Ref{Want: everyOne}}
	if len(s.Process.Flows) < mostOptions {
		choices := []offer{all}
		for _, f := range s.Process.Flows {
			choices = append(choices, offer{f.Name, Ref{Flow: f.Key}})
		}
		return menu(a, placeholder, Ref{Flow: set}, choices...)
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText(placeholder, maxLabel), string(a))
	least := 0
	e.MinQueryLength, e.InitialOption = &least, option(all.ref.String(), all.name)
	for _, f := range s.Process.Flows {
		if f.Key == set {
			e.InitialOption = option(Ref{Flow: f.Key}.String(), f.Name)
		}
	}
	return e
}

// FlowChoices are the flows that flowMenu offers for what was typed into it.
func FlowChoices(s Scene, typed string) []*slack.OptionBlockObject {
	found := []*slack.OptionBlockObject{option(Ref{Want: everyOne}.String(), "All flows")}
	for _, f := range s.Process.Flows {
		if len(found) < mostOptions && fitsTyped(f.Name, typed) {
			found = append(found, option(Ref{Flow: f.Key}.String(), f.Name))
		}
	}
	return found
}

// fitsTyped reports whether a name is one of those that somebody looks for.
func fitsTyped(name, typed string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(strings.TrimSpace(typed)))
}
