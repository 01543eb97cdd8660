package blocks

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// Slack's limits as this package keeps to them, in code points. Check enforces the real ones.
const (
	maxSection = 2900
	maxContext = 2900
	maxLabel   = 75 // of buttons, options and their accessibility labels
	maxTitle   = 24 // of a modal, and of its buttons
	maxConfirm = 290
)

func markdown(t Text) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: t.s, Verbatim: true}
}

// plainText is never empty: Slack refuses that, and what people typed may be invisible as a whole.
func plainText(s string, n int) *slack.TextBlockObject {
	if s = plain(s, n); s == "" {
		s = "–"
	}
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: s}
}

// section is a paragraph, with an accessory if it is not nil. Text that is too long is cut.
func section(t Text, accessory slack.BlockElement) *slack.SectionBlock {
	b := &slack.SectionBlock{Type: slack.MBTSection, Text: markdown(t.Clip(maxSection))}
	if accessory != nil {
		b.Accessory = slack.NewAccessory(accessory)
	}
	return b
}

// paragraph is a text whole, in as many sections as it takes; none if there is nothing to say.
func paragraph(t Text) []slack.Block {
	var out []slack.Block
	for _, c := range t.Chunks(maxSection) {
		out = append(out, section(c, nil))
	}
	return out
}

// small is a line in small letters.
func small(t Text) *slack.ContextBlock {
	return slack.NewContextBlock("", markdown(t.Clip(maxContext)))
}

func header(s string) *slack.HeaderBlock {
	return &slack.HeaderBlock{Type: slack.MBTHeader, Text: plainText(s, 140)}
}

func divider() *slack.DividerBlock { return slack.NewDividerBlock() }

// steady gives a section that can be pressed a name that it keeps when the surface is drawn again: without one Slack makes up another each time, and a click that
// is on its way would find nothing there. What holds a choice keeps Slack's names: under the same one it would also keep what was chosen before.
func steady(shown []slack.Block) []slack.Block {
	taken := map[string]bool{}
	for _, b := range shown {
		taken[b.ID()] = true
	}
	for _, b := range shown {
		s, ok := b.(*slack.SectionBlock)
		if !ok || s.BlockID != "" || s.Accessory == nil {
			continue
		}
		var name string
		switch {
		case s.Accessory.ButtonElement != nil:
			name = s.Accessory.ButtonElement.ActionID + "/" + s.Accessory.ButtonElement.Value
		case s.Accessory.OverflowElement != nil && len(s.Accessory.OverflowElement.Options) > 0:
			name = s.Accessory.OverflowElement.ActionID + "/" + s.Accessory.OverflowElement.Options[0].Value
		default:
			continue
		}
		name = plain(name, 240)
		s.BlockID = name
		for i := 2; taken[s.BlockID]; i++ {
			s.BlockID = name + "/" + strconv.Itoa(i)
		}
		taken[s.BlockID] = true
	}
	return shown
}

// actions is a row of buttons.
func actions(id string, elements ...slack.BlockElement) *slack.ActionBlock {
	return slack.NewActionBlock(id, elements...)
}

// button asks for an action. Its label is ours; about names, for those who cannot see where it stands, what it acts on.
func button(a Action, label words, r Ref, about string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(string(a), r.String(), plainText(string(label), maxLabel))
	if about != "" {
		b.AccessibilityLabel = plain(string(label)+": "+about, maxLabel)
	}
	return b
}

// first makes the first button of a row the primary one.
func first(row []slack.BlockElement) {
	if len(row) == 0 {
		return
	}
	if b, ok := row[0].(*slack.ButtonBlockElement); ok {
		b.WithStyle(slack.StylePrimary)
	}
}

// opens reports whether an address may stand in a url field.
func opens(address string) bool {
	if len(address) > 3000 || strings.ContainsAny(address, " <>|\n") {
		return false
	}
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "slack://")
}

// choice is one line of an overflow menu.
func choice(a Action, label words, r Ref) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(chosen(a, r), plainText(string(label), maxLabel), nil)
}

// overflow is a menu of one to five choices.
func overflow(choices ...*slack.OptionBlockObject) *slack.OverflowBlockElement {
	return slack.NewOverflowBlockElement(string(More), choices...)
}

