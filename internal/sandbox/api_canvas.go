package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// canvasesSectionsLookup finds the sections of a canvas by what kind of heading they are, by what stands in them, or by both. As Slack's it tells their ids,
// and nothing of what they say. A section is a line here, as drawn: without the marks of Markdown.
func (s *Server) canvasesSectionsLookup(a args) (obj, error) {
	v := s.ws.Canvases[a["canvas_id"]]
	if v == nil {
		return nil, refuse("canvas_not_found")
	}
	var c struct {
		Types []string `json:"section_types"`
		Text  string   `json:"contains_text"`
	}
	if json.Unmarshal([]byte(a["criteria"]), &c) != nil || len(c.Types) == 0 && c.Text == "" || len(c.Types) > 3 {
		return nil, invalidArguments("[ERROR] section_types (1 to 3) or contains_text is needed [json-pointer:/criteria]")
	}
	for _, t := range c.Types {
		if !slices.Contains([]string{"h1", "h2", "h3", "any_header"}, t) {
			return nil, invalidArguments("[ERROR] unsupported section type [json-pointer:/criteria/section_types]")
		}
	}
	found := []obj{}
	for i, line := range strings.Split(v.Markdown, "\n") {
		kind, drawn := drawnLine(line)
		ofType := len(c.Types) == 0 || kind != "" && (slices.Contains(c.Types, kind) || slices.Contains(c.Types, "any_header"))
		if ofType && drawn != "" && strings.Contains(drawn, c.Text) {
			found = append(found, obj{"id": fmt.Sprintf("temp:C:%s%d", v.ID, i)})
		}
	}
	return obj{"sections": found}, nil
}

// drawnLine is a line of Markdown as it is drawn, and which heading it is, if it is one.
func drawnLine(line string) (kind, drawn string) {
	line = strings.TrimSpace(line)
	if n := len(line) - len(strings.TrimLeft(line, "#")); n > 0 && strings.HasPrefix(line[n:], " ") {
		kind, line = fmt.Sprintf("h%d", n), line[n:]
	}
	line = strings.TrimLeft(line, "> -")
	return kind, strings.TrimSpace(strings.NewReplacer("**", "", "*", "", "`", "", "\\", "").Replace(line))
}
