package kit

import (
	"html/template"
	"slices"
	"strings"

	"epilogue/internal/sandbox/blockkit"
)

// field is what an input block says about its element.
type field struct {
	label              string
	inInput            bool
	optional, dispatch bool
	hint               bool
	problem            string
}

func (r *renderer) elements(l []any) []template.HTML {
	var out []template.HTML
	for _, e := range objects(l) {
		out = append(out, r.element(e))
	}
	return out
}

// element draws an element outside of an input block.
func (r *renderer) element(e object) template.HTML { return r.drawElement(e, field{}) }

func (r *renderer) inputElement(e object, f field) template.HTML {
	f.inInput = true
	return r.drawElement(e, f)
}

func (r *renderer) drawElement(e object, f field) template.HTML {
	switch kind := str(e, "type"); kind {
	case "plain_text", "mrkdwn":
		return r.text(e)
	case "image":
		return r.draw("image", m{"Title": template.HTML(""), "Alt": legible(str(e, "alt_text")), "Link": r.away(imageURL(e), "Open image"), "Small": true})
	case "feedback_buttons":
		return r.feedback(e)
	case "button", "workflow_button", "icon_button":
		return r.wrap(e, f, r.button(e))
	case "overflow":
		return r.wrap(e, f, r.overflow(e))
	case "checkboxes", "radio_buttons":
		return r.wrap(e, f, r.ticks(e, f))
	case "datepicker", "timepicker", "datetimepicker":
		return r.wrap(e, f, r.picker(e, f))
	case "plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input":
		return r.wrap(e, f, r.typing(e, f))
	case "file_input":
		return r.wrap(e, f, r.fileInput(e, f))
	default:
		if strings.HasSuffix(kind, "_select") {
			return r.wrap(e, f, r.menu(e, f))
		}
	}
	return r.unknown("element", e)
}

// wrap puts around a control what assets/kit.js needs to know of it, and the question that it asks before it acts.
func (r *renderer) wrap(e object, f field, control template.HTML) template.HTML {
	kind := str(e, "type")
	_, _, stateful := blockkit.StateField(kind)
	return r.draw("element", m{
		"Block": r.block, "Act": str(e, "action_id"), "Type": kind, "Stateful": stateful, "Sends": sends(e, f), "Control": control,
		"Confirm": r.confirm(obj(e, "confirm")), "Value": str(e, "value"),
	})
}

// sends says when an element tells the app what happened to it: on a click or a choice, on Enter, with each character, or never.
func sends(e object, f field) string {
	kind := str(e, "type")
	if f.inInput && !f.dispatch {
		return ""
	}
	if !strings.HasSuffix(kind, "_input") {
		return "choice"
	}
	var on []string
	for _, when := range list(obj(e, "dispatch_action_config"), "trigger_actions_on") {
		switch when {
		case "on_enter_pressed":
			on = append(on, "enter")
		case "on_character_entered":
			on = append(on, "character")
		}
	}
	if len(on) == 0 && f.inInput {
		on = []string{"enter"}
	}
	return strings.Join(on, " ")
}

// confirm is the data of a confirmation dialog; nil for none.
func (r *renderer) confirm(c object) m {
	if c == nil {
		return nil
	}
	return m{
		"Title": r.text(obj(c, "title")), "Text": r.text(obj(c, "text")), "Yes": r.text(obj(c, "confirm")), "Style": oneOf(str(c, "style"), "primary", "danger"),
		"No": firstOf(r.said(obj(c, "deny")), "Cancel"),
	}
}

func (r *renderer) button(e object) template.HTML {
	link := str(e, "url")
	if str(e, "type") == "workflow_button" {
		link = str(obj(obj(e, "workflow"), "trigger"), "url")
	}
	local := false
	if r.Link != nil {
		if to := r.Link(link); strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
			link, local = to, true
		}
	}
	if !local && !safe(link) {
		link = ""
	}
	return r.draw("button", m{
		"ID": r.id(str(e, "action_id")), "Text": r.text(obj(e, "text")), "Style": oneOf(str(e, "style"), "plain", "primary", "danger"), "Link": link, "Local": local,
		"Label": firstOf(legible(str(e, "accessibility_label"))), "Icon": str(e, "type") == "icon_button", "Off": r.Action == "",
	})
}

