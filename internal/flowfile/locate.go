package flowfile

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

var segments = regexp.MustCompile(`\[[0-9]+\]|[^.\[\]]+`)

// locate finds what a path of flow.Process.Check is about, and the same path as it stands in the file.
// Of a value that is not there it finds the nearest that should hold it.
func (r *reader) locate(path string) (at *yaml.Node, shown string) {
	node, at := r.root, r.root
	parts := segments.FindAllString(path, -1)
	for i, part := range parts {
		next, label, name := step(target(node), part)
		if next == nil {
			return at, shown + extend(shown, strings.Join(parts[i:], "."))
		}
		node, at = next, label
		shown += extend(shown, name)
	}
	return at, shown
}

// step goes one part of a path down: to the node there, the node to point at, and the part's name in the
// file.
func step(node *yaml.Node, part string) (next, label *yaml.Node, name string) {
	if index, ok := strings.CutPrefix(part, "["); ok {
		i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
		switch {
		case err == nil && node.Kind == yaml.SequenceNode && i < len(node.Content):
			return node.Content[i], target(node.Content[i]), part
		case node.Kind == yaml.ScalarNode && i == 0: // one value where a list may stand
			return node, node, ""
		}
		return nil, nil, ""
	}
	for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == part {
			return node.Content[i+1], sign(node.Content[i], node.Content[i+1]), part
		}
	}
	if node.Kind == yaml.ScalarNode && part == "role" { // assignee: lead
		return node, node, ""
	}
	return stepCondition(node, part)
}

// stepCondition goes into a condition, which Check knows as field, op and values, and the file as
// severity: {at-least: major}.
func stepCondition(node *yaml.Node, part string) (next, label *yaml.Node, name string) {
	known := part == "field" || part == "op" || part == "values"
	if !known || node.Kind != yaml.MappingNode || len(node.Content) != 2 {
		return nil, nil, ""
	}
	field, inner := node.Content[0], target(node.Content[1])
	if part == "field" {
		return field, field, join("", field.Value)
	}
	if inner.Kind != yaml.MappingNode || len(inner.Content) != 2 {
		return inner, inner, join("", field.Value)
	}
	op, value := inner.Content[0], inner.Content[1]
	name = join(join("", field.Value), op.Value)
	if part == "op" {
		return op, op, name
	}
	return value, sign(op, value), name
}

// sign is where a problem with a value is shown: at the value if it is short, else at its key.
func sign(key, value *yaml.Node) *yaml.Node {
	if value = target(value); value.Kind == yaml.ScalarNode {
		return value
	}
	return key
}

func extend(path, name string) string {
	if path == "" || name == "" || strings.HasPrefix(name, "[") {
		return name
	}
	return "." + name
}
