package blockkit

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// object is a decoded JSON object.
type object = map[string]any

// decode reads one JSON value, keeping numbers as written. It reports false for anything else, be it
// nothing at all or something after the value.
func decode(raw json.RawMessage) (any, bool) {
	if !json.Valid(raw) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, false
	}
	return v, true
}

// encode writes a decoded value back, leaving <, > and & as they are, as Slack does.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// str, list and obj read a property, or the zero value where it is missing or of another type.
func str(o object, name string) string {
	s, _ := o[name].(string)
	return s
}

func list(o object, name string) []any {
	l, _ := o[name].([]any)
	return l
}

func obj(o object, name string) object {
	m, _ := o[name].(object)
	return m
}

func truth(o object, name string) bool {
	b, _ := o[name].(bool)
	return b
}

// whole reads a property that is an integer. It reports false where it is missing, too large or has a fraction.
func whole(o object, name string) (int, bool) {
	n, ok := o[name].(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(n.String())
	return i, err == nil
}

// objects keeps those of a list that are objects.
func objects(l []any) []object {
	out := make([]object, 0, len(l))
	for _, v := range l {
		if o, ok := v.(object); ok {
			out = append(out, o)
		}
	}
	return out
}

// blockList reads a payload's blocks; nothing for what is no array.
func blockList(blocks json.RawMessage) []object {
	v, _ := decode(blocks)
	l, _ := v.([]any)
	return objects(l)
}

// number writes a number the way the payload did; empty for anything else.
func number(v any) string {
	n, _ := v.(json.Number)
	return n.String()
}
