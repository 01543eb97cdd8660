package blockkit

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// dividerLine is how a divider looks in text.
const dividerLine = "────────────────"

// Text renders blocks as a person would read them in plain text, for terminals and transcripts: at least one line per
// block, elements as [Label], menus as [Placeholder ▾], an overflow menu as ⋮, inputs as "Label: [value]". For names,
// loc and now see Mrkdwn; emoji stay as :names:. Blocks that are not an array are the empty text.
func Text(blocks json.RawMessage, names Names, loc *time.Location, now time.Time) string {
	r := reader{names, loc, now}
	return strings.Join(r.blocks(blockList(blocks), maxDepth), "\n")
}

// reader writes blocks for one person at one time.
type reader struct {
	names Names
	loc   *time.Location
	now   time.Time
}

func (r reader) blocks(blocks []object, depth int) []string {
	var lines []string
	if depth == 0 {
		return nil
	}
	for _, b := range blocks {
		lines = append(lines, r.block(b)...)
		lines = append(lines, r.blocks(children(b), depth-1)...)
	}
	return lines
}

// block gives the lines of one block without its children.
func (r reader) block(b object) []string {
	switch kind := str(b, "type"); kind {
	case "header":
		return []string{r.text(obj(b, "text"))}
	case "section":
		return r.section(b)
	case "context":
		return []string{strings.Join(r.each(objects(list(b, "elements")), r.contextItem), "  ")}
	case "actions", "context_actions":
		return []string{r.row(list(b, "elements"))}
	case "divider":
		return []string{dividerLine}
	case "image":
		return append(r.optional(obj(b, "title")), r.element(b))
	case "input":
		return r.input(b)
	case "rich_text":
		return r.richText(list(b, "elements"))
	case "markdown":
		return []string{Mrkdwn(str(b, "text"), r.names, r.loc, r.now)}
	case "table", "data_table":
		return r.table(b)
	default:
		return r.newerBlock(kind, b)
	}
}

// newerBlock renders the blocks that came after the classic ones, more briefly.
func (r reader) newerBlock(kind string, b object) []string {
	switch kind {
	case "alert":
		return []string{fmt.Sprintf("[%s] %s", firstOf(str(b, "level"), "default"), r.text(obj(b, "text")))}
	case "card":
		var lines []string
		for _, name := range []string{"title", "subtitle", "body", "subtext"} {
			lines = append(lines, r.optional(obj(b, name))...)
		}
		if image := obj(b, "hero_image"); image != nil {
			lines = append(lines, r.element(image))
		}
		if row := r.row(list(b, "actions")); row != "" {
			lines = append(lines, row)
		}
		return lines
	case "container":
		lines := append(r.optional(obj(b, "title")), r.optional(obj(b, "subtitle"))...)
		return append(r.richText(list(obj(b, "rich_text_title"), "elements")), lines...)
	case "layout":
		if truth(b, "is_label_visible") {
			return []string{str(b, "label")}
		}
		return nil
	case "carousel":
		return nil
	case "task_card":
		return r.task(b)
	case "plan":
		lines := []string{firstOf(str(b, "title"), r.text(obj(b, "title")))}
		for _, t := range objects(list(b, "tasks")) {
			lines = append(lines, r.task(t)...)
		}
		return lines
	case "video":
		return []string{fmt.Sprintf("[video: %s]", firstOf(r.text(obj(b, "title")), str(b, "alt_text")))}
	case "data_visualization":
		return []string{fmt.Sprintf("[chart: %s]", str(b, "title"))}
	}
	return []string{fmt.Sprintf("[%s]", firstOf(kind, "unknown block"))}
}

func (r reader) section(b object) []string {
	lines := append(r.optional(obj(b, "text")), r.each(objects(list(b, "fields")), r.text)...)
	shown := ""
	if accessory := obj(b, "accessory"); accessory != nil {
		shown = r.element(accessory)
	}
	switch {
	case shown == "":
	case len(lines) == 0:
		lines = append(lines, shown)
	default:
		lines[len(lines)-1] += "  " + shown
	}
	return lines
}

func (r reader) input(b object) []string {
	label := r.text(obj(b, "label"))
	if truth(b, "optional") {
		label += " (optional)"
	}
	lines := []string{label + ": " + r.element(obj(b, "element"))}
	return append(lines, r.optional(obj(b, "hint"))...)
}