// confirm is Slack's own question before a click counts.
func confirm(question string, text Text, yes words) *slack.ConfirmationBlockObject {
	return &slack.ConfirmationBlockObject{
		Title:   plainText(question, 100),
		Text:    plainText(text.Plain(), maxConfirm),
		Confirm: plainText(string(yes), 30),
		Deny:    plainText("Cancel", 30),
	}
}

// option is one choice of a select, radio group or list of checkboxes; its text is what people named.
func option(value, text string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(value, plainText(text, maxLabel), nil)
}

// explained adds a second line to an option.
func explained(o *slack.OptionBlockObject, description Text) *slack.OptionBlockObject {
	if !description.IsZero() {
		o.Description = plainText(description.Plain(), maxLabel)
	}
	return o
}

// labels are the options for what can be chosen of a process, and the one that is set: a retired one is offered only while it is.
func labels(all []flow.Label, set flow.Key) (options []*slack.OptionBlockObject, initial *slack.OptionBlockObject) {
	for _, l := range all {
		if l.Retired && l.Key != set {
			continue
		}
		o := option(string(l.Key), l.Name)
		options = append(options, o)
		if l.Key == set {
			initial = o
		}
	}
	if len(options) > 100 {
		options = options[:100]
	}
	return options, initial
}

// modal is a view: its title is what it does, submit is the verb (none: there is nothing to submit).
func modal(a Action, r Ref, title string, submit words, shown ...slack.Block) slack.ModalViewRequest {
	v := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: string(a), PrivateMetadata: r.String(),
		Title: plainText(title, maxTitle), Close: plainText("Cancel", maxTitle), Blocks: slack.Blocks{BlockSet: steady(shown)},
	}
	if submit == "" {
		v.Close = plainText("Close", maxTitle)
	} else {
		v.Submit = plainText(string(submit), maxTitle)
	}
	return v
}

// input is a field of a form. Its block id is the name of the value, so that a refusal lands beside it; the element carries the same
// name as its action id: the value stands in state.values[field][field].
func input(field, label string, element slack.BlockElement) *slack.InputBlock {
	return slack.NewInputBlock(field, plainText(label, 140), nil, element)
}

func hint(b *slack.InputBlock, t Text) *slack.InputBlock {
	b.Hint = plainText(t.Plain(), 300)
	return b
}

func optional(b *slack.InputBlock) *slack.InputBlock {
	b.Optional = true
	return b
}

// typed is a field for text of at most n code points. What stands in it already is never shortened to less than it is.
func typed(field, value string, n int, multiline bool) *slack.PlainTextInputBlockElement {
	e := slack.NewPlainTextInputBlockElement(nil, field)
	n = min(n, 3000)
	if r := []rune(value); len(r) > n {
		value = string(r[:n]) // Slack refuses a form whose value is longer than its field
	}
	e.InitialValue, e.Multiline, e.MaxLength = value, multiline, n
	return e
}

func person(field string, set flow.UserID) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plainText("Somebody", maxLabel), field)
	if _, ok := mention(set); ok {
		e.InitialUser = string(set)
	}
	return e
}

func selection(field string, options []*slack.OptionBlockObject, initial *slack.OptionBlockObject) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose", maxLabel), field, options...)
	e.InitialOption = initial
	return e
}

func radio(field string, initial *slack.OptionBlockObject, options ...*slack.OptionBlockObject) *slack.RadioButtonsBlockElement {
	e := slack.NewRadioButtonsBlockElement(field, options...)
	e.InitialOption = initial
	return e
}

func calendar(field string, set flow.Date) *slack.DatePickerBlockElement {
	e := slack.NewDatePickerBlockElement(field)
	e.InitialDate = set.String()
	return e
}

// taskChoice offers tasks to be picked. Slack takes 100 options; the rest can be found under "Show all".
func taskChoice(tasks []flow.Task) *slack.MultiSelectBlockElement {
	var options []*slack.OptionBlockObject
	for _, t := range tasks[:min(len(tasks), 100)] {
		options = append(options, option(Ref{Task: t.Number}.String(), t.Title))
	}
	return slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plainText("Tasks", maxLabel), flow.FieldTasks, options...)
}
