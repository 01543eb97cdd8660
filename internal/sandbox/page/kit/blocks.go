package kit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"epilogue/internal/sandbox/blockkit"
)

// mostNested bounds how far blocks inside of blocks are followed; Slack itself allows two levels.
const mostNested = 8

func (r *renderer) blocks(blocks []object, depth int) []template.HTML {
	var out []template.HTML
	if depth == 0 {
		return nil
	}
	for _, b := range blocks {
		r.block = str(b, "block_id")
		out = append(out, r.oneBlock(b, depth))
	}
	return out
}

func (r *renderer) oneBlock(b object, depth int) template.HTML {
	switch str(b, "type") {
	case "section":
		return r.section(b)
	case "header":
		r.near = r.said(obj(b, "text"))
		return r.draw("header", m{"Text": r.text(obj(b, "text")), "Level": min(max(whole(b, "level"), 1), 4)})
	case "divider":
		return r.draw("divider", nil)
	case "context":
		return r.draw("context", m{"Elements": r.elements(list(b, "elements"))})
	case "actions", "context_actions":
		return r.draw("actions", m{"Elements": r.elements(list(b, "elements"))})
	case "input":
		return r.input(b)
	case "image":
		return r.image(b)
	case "rich_text":
		return r.draw("rich", m{"Body": r.rich(list(b, "elements"))})
	case "markdown":
		return r.draw("rich", m{"Body": r.markdown(str(b, "text"))})
	case "table", "data_table":
		return r.table(b)
	case "data_visualization":
		return r.chart(b)
	case "video", "file", "call":
		return r.media(b)
	}
	return r.newer(b, depth)
}

// newer draws the blocks that came after the classic ones.
func (r *renderer) newer(b object, depth int) template.HTML {
	switch str(b, "type") {
	case "alert":
		return r.draw("alert", m{"Level": oneOf(str(b, "level"), "default", "info", "warning", "error", "success"), "Text": r.text(obj(b, "text"))})
	case "card":
		return r.card(b)
	case "carousel":
		return r.draw("carousel", m{"Cards": r.blocks(objects(list(b, "elements")), depth-1)})
	case "container":
		title := r.text(obj(b, "title"))
		if rich := obj(b, "rich_text_title"); rich != nil {
			title = r.rich(list(rich, "elements"))
		}
		r.near = r.said(obj(b, "title"))
		return r.draw("container", m{
			"Title": title, "Subtitle": r.text(obj(b, "subtitle")), "Folds": truth(b, "is_collapsible"), "Open": !truth(b, "default_collapsed"),
			"ID": r.id("container"), "Width": oneOf(str(b, "width"), "standard", "narrow", "wide", "full"), "Line": truth(b, "has_header_divider"),
			"Blocks": r.blocks(objects(list(b, "child_blocks")), depth-1),
		})
	case "layout":
		return r.layout(b, depth)
	case "task_card":
		return r.draw("task", r.task(b))
	case "plan":
		var tasks []m
		for _, t := range objects(list(b, "tasks")) {
			tasks = append(tasks, r.task(t))
		}
		title := r.text(obj(b, "title"))
		if title == "" {
			title = r.plain(str(b, "title"), true)
		}
		return r.draw("plan", m{"Title": title, "Tasks": tasks})
	}
	return r.unknown("block", b)
}

// unknown shows what this package does not know as a labeled box, so that nothing disappears.
func (r *renderer) unknown(what string, o object) template.HTML {
	name := str(o, "type")
	if name == "" {
		name = "unknown"
	}
	var source bytes.Buffer
	_ = json.Indent(&source, encode(o), "", "  ")
	return r.draw("unknown", m{"Name": legible(name), "What": what, "Source": legible(source.String())})
}

func oneOf(value, standard string, others ...string) string {
	for _, o := range others {
		if value == o {
			return value
		}
	}
	return standard
}