func (r reader) task(b object) []string {
	lines := []string{fmt.Sprintf("[%s] %s", firstOf(str(b, "status"), "pending"), str(b, "title"))}
	lines = append(lines, r.richText(list(obj(b, "details"), "elements"))...)
	return append(lines, r.richText(list(obj(b, "output"), "elements"))...)
}

func (r reader) contextItem(e object) string {
	if str(e, "type") == "image" {
		return r.element(e)
	}
	return r.text(e)
}

// row shows elements side by side.
func (r reader) row(elements []any) string {
	return strings.Join(r.each(objects(elements), r.element), " ")
}

// element shows one element the way it looks before anybody touched it.
func (r reader) element(e object) string {
	switch kind := str(e, "type"); kind {
	case "image":
		return fmt.Sprintf("[image: %s]", unescape(str(e, "alt_text")))
	case "overflow":
		return "⋮"
	case "checkboxes":
		return r.ticks(e, "[x] ", "[ ] ")
	case "radio_buttons":
		return r.ticks(e, "(•) ", "( ) ")
	case "feedback_buttons":
		return fmt.Sprintf("[%s] [%s]", plainOf(obj(obj(e, "positive_button"), "text")), plainOf(obj(obj(e, "negative_button"), "text")))
	case "button", "icon_button", "workflow_button":
		return fmt.Sprintf("[%s]", label(e))
	default:
		shown := firstOf(strings.Join(r.initial(e), ", "), label(e))
		if strings.HasSuffix(kind, "_select") {
			shown += " ▾"
		}
		return fmt.Sprintf("[%s]", shown)
	}
}

func (r reader) ticks(e object, on, off string) string {
	ticked := map[string]bool{str(obj(e, "initial_option"), "value"): true}
	for _, o := range objects(list(e, "initial_options")) {
		ticked[str(o, "value")] = true
	}
	var out []string
	between := "  "
	for _, o := range objects(list(e, "options")) {
		box := off
		if ticked[str(o, "value")] {
			box = on
		}
		line := box + r.text(obj(o, "text"))
		if more := r.text(obj(o, "description")); more != "" {
			line, between = line+": "+more, "\n  " // a line each, as Slack shows them
		}
		out = append(out, line)
	}
	return strings.Join(out, between)
}

// initial shows what an element holds from the start.
func (r reader) initial(e object) []string {
	var out []string
	values, many := initialValue(e).([]any)
	if !many {
		values = []any{initialValue(e)}
	}
	for _, v := range values {
		switch v := v.(type) {
		case object: // an option, or rich text
			out = append(out, firstOf(r.text(obj(v, "text")), strings.Join(r.richText(list(v, "elements")), "\n")))
		case string:
			out = append(out, r.id(str(e, "type"), v))
		case json.Number:
			out = append(out, r.moment(v))
		}
	}
	return out
}

// id shows a preset person or conversation by name, any other string as it is.
func (r reader) id(elementType, value string) string {
	switch strings.TrimPrefix(elementType, "multi_") {
	case "users_select":
		return token{kind: userToken, target: value}.read(r.names, r.loc, r.now)
	case "channels_select", "conversations_select":
		return token{kind: channelToken, target: value}.read(r.names, r.loc, r.now)
	}
	return value
}

// moment shows a preset date and time.
func (r reader) moment(n json.Number) string {
	seconds, err := n.Int64()
	if err != nil || r.loc == nil {
		return n.String()
	}
	return time.Unix(seconds, 0).In(r.loc).Format("2006-01-02 15:04")
}

// text reads a text object.
func (r reader) text(t object) string {
	if str(t, "type") == "mrkdwn" {
		return Mrkdwn(str(t, "text"), r.names, r.loc, r.now)
	}
	return unescape(str(t, "text"))
}

// optional is one line, or none where the text object is missing.
func (r reader) optional(t object) []string {
	if t == nil {
		return nil
	}
	return []string{r.text(t)}
}

func (r reader) each(l []object, show func(object) string) []string {
	out := make([]string, 0, len(l))
	for _, o := range l {
		out = append(out, show(o))
	}
	return out
}
