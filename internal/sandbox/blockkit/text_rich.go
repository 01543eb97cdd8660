package blockkit

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// richText reads the elements of a rich_text block.
func (r reader) richText(elements []any) []string {
	var lines []string
	for _, e := range objects(elements) {
		inner := list(e, "elements")
		switch str(e, "type") {
		case "rich_text_list":
			lines = append(lines, r.richList(e)...)
		case "rich_text_quote":
			lines = append(lines, prefixed("> ", r.leaves(inner)))
		case "rich_text_preformatted":
			lines = append(lines, "```", r.leaves(inner), "```")
		default:
			lines = append(lines, strings.TrimSuffix(r.leaves(inner), "\n"))
		}
	}
	return lines
}

func (r reader) richList(e object) []string {
	indent, _ := whole(e, "indent")
	margin := strings.Repeat("  ", min(max(indent, 0), 8))
	offset, _ := whole(e, "offset")
	var lines []string
	for i, item := range objects(list(e, "elements")) {
		bullet := "• "
		if str(e, "style") == "ordered" {
			bullet = strconv.Itoa(offset+i+1) + ". "
		}
		lines = append(lines, margin+bullet+r.leaves(list(item, "elements")))
	}
	return lines
}

// leaves reads a run of rich text.
func (r reader) leaves(elements []any) string {
	var b strings.Builder
	for _, e := range objects(elements) {
		b.WriteString(styled(obj(e, "style"), r.leaf(e)))
	}
	return b.String()
}

func (r reader) leaf(e object) string {
	mention := func(kind tokenKind, field string) string {
		return token{kind: kind, target: str(e, field)}.read(r.names, r.loc, r.now)
	}
	switch str(e, "type") {
	case "user":
		return mention(userToken, "user_id")
	case "channel":
		return mention(channelToken, "channel_id")
	case "usergroup":
		return mention(groupToken, "usergroup_id")
	case "broadcast":
		return mention(broadcastToken, "range")
	case "team":
		return "@" + str(e, "team_id")
	case "emoji":
		return ":" + str(e, "name") + ":"
	case "link":
		return readLink(str(e, "url"), str(e, "text"))
	case "color":
		return str(e, "value")
	case "date":
		seconds, ok := whole(e, "timestamp")
		d := date{format: str(e, "format"), link: str(e, "url"), ok: ok}
		d.at = time.Unix(int64(seconds), 0)
		return d.read(str(e, "fallback"), r.loc, r.now)
	}
	return str(e, "text")
}

// styled puts the markers of mrkdwn around styled text.
func styled(style object, s string) string {
	for _, m := range []struct{ name, marker string }{{"code", "`"}, {"strike", "~"}, {"italic", "_"}, {"bold", "*"}} {
		if truth(style, m.name) && s != "" {
			s = m.marker + s + m.marker
		}
	}
	return s
}

func prefixed(prefix, s string) string {
	return prefix + strings.ReplaceAll(s, "\n", "\n"+prefix)
}

// table aligns cells in columns.
func (r reader) table(b object) []string {
	var rows [][]string
	var widths []int
	for _, row := range list(b, "rows") {
		cells, _ := row.([]any)
		var texts []string
		for i, cell := range cells {
			o, _ := cell.(object)
			texts = append(texts, r.cell(o))
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(texts[i]))
		}
		rows = append(rows, texts)
	}
	var lines []string
	if caption := str(b, "caption"); caption != "" {
		lines = append(lines, caption)
	}
	for _, row := range rows {
		for i := range row[:max(0, len(row)-1)] {
			row[i] += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(row[i]))
		}
		lines = append(lines, strings.Join(row, " | "))
	}
	return lines
}

func (r reader) cell(o object) string {
	switch str(o, "type") {
	case "rich_text":
		return strings.Join(r.richText(list(o, "elements")), " ")
	case "raw_number":
		return firstOf(str(o, "text"), number(o["value"]))
	case "action_cell":
		return r.element(obj(o, "element"))
	}
	return str(o, "text")
}
