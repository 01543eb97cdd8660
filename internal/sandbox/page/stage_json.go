package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"maps"
	"slices"
	"strings"

	"epilogue/internal/sandbox"
)

// partsOf are the documents that belong to an entry.
func partsOf(h sandbox.Happening) []part {
	switch {
	case h.Call != nil:
		return documents("Arguments", whole(h.Call.Args), "Answer", h.Call.Answer)
	case h.Envelope != nil:
		return documents("Payload", h.Envelope.Payload, "Ack", h.Envelope.Ack)
	}
	return nil
}

func documents(first string, a json.RawMessage, second string, b json.RawMessage) []part {
	out := []part{{first, folded(a), indented(a)}, {second, folded(b), indented(b)}}
	return slices.DeleteFunc(out, func(p part) bool { return p.Raw == "" })
}

// whole are a call's arguments as one document: those that are JSON themselves stand in it as such.
func whole(a map[string]string) json.RawMessage {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(a)) {
		value := quoted(a[k])
		if t := strings.TrimSpace(a[k]); (strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[")) && json.Valid([]byte(t)) {
			value = t
		}
		parts = append(parts, quoted(k)+":"+value)
	}
	return json.RawMessage("{" + strings.Join(parts, ",") + "}")
}

// quoted is a string as JSON writes it, with < and > as they are.
func quoted(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		return `""` // a string can always be written
	}
	return strings.TrimSpace(b.String())
}

func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

// unfolded is how deep objects and lists are open at first.
const unfolded = 3

// folded is a document as HTML whose objects and lists can be folded. What is no JSON is shown as it is.
func folded(raw json.RawMessage) template.HTML {
	var b strings.Builder
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if !json.Valid(raw) || fold(&b, dec, "", 0) != nil {
		b.Reset()
		b.WriteString(html.EscapeString(string(raw)))
	}
	return template.HTML(b.String()) //nolint:gosec // fold escapes what it writes
}

// fold writes the next value; key stands before it, as HTML. Commas are left out: the document is copied from its text.
func fold(b *strings.Builder, dec *json.Decoder, key string, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	open, compound := token.(json.Delim)
	if !compound {
		class, text := scalar(token)
		fmt.Fprintf(b, `<div class="j-line">%s<span class="j-%s">%s</span></div>`, key, class, html.EscapeString(text))
		return nil
	}
	var inside strings.Builder
	n := 0
	for ; dec.More(); n++ {
		name := ""
		if open == '{' {
			token, err := dec.Token()
			if err != nil {
				return err
			}
			_, text := scalar(token)
			name = `<span class="j-key">` + html.EscapeString(text) + `</span>: `
		}
		if err := fold(&inside, dec, name, depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	shut := map[json.Delim]string{'{': "}", '[': "]"}[open]
	if n == 0 {
		fmt.Fprintf(b, `<div class="j-line">%s%s%s</div>`, key, open, shut)
		return nil
	}
	attr := ""
	if depth < unfolded {
		attr = " open"
	}
	fmt.Fprintf(b, `<details class="j-fold"%s><summary>%s%s<span class="j-more"> … %d %s</span></summary><div class="j-in">%s</div><div class="j-line">%s</div></details>`,
		attr, key, open, n, shut, inside.String(), shut)
	return nil
}

func scalar(token json.Token) (class, text string) {
	switch v := token.(type) {
	case string:
		return "text", quoted(v)
	case json.Number:
		return "number", v.String()
	case nil:
		return "word", "null"
	}
	return "word", fmt.Sprint(token)
}