// feedback draws the two halves of a pair of buttons, which share an action_id.
func (r *renderer) feedback(e object) template.HTML {
	var both template.HTML
	for _, half := range []string{"positive_button", "negative_button"} {
		b := obj(e, half)
		one := object{"type": "feedback_buttons", "action_id": e["action_id"], "value": b["value"], "confirm": e["confirm"]}
		both += r.wrap(one, field{}, r.draw("button", m{
			"ID": r.id(str(e, "action_id"), half), "Text": r.text(obj(b, "text")), "Style": "plain", "Link": "", "Local": false,
			"Label": legible(str(b, "accessibility_label")), "Icon": false, "Off": r.Action == "",
		}))
	}
	return both
}

// choice is one option as templates show it.
type choice struct {
	Value, Text, Note, Link string
	Body, More              template.HTML // the same with markup, for checkboxes and radio buttons
	ID                      string
	On, Local               bool
}

func (r *renderer) option(o object, on bool) choice {
	c := choice{
		Value: str(o, "value"), Text: r.said(obj(o, "text")), Note: r.said(obj(o, "description")),
		Body: r.text(obj(o, "text")), More: r.text(obj(o, "description")), On: on,
	}
	if to := str(o, "url"); to != "" {
		if r.Link != nil {
			if local := r.Link(to); strings.HasPrefix(local, "/") && !strings.HasPrefix(local, "//") {
				c.Link, c.Local = local, true
			}
		}
		if !c.Local && safe(to) {
			c.Link = to
		}
	}
	return c
}

func (r *renderer) overflow(e object) template.HTML {
	var options []choice
	for _, o := range objects(list(e, "options")) {
		options = append(options, r.option(o, false))
	}
	label := "More actions"
	if r.near != "" {
		label += ": " + r.near
	}
	return r.draw("overflow", m{"ID": r.id(str(e, "action_id")), "Label": label, "Options": options, "Off": r.Action == ""})
}

// held is what an element holds, as the list of strings that stands for it.
func (r *renderer) held(e object) []string {
	return Typed(r.state[r.block][str(e, "action_id")], r.Zone)
}

// described names what describes a field: its error, its count and its hint.
func (r *renderer) described(e object, f field) string {
	id := r.id(str(e, "action_id"))
	var out []string
	if f.problem != "" {
		out = append(out, id+"-e")
	}
	if f.inInput && whole(e, "max_length") > 0 {
		out = append(out, id+"-n")
	}
	if f.hint {
		out = append(out, id+"-h")
	}
	return strings.Join(out, " ")
}

// control is what the templates of all fields need.
func (r *renderer) control(e object, f field, placeholder string) m {
	label := "" // an input block labels its element; others are called what they ask for
	if !f.inInput {
		label = firstOf(r.said(obj(e, "placeholder")), placeholder)
		if r.near != "" {
			label += ": " + r.near
		}
	}
	return m{
		"ID": r.id(str(e, "action_id")), "Label": label, "Placeholder": firstOf(r.said(obj(e, "placeholder")), placeholder), "Bad": f.problem != "",
		"Needed": f.inInput && !f.optional, "Described": r.described(e, f), "Focus": truth(e, "focus_on_load"), "Off": r.Action == "",
	}
}

func (r *renderer) ticks(e object, f field) template.HTML {
	data := r.control(e, f, "")
	held := r.held(e)
	var options []choice
	for _, o := range objects(list(e, "options")) {
		c := r.option(o, slices.Contains(held, str(o, "value")))
		c.ID = r.id(str(e, "action_id"), c.Value)
		options = append(options, c)
	}
	kind := "checkbox"
	if str(e, "type") == "radio_buttons" {
		kind = "radio"
	}
	if f.inInput {
		data["LabelledBy"] = r.id(str(e, "action_id")) + "-l"
	} else {
		data["LabelledBy"], data["Label"] = "", firstOf(r.near, "Options")
	}
	data["Kind"], data["Options"] = kind, options
	return r.draw("ticks", data)
}

func (r *renderer) picker(e object, f field) template.HTML {
	kind, placeholder := "date", "Select a date"
	switch str(e, "type") {
	case "timepicker":
		kind, placeholder = "time", "Select a time"
	case "datetimepicker":
		kind, placeholder = "datetime-local", "Select a date and time"
	}
	data := r.control(e, f, placeholder)
	data["Kind"], data["Value"] = kind, first(r.held(e))
	return r.draw("picker", data)
}

