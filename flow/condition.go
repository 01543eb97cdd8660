package flow

import "slices"

// Condition is one rule about an incident, data over keys: severity is at least Major; type is one of Security, Data.
type Condition struct {
	Field  Field `json:"field"`
	Op     Op    `json:"op"`
	Values []Key `json:"values"` // AtLeast takes exactly one, the others one or more
}

// Field is what a condition looks at.
type Field string

// The fields of conditions.
const (
	Severity Field = "severity"
	Type     Field = "type"
)

// Op is how a condition compares.
type Op string

// The operators of conditions.
const (
	AtLeast Op = "at-least" // severity only
	IsOneOf Op = "is-one-of"
	IsNot   Op = "is-not" // none of the values
)

// Verdict is what conditions say about an incident, and which one decided: the first that does not match, or all
// that do.
type Verdict struct {
	Match   bool
	Because []Condition
}

// Judge evaluates conditions combined with and. No conditions match everything, because of nothing.
func (p Process) Judge(conditions []Condition, inc Incident) Verdict {
	for _, c := range conditions {
		if !p.holds(c, inc) {
			return Verdict{Match: false, Because: []Condition{c}}
		}
	}
	return Verdict{Match: true, Because: slices.Clone(conditions)}
}

func (p Process) holds(c Condition, inc Incident) bool {
	value := inc.Severity
	if c.Field == Type {
		value = inc.Type
	}
	switch c.Op {
	case AtLeast:
		rank := func(k Key) int { return slices.IndexFunc(p.Severities, func(l Label) bool { return l.Key == k }) }
		return len(c.Values) == 1 && rank(c.Values[0]) >= 0 && rank(value) >= rank(c.Values[0])
	case IsOneOf:
		return slices.Contains(c.Values, value)
	case IsNot:
		return !slices.Contains(c.Values, value)
	}
	return false
}

func cloneConditions(conditions []Condition) []Condition {
	out := slices.Clone(conditions)
	for i := range out {
		out[i].Values = slices.Clone(out[i].Values)
	}
	return out
}

// FlowFor is the flow that applies to an incident: of the enabled ones in their order, the first whose conditions match.
func (p Process) FlowFor(inc Incident) (Flow, bool) {
	for _, f := range p.Flows {
		if !f.Disabled && p.Judge(f.AppliesTo, inc).Match {
			return f, true
		}
	}
	return Flow{}, false
}
