package flow

import "slices"

// Edits of flows and their statuses. Where something is moved, By is the number of places: -1 is up, 1 is down; further than the end is the end.
type (
	// AddFlow adds a flow behind the others, from a preset or as the copy of another one, and right behind that; of neither it has no status
	// yet. Whoever wants it to come first moves it.
	AddFlow struct {
		Name   string
		Preset Preset
		Copy   Key
	}
	// EditFlow changes what is not nil. With entry ask there are no conditions for entering.
	EditFlow struct {
		Flow                  Key
		Name, Description     *string
		AppliesTo, EntersWhen *[]Condition
		Entry                 *Entry
		OptOut                *Right
		Disabled              *bool
		Reminders             *[]Step // those that are taken; none: nobody is reminded
	}
	// MoveFlow changes the order: of the flows that apply to an incident the first one counts.
	MoveFlow struct {
		Flow Key
		By   int
	}
	// RemoveFlow removes a flow. Incidents that entered it go on with their snapshot.
	RemoveFlow struct{ Flow Key }
	// AddStatus adds a status behind the others.
	AddStatus struct {
		Flow Key
		Name string
	}
	// RenameStatus gives a status another name.
	RenameStatus struct {
		Flow, Status Key
		Name         string
	}
	// MoveStatus changes the order of the statuses.
	MoveStatus struct {
		Flow, Status Key
		By           int
	}
	// RemoveStatus removes a status with its tasks. A flow without a status asks nobody.
	RemoveStatus struct{ Flow, Status Key }
)

// Flow finds a flow by its key.
func (p Process) Flow(k Key) (Flow, bool) {
	if i := p.flowAt(k); i >= 0 {
		return p.Flows[i], true
	}
	return Flow{}, false
}

func (p Process) flowAt(k Key) int {
	return slices.IndexFunc(p.Flows, func(f Flow) bool { return f.Key == k })
}

// Status finds a status by its key.
func (f Flow) Status(k Key) (Status, bool) {
	if i := f.statusAt(k); i >= 0 {
		return f.Statuses[i], true
	}
	return Status{}, false
}

func (f Flow) statusAt(k Key) int {
	return slices.IndexFunc(f.Statuses, func(s Status) bool { return s.Key == k })
}

// flow is the flow that an edit is about, to be written to.
func (d *editing) flow(k Key) (*Flow, error) {
	if i := d.p.flowAt(k); i >= 0 {
		return &d.p.Flows[i], nil
	}
	return nil, gone(FieldFlow)
}

// status is the status that an edit is about, to be written to, with its place.
func (d *editing) status(flow, status Key) (*Flow, int, error) {
	f, err := d.flow(flow)
	if err != nil {
		return nil, 0, err
	}
	i := f.statusAt(status)
	if i < 0 {
		return nil, 0, gone(FieldStatus)
	}
	return f, i, nil
}

// flowNames are the names of all flows but one.
func (d *editing) flowNames(but Key) []string {
	var out []string
	for _, f := range d.p.Flows {
		if f.Key != but {
			out = append(out, f.Name)
		}
	}
	return out
}

func (f Flow) statusNames(but Key) []string {
	var out []string
	for _, s := range f.Statuses {
		if s.Key != but {
			out = append(out, s.Name)
		}
	}
	return out
}

func (e AddFlow) edit(d *editing) error {
	if len(d.p.Flows) >= MaxFlows {
		return Refusal{Why: NoRoom, Field: FieldFlow, Limit: MaxFlows}
	}
	name, err := freeName(e.Name, d.flowNames(""))
	if err != nil {
		return err
	}
	f, at := Flow{Entry: Ask, OptOut: Everyone}, len(d.p.Flows)
	switch {
	case e.Copy != "":
		i := d.p.flowAt(e.Copy)
		if i < 0 {
			return gone(FieldFlow)
		}
		f, at = d.p.Flows[i].clone(), i+1
	case e.Preset != "":
		preset, ok := e.Preset.flow()
		if !ok {
			return Refusal{Why: NotOffered, Field: FieldFlow}
		}
		f = preset
		f.Templates = d.p.startingWith(Key(e.Preset))
	}
	f.Name, f.Key = name, d.newKey(name, func(k Key) bool { return d.p.flowAt(k) >= 0 })
	d.p.Flows = slices.Insert(d.p.Flows, at, f)
	return nil
}