func first(l []string) string {
	if len(l) == 0 {
		return ""
	}
	return l[0]
}

func (r *renderer) typing(e object, f field) template.HTML {
	data := r.control(e, f, "")
	data["Value"] = legible(first(r.held(e)))
	kind, keyboard := "text", ""
	switch str(e, "type") {
	case "email_text_input":
		kind, keyboard = "text", "email"
	case "url_text_input":
		kind, keyboard = "text", "url"
	case "number_input":
		keyboard = "numeric"
		if truth(e, "is_decimal_allowed") {
			keyboard = "decimal"
		}
	case "rich_text_input":
		return r.draw("area", data)
	default:
		if truth(e, "multiline") {
			return r.draw("area", data)
		}
	}
	data["Kind"], data["Keyboard"] = kind, keyboard
	return r.draw("line", data)
}

func (r *renderer) fileInput(e object, f field) template.HTML {
	data := r.control(e, f, "Upload files")
	var types []string
	for _, t := range list(e, "filetypes") {
		if s, ok := t.(string); ok {
			types = append(types, "."+legible(s))
		}
	}
	most := whole(e, "max_files")
	if most == 0 {
		most = 10
	}
	data["Types"], data["Most"], data["Held"] = strings.Join(types, ","), most, r.held(e)
	return r.draw("files", data)
}

// menu draws a select as a combobox over a hidden native one, which holds what can be chosen and what is.
func (r *renderer) menu(e object, f field) template.HTML {
	kind, many := strings.CutPrefix(str(e, "type"), "multi_")
	placeholder := "Select an option"
	if many {
		placeholder = "Select options"
	}
	data := r.control(e, f, placeholder)
	held := r.held(e)
	data["Many"], data["Source"], data["Least"], data["Most"] = many, "asked", "0", whole(e, "max_selected_items")
	data["Clears"] = !many && f.inInput && f.optional
	var groups []m
	switch kind {
	case "static_select":
		data["Source"] = "here"
		groups = r.offered(e, held)
	case "external_select":
		if _, set := e["min_query_length"]; set {
			data["Least"] = string(encode(whole(e, "min_query_length")))
		} else {
			data["Least"] = "3"
		}
		groups = []m{{"Label": "", "Options": r.chosen(e)}}
	default:
		var options []choice
		for _, id := range held {
			options = append(options, choice{Value: id, Text: r.called(kind, id), On: true})
		}
		groups = []m{{"Label": "", "Options": options}}
	}
	var shown []choice
	for _, g := range groups {
		for _, o := range g["Options"].([]choice) {
			if o.On {
				shown = append(shown, o)
			}
		}
	}
	slices.SortStableFunc(shown, func(a, b choice) int { return slices.Index(held, a.Value) - slices.Index(held, b.Value) }) // as they were chosen
	data["Groups"], data["Chosen"], data["Shown"] = groups, shown, ""
	if !many && len(shown) > 0 {
		data["Shown"] = shown[0].Text
	}
	return r.draw("menu", data)
}

// offered are the options of a static menu, by group.
func (r *renderer) offered(e object, held []string) []m {
	group := func(label string, l []any) m {
		var options []choice
		for _, o := range objects(l) {
			options = append(options, r.option(o, slices.Contains(held, str(o, "value"))))
		}
		return m{"Label": label, "Options": options}
	}
	var out []m
	if options := list(e, "options"); len(options) > 0 {
		out = append(out, group("", options))
	}
	for _, g := range objects(list(e, "option_groups")) {
		out = append(out, group(r.said(obj(g, "label")), list(g, "options")))
	}
	return out
}

// chosen are the options that an external menu holds: the others are the app's to give.
func (r *renderer) chosen(e object) []choice {
	leaf, _ := decode(r.state[r.block][str(e, "action_id")]).(object)
	options := objects(list(leaf, "selected_options"))
	if one := obj(leaf, "selected_option"); one != nil {
		options = append(options, one)
	}
	var out []choice
	for _, o := range options {
		out = append(out, r.option(o, true))
	}
	return out
}

// called is the name of a person or conversation in a menu of them.
func (r *renderer) called(kind, id string) string {
	name := ""
	switch {
	case r.Names == nil:
	case kind == "users_select":
		name = r.Names.User(id)
	default:
		if name = r.Names.Channel(id); name != "" {
			name = "#" + name
		}
	}
	return legible(firstOf(name, id))
}
