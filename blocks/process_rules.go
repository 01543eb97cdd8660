package blocks

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// rule fields: a condition of each kind, as people speak. What is filled in is combined with and.
var ruleFields = []struct {
	id    string
	field flow.Field
	op    flow.Op
	label string
}{
	{"severity-at-least", flow.Severity, flow.AtLeast, "Severity is at least"},
	{"severity-is-one-of", flow.Severity, flow.IsOneOf, "Severity is one of"},
	{"severity-is-not", flow.Severity, flow.IsNot, "Severity is not"},
	{"type-is-one-of", flow.Type, flow.IsOneOf, "Type is one of"},
	{"type-is-not", flow.Type, flow.IsNot, "Type is not"},
}

// RulesIn are the conditions that stand in the fields of a form; picked is what is chosen in a field.
func RulesIn(picked func(field string) []string) []flow.Condition {
	var out []flow.Condition
	for _, r := range ruleFields {
		c := flow.Condition{Field: r.field, Op: r.op}
		for _, v := range picked(r.id) {
			c.Values = append(c.Values, flow.Key(v))
		}
		if len(c.Values) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// InForm are conditions as the form shows them: at most one of each kind. Of several at-leasts the highest counts, what is not allowed by any is not
// allowed, and what must be one of several lists must be in all of them.
func InForm(p flow.Process, conditions []flow.Condition) []flow.Condition {
	var out []flow.Condition
	for _, r := range ruleFields {
		var one *flow.Condition
		for _, c := range conditions {
			if c.Field != r.field || c.Op != r.op {
				continue
			}
			if one == nil {
				one = &flow.Condition{Field: c.Field, Op: c.Op, Values: slices.Clone(c.Values)}
				continue
			}
			one.Values = both(p, *one, c)
		}
		if one != nil && len(one.Values) > 0 {
			place := func(k flow.Key) int {
				return slices.IndexFunc(labelsOf(p, r.field), func(l flow.Label) bool { return l.Key == k })
			}
			slices.SortStableFunc(one.Values, func(a, b flow.Key) int { return place(a) - place(b) })
			out = append(out, *one)
		}
	}
	return out
}

// labelsOf are the labels that a condition about a field compares with.
func labelsOf(p flow.Process, f flow.Field) []flow.Label {
	if f == flow.Type {
		return p.Types
	}
	return p.Severities
}

// both are the values of one condition that means two of the same kind.
func both(p flow.Process, a, b flow.Condition) []flow.Key {
	switch a.Op {
	case flow.AtLeast:
		rank := func(c flow.Condition) int {
			return slices.IndexFunc(p.Severities, func(l flow.Label) bool { return slices.Contains(c.Values, l.Key) })
		}
		if rank(b) > rank(a) {
			return b.Values
		}
		return a.Values
	case flow.IsOneOf:
		if common := slices.DeleteFunc(slices.Clone(a.Values), func(k flow.Key) bool { return !slices.Contains(b.Values, k) }); len(common) > 0 {
			return common
		}
		return a.Values
	}
	for _, k := range b.Values {
		if !slices.Contains(a.Values, k) {
			a.Values = append(a.Values, k)
		}
	}
	return a.Values
}

// Digest names conditions, so that a form can say which ones were tried before they are saved.
func Digest(conditions []flow.Condition) flow.Key {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, conditions)
	return flow.Key(hex.EncodeToString(h.Sum(nil)))
}

// RulesForm edits the conditions of a flow: which incidents it is for, or, as r.Want says, which enter by themselves. Before they can be saved they are tried
// on the last incidents: trials is what came of that, and r.Key then names the conditions that were tried.
func RulesForm(s Scene, f flow.Flow, conditions []flow.Condition, trials []flow.Trial, r Ref, e Editing) slack.ModalViewRequest {
	r.Flow = f.Key
	does, head := say("These conditions decide which incidents %s is for. All that are filled in must match; none: every incident.", quoted(f.Name)), "Which incidents"
	if r.Want == flow.FieldEntersWhen {
		does, head = say("These conditions decide which incidents enter %s by themselves; of the others people are asked. All that are filled in must match; none: always.",
			quoted(f.Name)), "Enters by itself when"
	}
	submit := words("Try")
	if r.Key != "" {
		submit = "Save"
	}
	shown := s.opening(does, e)
	for _, field := range ruleFields {
		shown = append(shown, optional(input(field.id, field.label, s.ruleMenu(field.id, field.field, field.op, conditions))))
	}
	if r.Key != "" {
		shown = append(shown, s.tried(conditions, trials)...)
	} else {
		shown = append(shown, small(say("Next you see which of the last incidents would have entered; nothing is saved yet.")))
	}
	return modal(FlowRules, r, head, submit, shown...)
}

// tried says what came of a trial: a sentence, and below it a line for each incident.
func (s Scene) tried(conditions []flow.Condition, trials []flow.Trial) []slack.Block {
	what := say("With *%s*:", s.Conditions(conditions))
	if len(conditions) == 0 {
		what = say("Without a condition:")
	}
	shown := []slack.Block{divider(), section(join(" ", what, Trials(trials)), nil)}
	var lines []Text
	for _, t := range trials {
		lines = append(lines, s.Trial(t).Clip(2*shortReason))
	}
	return append(shown, paragraph(join("\n", lines...))...)
}

func (s Scene) ruleMenu(id string, field flow.Field, op flow.Op, conditions []flow.Condition) slack.BlockElement {
	all := labelsOf(s.Process, field)
	var set []flow.Key
	for _, c := range conditions {
		if c.Field == field && c.Op == op {
			set = c.Values
		}
	}
	if op == flow.AtLeast {
		one := flow.Key("")
		if len(set) > 0 {
			one = set[0]
		}
		options, initial := labels(all, one)
		return selection(id, options, initial)
	}
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plainText("Choose", maxLabel), id)
	for _, l := range all {
		if l.Retired && !slices.Contains(set, l.Key) {
			continue
		}
		o := option(string(l.Key), l.Name)
		e.Options = append(e.Options, o)
		if slices.Contains(set, l.Key) {
			e.InitialOptions = append(e.InitialOptions, o)
		}
	}
	if len(e.Options) > mostRules {
		least := 0
		e.Type, e.MinQueryLength, e.Options = slack.MultiOptTypeExternal, &least, nil
	}
	return e
}

// mostRules is how many options a menu of conditions has: there are several of them in a form, and a view has a size. Of more one is searched.
const mostRules = 30

// RuleChoices are what a menu of conditions offers for what was typed into it; false for any other menu.
func RuleChoices(s Scene, id, typed string) ([]*slack.OptionBlockObject, bool) {
	for _, r := range ruleFields {
		if r.id != id {
			continue
		}
		found := []*slack.OptionBlockObject{}
		for _, l := range flow.Offered(labelsOf(s.Process, r.field)) {
			if len(found) < mostOptions && fitsTyped(l.Name, typed) {
				found = append(found, option(string(l.Key), l.Name))
			}
		}
		return found, true
	}
	return nil, false
}
