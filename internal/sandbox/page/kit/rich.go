package kit

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"epilogue/internal/sandbox/blockkit"
)

// rich draws the elements of a rich_text block.
func (v Viewer) rich(elements []any) template.HTML {
	w := writer{v: v}
	for _, e := range objects(elements) {
		inner := list(e, "elements")
		switch str(e, "type") {
		case "rich_text_list":
			w.list(e)
		case "rich_text_quote":
			w.put(`<blockquote class="k-quote">`)
			w.leaves(inner)
			w.put(`</blockquote>`)
		case "rich_text_preformatted":
			w.put(`<pre class="k-pre"><code>`)
			w.put(escape(v.spelled(inner)))
			w.put(`</code></pre>`)
		default:
			w.put(`<div class="k-text">`)
			w.leaves(inner)
			w.put(`</div>`)
		}
	}
	return w.html()
}

// spelled is what leaves say without markup.
func (v Viewer) spelled(leaves []any) string {
	var b strings.Builder
	for _, l := range objects(leaves) {
		switch str(l, "type") {
		case "text":
			b.WriteString(str(l, "text"))
		case "link":
			b.WriteString(firstOf(str(l, "text"), str(l, "url")))
		default:
			block := encode([]any{object{"type": "rich_text", "elements": []any{object{"type": "rich_text_section", "elements": []any{l}}}}})
			b.WriteString(blockkit.Text(block, v.Names, v.Zone, v.Now))
		}
	}
	return b.String()
}

func (w *writer) list(e object) {
	tag, start := template.HTML("ul"), ""
	if str(e, "style") == "ordered" {
		tag = "ol"
		if offset := whole(e, "offset"); offset > 0 {
			start = fmt.Sprintf(` start="%d"`, offset+1)
		}
	}
	indent := min(max(whole(e, "indent"), 0), 8)
	w.put(template.HTML(fmt.Sprintf(`<%s class="k-list k-indent%d"%s>`, tag, indent, start))) //nolint:gosec // of numbers and constants
	for _, item := range objects(list(e, "elements")) {
		w.put("<li>")
		w.leaves(list(item, "elements"))
		w.put("</li>")
	}
	w.put("</" + tag + ">")
}

func (w *writer) leaves(elements []any) {
	for _, e := range objects(elements) {
		w.put(w.v.dressed(obj(e, "style"), w.v.leaf(e)))
	}
}

// leaf draws one piece of rich text.
func (v Viewer) leaf(e object) template.HTML {
	name := func(look func(blockkit.Names, string) string, id string) string {
		if v.Names != nil {
			if name := look(v.Names, id); name != "" {
				return name
			}
		}
		return id
	}
	switch str(e, "type") {
	case "user":
		id := str(e, "user_id")
		return v.mention("user", id, "@"+name(blockkit.Names.User, id))
	case "channel":
		id := str(e, "channel_id")
		return v.mention("channel", id, "#"+name(blockkit.Names.Channel, id))
	case "usergroup":
		id := str(e, "usergroup_id")
		return v.mention("group", id, "@"+name(blockkit.Names.Group, id))
	case "team":
		return v.mention("team", "", "@"+str(e, "team_id"))
	case "broadcast":
		return span("k-mention k-all", escape("@"+str(e, "range")))
	case "emoji":
		return v.emojiLeaf(e)
	case "link":
		return v.anchor(str(e, "url"), v.plain(firstOf(str(e, "text"), strings.TrimPrefix(str(e, "url"), "mailto:")), true))
	case "date":
		seconds, _ := e["timestamp"].(json.Number)
		at, err := seconds.Int64()
		shown := str(e, "fallback")
		if err == nil {
			shown = blockkit.ReadDate(at, str(e, "format"), shown, v.Zone, v.Now)
		}
		if to := str(e, "url"); to != "" {
			return v.anchor(to, escape(shown))
		}
		return span("k-date", escape(shown))
	case "color":
		return span("k-color", escape(str(e, "value")))
	}
	w := writer{v: v}
	w.text(str(e, "text"))
	return w.html()
}

func (v Viewer) emojiLeaf(e object) template.HTML {
	name := str(e, "name")
	if tone := whole(e, "skin_tone"); tone >= 2 {
		name += fmt.Sprintf("::skin-tone-%d", tone)
	}
	if shown, ok := emojiHTML(":" + name + ":"); ok {
		return shown
	}
	return escape(":" + name + ":")
}

// dressed puts the styles of a leaf around it.
func (v Viewer) dressed(style object, s template.HTML) template.HTML {
	for _, t := range []struct {
		name string
		tag  template.HTML
	}{{"code", `code`}, {"strike", "s"}, {"italic", "i"}, {"bold", "b"}, {"underline", "u"}, {"highlight", "mark"}, {"client_highlight", "mark"}} {
		if !truth(style, t.name) {
			continue
		}
		open := t.tag
		if t.name == "code" {
			open += ` class="k-code"`
		}
		s = "<" + open + ">" + s + "</" + t.tag + ">"
	}
	return s
}