// text draws a text object; nothing for none.
func (r *renderer) text(t object) template.HTML {
	switch {
	case t == nil:
		return ""
	case str(t, "type") == "mrkdwn":
		return r.mrkdwn(str(t, "text"), truth(t, "verbatim"))
	}
	return r.plain(blockkit.Unescape(str(t, "text")), t["emoji"] != false)
}

// said is what a text object says, for labels that cannot hold markup.
func (r *renderer) said(t object) string {
	text := str(t, "text")
	if str(t, "type") == "mrkdwn" {
		text = blockkit.Mrkdwn(text, r.Names, r.Zone, r.Now)
	} else {
		text = blockkit.Unescape(text)
	}
	if t["emoji"] != false {
		return Spoken(text)
	}
	return legible(text)
}

func (r *renderer) texts(l []any) []template.HTML {
	var out []template.HTML
	for _, o := range objects(l) {
		out = append(out, r.text(o))
	}
	return out
}

func (r *renderer) section(b object) template.HTML {
	r.near, _, _ = strings.Cut(strings.NewReplacer("*", "", "~", "").Replace(r.said(obj(b, "text"))), "\n")
	var accessory template.HTML
	kind := ""
	if e := obj(b, "accessory"); e != nil {
		accessory, kind = r.element(e), str(e, "type")
	}
	return r.draw("section", m{
		"Text": r.text(obj(b, "text")), "Fields": r.texts(list(b, "fields")), "Accessory": accessory,
		"Below": strings.Contains(kind, "checkboxes") || strings.Contains(kind, "radio"),
	})
}

func (r *renderer) input(b object) template.HTML {
	e := obj(b, "element")
	if e == nil {
		return r.unknown("block", b)
	}
	f := field{
		label: r.said(obj(b, "label")), optional: truth(b, "optional"), dispatch: truth(b, "dispatch_action"), hint: obj(b, "hint") != nil,
		problem: r.Errors[str(b, "block_id")],
	}
	id := r.id(str(e, "action_id"))
	return r.draw("input", m{
		"ID": id, "Label": r.text(obj(b, "label")), "Optional": f.optional, "Hint": r.text(obj(b, "hint")), "Problem": legible(f.problem),
		"Group": str(e, "type") == "checkboxes" || str(e, "type") == "radio_buttons", "Element": r.inputElement(e, f), "Most": whole(e, "max_length"),
		"Block": r.block,
	})
}

// image stands for a picture: pictures are on other servers, and this page asks nobody else for anything.
func (r *renderer) image(b object) template.HTML {
	return r.draw("image", m{"Title": r.text(obj(b, "title")), "Alt": legible(str(b, "alt_text")), "Link": r.away(imageURL(b), "Open image"), "Small": false})
}

func imageURL(o object) string {
	if to := str(o, "image_url"); to != "" {
		return to
	}
	return str(obj(o, "slack_file"), "url")
}

// away links to something outside; nothing where that may not be followed.
func (r *renderer) away(to, label string) template.HTML {
	if !safe(to) {
		return ""
	}
	return r.anchor(to, escape(label))
}

func (r *renderer) media(b object) template.HTML {
	kind := str(b, "type")
	title := r.text(obj(b, "title"))
	if title == "" {
		title = r.plain(firstOf(str(b, "external_id"), str(b, "call_id"), str(b, "file_id"), kind), false)
	}
	var notes []string
	for _, note := range []string{str(b, "author_name"), str(b, "provider_name")} {
		if note != "" {
			notes = append(notes, legible(note))
		}
	}
	return r.draw("media", m{
		"Kind": kind, "Title": title, "Notes": strings.Join(notes, " · "), "Text": r.text(obj(b, "description")), "Alt": legible(str(b, "alt_text")),
		"Link": r.away(firstOf(str(b, "title_url"), str(b, "video_url")), "Watch"),
	})
}

