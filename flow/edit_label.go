package flow

import "slices"

// List is one of the lists of labels that a process has.
type List string

// The lists.
const (
	Severities     List = "severities"
	Types          List = "types"
	ActiveStatuses List = "active_statuses"
	Roles          List = "roles"
)

// Lists are all of them.
func Lists() []List { return []List{Severities, Types, ActiveStatuses, Roles} }

// Edits of severities, types, active statuses and roles. Nothing is ever deleted: an incident may refer to it.
type (
	// AddLabel adds one behind the others: the most severe of severities. Description is for roles.
	AddLabel struct {
		List              List
		Name, Description string
	}
	// EditLabel changes what is not nil. Description is for roles.
	EditLabel struct {
		List              List
		Key               Key
		Name, Description *string
	}
	// MoveLabel changes the order: the first type is the default, an incident starts in the first active status, severities rise.
	MoveLabel struct {
		List List
		Key  Key
		By   int
	}
	// RetireLabel has one offered no more. It is still understood where it is used. One of each list stays, and so does the role that leads.
	RetireLabel struct {
		List List
		Key  Key
	}
	// RestoreLabel has a retired one offered again.
	RestoreLabel struct {
		List List
		Key  Key
	}
)

// Labels is one of the lists, where a label is a role without its description; nil for what is no list.
func (p Process) Labels(l List) []Role {
	switch l {
	case Severities:
		return asRoles(p.Severities)
	case Types:
		return asRoles(p.Types)
	case ActiveStatuses:
		return asRoles(p.ActiveStatuses)
	case Roles:
		return slices.Clone(p.Roles)
	}
	return nil
}

func asRoles(labels []Label) []Role {
	roles := make([]Role, len(labels))
	for i, l := range labels {
		roles[i] = Role{Key: l.Key, Name: l.Name, Retired: l.Retired}
	}
	return roles
}

func asLabels(roles []Role) []Label {
	labels := make([]Label, len(roles))
	for i, r := range roles {
		labels[i] = Label{Key: r.Key, Name: r.Name, Retired: r.Retired}
	}
	return labels
}

func (d *editing) setLabels(l List, roles []Role) {
	switch l {
	case Severities:
		d.p.Severities = asLabels(roles)
	case Types:
		d.p.Types = asLabels(roles)
	case ActiveStatuses:
		d.p.ActiveStatuses = asLabels(roles)
	case Roles:
		d.p.Roles = roles
	}
}

// field is what refusals call an entry of the list.
func (l List) field() string {
	switch l {
	case Severities:
		return FieldSeverity
	case Types:
		return FieldType
	case ActiveStatuses:
		return FieldStatus
	}
	return FieldRole
}

// label is the list that an edit is about, and the place of an entry in it.
func (d *editing) label(l List, k Key) ([]Role, int, error) {
	roles := d.p.Labels(l)
	i := slices.IndexFunc(roles, func(r Role) bool { return r.Key == k })
	if i < 0 {
		return nil, 0, gone(l.field())
	}
	return roles, i, nil
}

// otherNames are the names that are offered, but that of the entry at i.
func otherNames(roles []Role, i int) []string {
	var out []string
	for j, r := range roles {
		if j != i && !r.Retired {
			out = append(out, r.Name)
		}
	}
	return out
}

func (e AddLabel) edit(d *editing) error {
	roles := d.p.Labels(e.List)
	switch {
	case !slices.Contains(Lists(), e.List):
		return gone(FieldName)
	case len(roles) >= MaxLabels:
		return Refusal{Why: NoRoom, Field: e.List.field(), Limit: MaxLabels}
	}
	var r Role
	var err error
	if r.Name, err = freeName(e.Name, otherNames(roles, -1)); err != nil {
		return err
	}
	if r.Description, err = text(FieldDescription, e.Description, MaxDescription, false); err != nil {
		return err
	}
	r.Key = d.newKey(r.Name, func(k Key) bool { return slices.ContainsFunc(roles, func(x Role) bool { return x.Key == k }) })
	d.setLabels(e.List, append(roles, r))
	return nil
}

func (e EditLabel) edit(d *editing) error {
	roles, i, err := d.label(e.List, e.Key)
	if err != nil {
		return err
	}
	if e.Name != nil {
		if roles[i].Name, err = freeName(*e.Name, otherNames(roles, i)); err != nil {
			return err
		}
	}
	if e.Description != nil {
		if roles[i].Description, err = text(FieldDescription, *e.Description, MaxDescription, false); err != nil {
			return err
		}
	}
	d.setLabels(e.List, roles)
	return nil
}

func (e MoveLabel) edit(d *editing) error {
	roles, i, err := d.label(e.List, e.Key)
	if err != nil {
		return err
	}
	d.setLabels(e.List, move(roles, i, e.By))
	return nil
}

func (e RetireLabel) edit(d *editing) error {
	roles, i, err := d.label(e.List, e.Key)
	switch {
	case err != nil:
		return err
	case e.List == Roles && e.Key == LeadRole:
		return Refusal{Why: LeadStays, Field: FieldRole}
	case !roles[i].Retired && len(otherNames(roles, i)) == 0:
		return Refusal{Why: LastOne, Field: e.List.field()}
	}
	roles[i].Retired = true
	d.setLabels(e.List, roles)
	return nil
}

func (e RestoreLabel) edit(d *editing) error {
	roles, i, err := d.label(e.List, e.Key)
	if err != nil {
		return err
	}
	if _, err := freeName(roles[i].Name, otherNames(roles, i)); err != nil {
		return err
	}
	roles[i].Retired = false
	d.setLabels(e.List, roles)
	return nil
}
