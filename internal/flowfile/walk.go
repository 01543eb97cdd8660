package flowfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"epilogue/internal/spelling"
)

// The file is walked as nodes, not decoded into structs: every problem keeps its position, every problem
// is found, and the walk goes only as deep as the shape of a process, whatever aliases do.

const (
	maxValues = 200_000 // read from one file, each alias counted as often as it is used
	maxList   = 1000    // entries of one list
)

// reader gathers problems while shape.go describes where values go.
type reader struct {
	file     string
	root     *yaml.Node
	values   int
	problems Errors
	// lost holds the paths whose value could not be read, above the paths over them: what Check says of
	// those follows from what was said already.
	lost, above map[string]bool
}

// take reads a node, no alias and not null, into wherever it was made for.
type take func(path string, node *yaml.Node)

func (r *reader) report(path string, node *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, Problem{
		File: r.file, Line: max(node.Line, 1), Column: max(node.Column, 1), Path: path, What: fmt.Sprintf(format, args...),
	})
}

// lose reports that the value at a path could not be read.
func (r *reader) lose(path string, node *yaml.Node, format string, args ...any) {
	r.report(path, node, format, args...)
	r.markLost(path)
}

func (r *reader) markLost(path string) {
	r.lost[path] = true
	for i := range path {
		if path[i] == '.' || path[i] == '[' {
			r.above[path[:i]] = true
		}
	}
}

// follows reports whether a path, one over it or one below it was lost.
func (r *reader) follows(path string) bool {
	if r.lost[""] || r.lost[path] || r.above[path] {
		return true
	}
	for i := range path {
		if (path[i] == '.' || path[i] == '[') && r.lost[path[:i]] {
			return true
		}
	}
	return false
}

// visit hands a node to where it belongs.
func (r *reader) visit(path string, node *yaml.Node, t take) {
	if r.values++; r.values > maxValues {
		if !r.lost[""] {
			r.lose("", node, "more than %d values, counting what aliases repeat; a process is far smaller", maxValues)
		}
		return
	}
	node = target(node)
	switch {
	case node.Style&yaml.TaggedStyle != 0:
		r.lose(path, node, "tags (!…) are not supported")
	case isNull(node):
		r.lose(path, node, "empty; fill it in or remove it")
	default:
		t(path, node)
	}
}

// field is a key of a mapping and where its value goes.
type field struct {
	name     string
	required string // what is said when it is missing; "" for a field that may be
	take     take
}

const missing = "missing"

// fields reads a mapping with the given keys and no others.
func (r *reader) fields(path string, node *yaml.Node, fields ...field) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	if node.Kind != yaml.MappingNode {
		r.lose(path, node, "want keys and values (%s), not %s", strings.Join(names, ", "), describe(node))
		return
	}
	seen := map[string]int{}        // a name → the line of its first value
	misspelled := map[string]bool{} // a name → there is a key that may have meant it
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.report(path, key, "want a key (%s), not %s", strings.Join(names, ", "), describe(key))
			continue
		}
		here := join(path, key.Value)
		known := slices.Index(names, key.Value)
		switch line, again := seen[key.Value]; {
		case again:
			r.report(here, key, "given twice, first in line %d", line)
		case known < 0:
			r.report(here, key, "unknown key; %s", didYouMean(key.Value, names))
			meant, _ := spelling.Nearest(key.Value, names)
			misspelled[meant] = true
		default:
			r.visit(here, value, fields[known].take)
		}
		if seen[key.Value] == 0 {
			seen[key.Value] = key.Line
		}
	}
	for _, f := range fields {
		switch here := join(path, f.name); {
		case seen[f.name] > 0:
		case misspelled[f.name]:
			r.markLost(here)
		case f.required != "":
			r.lose(here, node, "%s", f.required)
		}
	}
}

// list reads a sequence. An entry that cannot be read stays in it, empty, so that the others keep their
// numbers.
func list[T any](r *reader, into *[]T, one func(*T) take) take {
	return func(path string, node *yaml.Node) {
		if node.Kind != yaml.SequenceNode {
			r.lose(path, node, "want a list, not %s", describe(node))
			return
		}
		if len(node.Content) > maxList {
			r.lose(path, node, "at most %d entries, not %d", maxList, len(node.Content))
			return
		}
		if len(node.Content) > 0 {
			*into = make([]T, len(node.Content))
		}
		for i, item := range node.Content {
			r.visit(fmt.Sprintf("%s[%d]", path, i), item, one(&(*into)[i]))
		}
	}
}

// set is a list in which nothing may stand twice.
func set[T comparable](r *reader, into *[]T, one func(*T) take) take {
	return func(path string, node *yaml.Node) {
		list(r, into, one)(path, node)
		seen := map[T]bool{}
		for i, v := range *into {
			here := fmt.Sprintf("%s[%d]", path, i)
			if r.follows(here) {
				continue
			}
			if seen[v] {
				r.report(here, node.Content[i], "%s is there twice", describe(node.Content[i]))
			}
			seen[v] = true
		}
	}
}

// scalar reads one value. It is parsed from its text as it stands in the file, so that neither "no" nor
// 007 turns into something else.
func scalar[T any](r *reader, into *T, parse func(string) (T, error)) take {
	return func(path string, node *yaml.Node) {
		if node.Kind != yaml.ScalarNode {
			r.lose(path, node, "want one value, not %s", describe(node))
			return
		}
		v, err := parse(node.Value)
		if err != nil {
			r.lose(path, node, "%v", err)
			return
		}
		*into = v
	}
}

// text reads free text and keys, which Check looks at.
func text[T ~string](r *reader, into *T) take {
	return scalar(r, into, func(s string) (T, error) { return T(s), nil })
}

// oneOf reads a word out of a few.
func oneOf[T ~string](r *reader, into *T, known ...T) take {
	return scalar(r, into, func(s string) (T, error) {
		if slices.Contains(known, T(s)) {
			return T(s), nil
		}
		names := make([]string, len(known))
		for i, k := range known {
			names[i] = string(k)
		}
		return "", fmt.Errorf("unknown: %s; %s", quoted(s), didYouMean(s, names))
	})
}

// target follows an alias.
func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Tag == "!!null"
}

func describe(node *yaml.Node) string {
	switch node = target(node); node.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	}
	return quoted(node.Value)
}

// join is the path of a key. A key that is none is shortened and quoted, so that a problem stays one line.
func join(path, key string) string {
	if key == "" || len(key) > 40 || strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		key = quoted(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
