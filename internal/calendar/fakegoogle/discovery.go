package fakegoogle

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// discovery is Google's own description of an API, as it ships with Google's client.
type discovery struct {
	Schemas   map[string]schema   `json:"schemas"`
	Resources map[string]resource `json:"resources"`
	Common    map[string]schema   `json:"parameters"`
}

type resource struct {
	Methods map[string]method `json:"methods"`
}

type method struct {
	ID         string            `json:"id"`
	Parameters map[string]schema `json:"parameters"`
	Request    schema            `json:"request"`
	Response   schema            `json:"response"`
}

type schema struct {
	Ref         string            `json:"$ref"`
	Type        string            `json:"type"`
	Format      string            `json:"format"`
	Enum        []string          `json:"enum"`
	Required    bool              `json:"required"`
	Items       *schema           `json:"items"`
	Additional  *schema           `json:"additionalProperties"`
	Properties  map[string]schema `json:"properties"`
	Annotations struct {
		Required []string `json:"required"`
	} `json:"annotations"`
}

// discover reads the document of an API out of the module google.golang.org/api.
func discover(api, version string) (discovery, error) {
	var d discovery
	out, err := exec.CommandContext(context.Background(), "go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		return d, fmt.Errorf("find google.golang.org/api: %w", err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), api, version, api+"-api.json"))
	if err != nil {
		return d, fmt.Errorf("read Google's discovery document: %w", err)
	}
	return d, json.Unmarshal(b, &d)
}

// asked checks a request.
func (d discovery) asked(m method, q url.Values, raw []byte) []string {
	problems := d.parameters(m, q)
	switch {
	case m.Request.Ref != "":
		problems = append(problems, d.body(m, m.Request, raw)...)
	case len(raw) > 0:
		problems = append(problems, "a body that Google does not read")
	}
	return problems
}

// body checks a value against a schema: unknown fields, wrong types, and fields that a method requires.
func (d discovery) body(m method, s schema, raw []byte) []string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return []string{fmt.Sprintf("no JSON: %v", err)}
	}
	return d.value("", m, s, v)
}

func (d discovery) value(at string, m method, s schema, v any) []string {
	if s.Ref != "" {
		named, ok := d.Schemas[s.Ref]
		if !ok {
			return []string{at + ": no schema " + s.Ref}
		}
		s = named
	}
	wrong := func() []string { return []string{fmt.Sprintf("%s: %v is no %s %s", at, v, s.Type, s.Format)} }
	switch s.Type {
	case "object":
		o, ok := v.(map[string]any)
		if !ok {
			return wrong()
		}
		return d.object(at, m, s, o)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return wrong()
		}
		var out []string
		for i, x := range list {
			out = append(out, d.value(fmt.Sprintf("%s[%d]", at, i), m, *s.Items, x)...)
		}
		return out
	case "string":
		text, ok := v.(string)
		if !ok || len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
			return wrong()
		}
		if _, err := time.Parse(time.RFC3339, text); s.Format == "date-time" && err != nil {
			return wrong()
		}
	case "integer":
		if n, ok := v.(float64); !ok || n != float64(int64(n)) {
			return wrong()
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return wrong()
		}
	}
	return nil
}

func (d discovery) object(at string, m method, s schema, o map[string]any) []string {
	var out []string
	for name, v := range o {
		field, known := s.Properties[name]
		if !known && s.Additional != nil {
			field, known = *s.Additional, true
		}
		if !known {
			out = append(out, at+"."+name+": Google knows no such field")
			continue
		}
		out = append(out, d.value(at+"."+name, m, field, v)...)
	}
	for name, field := range s.Properties {
		if _, there := o[name]; !there && slices.Contains(field.Annotations.Required, m.ID) {
			out = append(out, at+"."+name+": missing, and required")
		}
	}
	return out
}

// parameters checks a query.
func (d discovery) parameters(m method, q url.Values) []string {
	var out []string
	for name, values := range q {
		p, known := m.Parameters[name]
		if !known {
			p, known = d.Common[name]
		}
		if !known {
			out = append(out, "Google knows no parameter "+name+" of "+m.ID)
			continue
		}
		for _, v := range values {
			if len(p.Enum) > 0 && !slices.Contains(p.Enum, v) {
				out = append(out, fmt.Sprintf("%s is not %q", name, v))
			}
			if _, err := time.Parse(time.RFC3339, v); p.Format == "date-time" && err != nil {
				out = append(out, fmt.Sprintf("%s is no moment: %q", name, v))
			}
		}
	}
	return out
}