func (e EditFlow) edit(d *editing) error {
	f, err := d.flow(e.Flow)
	if err != nil {
		return err
	}
	if e.Name != nil {
		if f.Name, err = freeName(*e.Name, d.flowNames(e.Flow)); err != nil {
			return err
		}
	}
	if e.Description != nil {
		if f.Description, err = text(FieldDescription, *e.Description, MaxDescription, false); err != nil {
			return err
		}
	}
	if e.Disabled != nil {
		f.Disabled = *e.Disabled
	}
	if e.AppliesTo != nil {
		f.AppliesTo = cloneConditions(*e.AppliesTo)
	}
	if e.EntersWhen != nil {
		f.EntersWhen = cloneConditions(*e.EntersWhen)
	}
	if e.Entry != nil {
		f.Entry = *e.Entry
	}
	if e.Reminders != nil {
		f.Reminders = asLadder(*e.Reminders)
	}
	if e.OptOut != nil {
		f.OptOut = *e.OptOut
	}
	if f.Entry == Ask {
		f.EntersWhen = nil
	}
	return d.checkRules(*f)
}

// checkRules refuses, beside its field, what Check would say of who enters and who leaves.
func (d *editing) checkRules(f Flow) error {
	for _, rules := range []struct {
		field      string
		conditions []Condition
	}{{FieldAppliesTo, f.AppliesTo}, {FieldEntersWhen, f.EntersWhen}} {
		var c checker
		c.conditions("", d.p, rules.conditions)
		switch {
		case len(rules.conditions) > MaxConditions:
			return Refusal{Why: NoRoom, Field: rules.field, Limit: MaxConditions}
		case len(c.problems) > 0:
			return Refusal{Why: BadRule, Field: rules.field}
		}
	}
	switch {
	case !slices.Contains(entries, f.Entry):
		return Refusal{Why: NotOffered, Field: FieldEntry}
	case !slices.Contains(rights, f.OptOut):
		return Refusal{Why: NotOffered, Field: FieldOptOut}
	}
	return nil
}

func (e MoveFlow) edit(d *editing) error {
	i := d.p.flowAt(e.Flow)
	if i < 0 {
		return gone(FieldFlow)
	}
	d.p.Flows = move(d.p.Flows, i, e.By)
	return nil
}

func (e RemoveFlow) edit(d *editing) error {
	i := d.p.flowAt(e.Flow)
	if i < 0 {
		return gone(FieldFlow)
	}
	d.p.Flows = slices.Delete(d.p.Flows, i, i+1)
	return nil
}

func (e AddStatus) edit(d *editing) error {
	f, err := d.flow(e.Flow)
	if err != nil {
		return err
	}
	if len(f.Statuses) >= MaxStatuses {
		return Refusal{Why: NoRoom, Field: FieldStatus, Limit: MaxStatuses}
	}
	name, err := freeName(e.Name, f.statusNames(""))
	if err != nil {
		return err
	}
	key := d.newKey(name, func(k Key) bool { return f.statusAt(k) >= 0 })
	f.Statuses = append(f.Statuses, Status{Key: key, Name: name})
	return nil
}

func (e RenameStatus) edit(d *editing) error {
	f, i, err := d.status(e.Flow, e.Status)
	if err != nil {
		return err
	}
	f.Statuses[i].Name, err = freeName(e.Name, f.statusNames(e.Status))
	return err
}

func (e MoveStatus) edit(d *editing) error {
	f, i, err := d.status(e.Flow, e.Status)
	if err != nil {
		return err
	}
	f.Statuses = move(f.Statuses, i, e.By)
	return nil
}

func (e RemoveStatus) edit(d *editing) error {
	f, i, err := d.status(e.Flow, e.Status)
	if err != nil {
		return err
	}
	f.Statuses = slices.Delete(f.Statuses, i, i+1)
	return nil
}
