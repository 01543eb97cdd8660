package flow

func postmortemTemplateKey(t PostmortemTemplate) Key { return t.Key }

// templates compares post-mortem templates. Those that Epilogue brings are the same wherever they stand.
func (d *comparing) templates() {
	old, next := d.old.AllTemplates(), d.next.AllTemplates()
	for _, n := range next {
		o, known := byKey(old, n.Key, postmortemTemplateKey)
		if !known {
			d.add(Difference{Part: TemplatePart, Turn: Added, Name: n.Name, Off: n.Retired})
			continue
		}
		var f fieldChanges
		f.text(FieldName, o.Name, n.Name)
		f.text(FieldText, o.Text, n.Text)
		f.flag(FieldRetired, o.Retired, n.Retired)
		d.changed(Difference{Part: TemplatePart, Name: o.Name}, f)
	}
	for _, o := range old {
		if _, kept := byKey(next, o.Key, postmortemTemplateKey); !kept {
			d.add(Difference{Part: TemplatePart, Turn: Removed, Name: o.Name})
		}
	}
	if reordered(old, next, postmortemTemplateKey) {
		d.add(Difference{Part: TemplatePart, Turn: Reordered, Order: namesOf(next, func(t PostmortemTemplate) string { return t.Name })})
	}
}

// templateNames are the templates that a flow names.
func (p Process) templateNames(f Flow) []string {
	return namesOf(f.Templates, func(k Key) string {
		t, _ := p.PostmortemTemplate(k)
		return t.Name
	})
}
