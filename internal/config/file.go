package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The file is walked as nodes, not decoded into structs, for three reasons: every problem keeps
// its position, a variable is expanded inside the scalar in which it stands and can bring in no
// YAML, and what the environment overrides is not read.

func (l *loader) readFile(data []byte) {
	if p, bad := unreadable(data); bad {
		l.reportAt(p.line, p.column, "", errors.New(p.message))
		return
	}
	var documents []yaml.Node
	if err := yaml.Load(data, &documents, yaml.WithAllDocuments()); err != nil {
		l.reportSyntax(err)
		return
	}
	if len(documents) == 0 {
		return
	}
	if len(documents) > 1 {
		l.reportNode(&documents[1], "", errors.New("a second document begins here; one is read"))
	}
	for _, root := range documents[0].Content {
		l.section("", root)
	}
}

// section reads a mapping whose keys are the settings and sections under path. An empty one is
// the same as none.
func (l *loader) section(path string, node *yaml.Node) {
	node = target(node)
	if isNull(node) {
		return
	}
	if node.Kind != yaml.MappingNode {
		l.reportNode(node, path, fmt.Errorf("want settings (%s), not %s", strings.Join(keysOf(path), ", "), describe(node)))
		return
	}
	firstLine := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			l.reportNode(key, path, fmt.Errorf("want the name of a setting, not %s", describe(key)))
			continue
		}
		here := join(path, label(key.Value))
		if line, again := firstLine[key.Value]; again {
			l.reportNode(key, here, fmt.Errorf("given twice, first in line %d", line))
			continue
		}
		firstLine[key.Value] = key.Line
		l.entry(path, key, value, here)
	}
}

func (l *loader) entry(section string, key, value *yaml.Node, here string) {
	dotted := strings.Contains(key.Value, ".")
	s, isSetting := settingAt(here)
	switch {
	case isSetting && dotted:
		outer, inner, _ := strings.Cut(key.Value, ".")
		l.reportNode(key, here, fmt.Errorf("sections are not written with dots: put %s below %s, indented", inner, outer))
	case isSetting && l.set[s.path]:
		// A variable wins, so that what the file would need (a variable of its own) is not asked for.
	case isSetting && s.list:
		l.list(s, target(value))
	case isSetting:
		l.scalar(s, target(value), s.path)
	case !dotted && len(keysOf(here)) > 0:
		l.section(here, value)
	default:
		l.reportNode(key, here, errors.New("unknown setting; "+suggest(section, key.Value)))
	}
}

// list takes a sequence, or one value with commas, so that a variable can hold them all.
func (l *loader) list(s setting, node *yaml.Node) {
	if node.Kind != yaml.SequenceNode {
		l.scalar(s, node, s.path)
		return
	}
	for i, item := range node.Content {
		path := fmt.Sprintf("%s[%d]", s.path, i)
		if isNull(target(item)) {
			l.reportNode(item, path, errors.New("empty; remove it or fill it in"))
			continue
		}
		one := s
		one.list = false // an element is one value, whatever a variable brings
		l.scalar(one, target(item), path)
	}
}

func (l *loader) scalar(s setting, node *yaml.Node, path string) {
	switch {
	case isNull(node):
		return
	case node.Kind != yaml.ScalarNode:
		l.reportNode(node, path, fmt.Errorf("want one value, not %s", describe(node)))
		return
	case node.Style&yaml.TaggedStyle != 0:
		l.reportNode(node, path, errors.New("tags (!…) are not supported"))
		return
	}
	value, problems := expand(node.Value, l.env)
	for _, err := range problems {
		l.reportNode(node, path, err)
	}
	if len(problems) == 0 {
		l.apply(s, value, Problem{File: l.file, Line: node.Line, Column: node.Column, Path: path})
	}
}

func (l *loader) reportNode(node *yaml.Node, path string, err error) {
	l.reportAt(node.Line, node.Column, path, err)
}

func (l *loader) reportAt(line, column int, path string, err error) {
	l.report(Problem{File: l.file, Line: max(line, 1), Column: max(column, 1), Path: path}, err)
}

// reportSyntax takes the library's error apart; where it names no position the file's start is
// better than nothing.
func (l *loader) reportSyntax(err error) {
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		l.reportAt(1, 1, "", err)
		return
	}
	message := at.Message
	if at.ContextMsg != "" {
		message += " " + at.ContextMsg
	}
	l.reportAt(at.Mark.Line, at.Mark.Column, "", errors.New(message))
}

// target follows an alias. A cycle of aliases cannot trap the walk, which goes only as deep as
// the table of settings.
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
	switch target(node).Kind {
	case yaml.MappingNode:
		return "settings"
	case yaml.SequenceNode:
		return "a list"
	}
	return quoted(target(node).Value)
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,60}$`)

// label is a key as it may stand in a message.
func label(key string) string {
	if plainKey.MatchString(key) && !looksSecret(key) {
		return key
	}
	return quoted(key)
}

type spot struct {
	line, column int
	message      string
}

// unreadable finds the first thing that is not text, which the YAML library reports without a
// position.
func unreadable(data []byte) (spot, bool) {
	line, column := 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			return spot{line, column, "the file is not UTF-8 text"}, true
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7f:
			return spot{line, column, fmt.Sprintf("the file has a control character (%U)", r)}, true
		case r == '\n':
			line, column = line+1, 0
		}
		data = data[size:]
		column++
	}
	return spot{}, false
}