func firstOf(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

func (r *renderer) card(b object) template.HTML {
	r.near = r.said(obj(b, "title"))
	icon := firstOf(str(obj(b, "icon"), "alt_text"), str(obj(b, "slack_icon"), "name"))
	return r.draw("card", m{
		"Hero": legible(str(obj(b, "hero_image"), "alt_text")), "Icon": legible(icon), "Title": r.text(obj(b, "title")), "Subtitle": r.text(obj(b, "subtitle")),
		"Body": r.text(obj(b, "body")), "Subtext": r.text(obj(b, "subtext")), "Actions": r.elements(list(b, "actions")),
	})
}

func (r *renderer) layout(b object, depth int) template.HTML {
	var rows [][]m
	for _, row := range objects(list(b, "rows")) {
		var items []m
		for _, item := range objects(list(row, "items")) {
			var drawn []template.HTML
			if inner := obj(item, "block"); inner != nil {
				drawn = r.blocks([]object{inner}, depth-1)
			}
			items = append(items, m{
				"Blocks": drawn, "Width": oneOf(str(item, "width"), "standard", "narrow", "wide"),
				"Align": oneOf(str(item, "horizontal_alignment"), "start", "center", "end"),
			})
		}
		rows = append(rows, items)
	}
	label := r.plain(str(b, "label"), true)
	return r.draw("layout", m{"Label": label, "Shown": truth(b, "is_label_visible"), "Rows": rows, "Lines": oneOf(str(b, "grid_lines"), "none", "rows", "outer")})
}

// task is the data of a task card.
func (r *renderer) task(b object) m {
	status := oneOf(str(b, "status"), "pending", "in_progress", "complete", "error")
	var sources []template.HTML
	for _, s := range objects(list(b, "sources")) {
		sources = append(sources, r.anchor(str(s, "url"), escape(firstOf(str(s, "text"), str(s, "url")))))
	}
	return m{
		"Status": status, "Says": strings.ReplaceAll(status, "_", " "), "Title": r.plain(str(b, "title"), true),
		"Details": r.rich(list(obj(b, "details"), "elements")), "Output": r.rich(list(obj(b, "output"), "elements")), "Sources": sources,
	}
}

// cell draws one cell of a table.
func (r *renderer) cell(c object) template.HTML {
	switch str(c, "type") {
	case "rich_text":
		return r.rich(list(c, "elements"))
	case "raw_number":
		return escape(firstOf(str(c, "text"), fmt.Sprint(c["value"])))
	case "action_cell":
		if e := obj(c, "element"); e != nil {
			return r.element(e)
		}
		return r.cell(obj(c, "fallback"))
	}
	return r.plain(str(c, "text"), true)
}

func (r *renderer) table(b object) template.HTML {
	settings := list(b, "column_settings")
	headed := whole(b, "row_header_column_index")
	_, hasHeads := b["row_header_column_index"]
	var rows [][]m
	for _, row := range list(b, "rows") {
		cells, _ := row.([]any)
		var drawn []m
		for i, cell := range objects(cells) {
			class := ""
			if str(cell, "type") == "raw_number" {
				class = "k-right"
			}
			if i < len(settings) {
				if s, ok := settings[i].(object); ok {
					class = map[string]string{"center": "k-center", "right": "k-right"}[str(s, "align")]
					if truth(s, "is_wrapped") {
						class += " k-wraps"
					}
				}
			}
			drawn = append(drawn, m{"Class": strings.TrimSpace(class), "Body": r.cell(cell), "Head": hasHeads && i == headed})
		}
		rows = append(rows, drawn)
	}
	return r.draw("table", m{"Caption": r.plain(str(b, "caption"), true), "Rows": rows})
}

// Spoken is plain text with its emoji as characters, for places that hold no markup.
func Spoken(text string) string {
	return legible(special.ReplaceAllStringFunc(text, func(found string) string {
		if char, ok := Emoji(strings.Trim(found, ":")); ok && strings.HasPrefix(found, ":") {
			return char
		}
		return found
	}))
}
