package kit

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// object is a decoded JSON object.
type object = map[string]any

// decode reads JSON, keeping numbers as written; nil for what is no JSON.
func decode(raw []byte) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// encode writes a value as Slack does: <, > and & stay as they are.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// str, list, obj, truth and whole read a property, or its zero value where it is missing or of another type.
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

func whole(o object, name string) int {
	n, _ := o[name].(json.Number)
	i, _ := strconv.Atoi(n.String())
	return i
}

func float(v any) float64 {
	n, _ := v.(json.Number)
	f, _ := n.Float64()
	return f
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
