package flowfile

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"epilogue/flow"
)

// MaxSize is how many bytes a file may have.
const MaxSize = 5 << 20

// Read reads a whole process. Every section must be there, since what a file leaves out would be gone;
// within them, what has a default may be left out. name stands for the file in messages.
//
// What is wrong with the file comes back as Errors, all of it, and then the process is not to be used. A
// process that is read has no problems by flow.Process.Check. Its Version is the one that the file was
// made from, for the caller to compare, and 0 if the file does not say.
func Read(from io.Reader, name string) (flow.Process, error) {
	data, err := io.ReadAll(io.LimitReader(from, MaxSize+1))
	if err != nil {
		return flow.Process{}, fmt.Errorf("read %s: %w", name, err)
	}
	r := reader{file: name, root: &yaml.Node{}, lost: map[string]bool{}, above: map[string]bool{}}
	var p flow.Process
	if r.parse(data) {
		r.visit("", r.root, r.process(&p))
		r.check(p)
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return flow.Process{}, r.problems
	}
	return p, nil
}

// parse makes the tree, and reports false where there is none.
func (r *reader) parse(data []byte) bool {
	const nothing = "the file is empty; want the whole process, as epilogue flows export writes it"
	if len(data) > MaxSize {
		r.report("", r.root, "longer than %d MiB; a process is far smaller", MaxSize>>20)
		return false
	}
	if line, column, what := unreadable(data); what != "" {
		r.report("", &yaml.Node{Line: line, Column: column}, "%s", what)
		return false
	}
	var documents []yaml.Node
	if err := yaml.Load(data, &documents, yaml.WithAllDocuments()); err != nil {
		r.reportSyntax(err)
		return false
	}
	if len(documents) > 1 {
		r.report("", &documents[1], "a second document begins here; a process is one")
	}
	if len(documents) == 0 {
		r.report("", r.root, nothing)
		return false
	}
	r.root = &documents[0]
	if r.root.Kind == yaml.DocumentNode && len(r.root.Content) == 1 {
		r.root = r.root.Content[0]
	}
	if isNull(r.root) {
		r.report("", r.root, nothing)
		return false
	}
	return true
}

// reportSyntax takes the library's error apart; where it names no position the file's start is better
// than nothing.
func (r *reader) reportSyntax(err error) {
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		r.report("", r.root, "%v", err)
		return
	}
	what := at.Message
	if at.ContextMsg != "" {
		what += " " + at.ContextMsg
	}
	r.report("", &yaml.Node{Line: at.Mark.Line, Column: at.Mark.Column}, "%s", what)
}

var (
	references = regexp.MustCompile(`\.(role|values\[[0-9]+\])$`)
	referents  = regexp.MustCompile(`^(severities|types|roles)(\[[0-9]+\](\.key)?)?$`)
)

// check adds what flow.Process.Check finds, without what follows from a value that could not be read: it
// was reported itself, and so need not be looked for where something refers to it.
func (r *reader) check(p flow.Process) {
	if r.lost[""] { // then all that Check could say follows, and a file that explodes has much to check
		return
	}
	unsure := false
	for path := range r.lost {
		unsure = unsure || referents.MatchString(path)
	}
	for _, problem := range p.Check() {
		node, shown := r.locate(problem.Path)
		if r.follows(shown) || unsure && references.MatchString(problem.Path) {
			continue
		}
		r.report(shown, node, "%s", strings.ReplaceAll(problem.What, "\n", " "))
	}
}

// unreadable finds the first thing that is not text, which the YAML library reports without a position.
func unreadable(data []byte) (line, column int, what string) {
	line, column = 1, 1
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		switch {
		case c == utf8.RuneError && size == 1:
			return line, column, "the file is not UTF-8 text"
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7f, c == 0xfffe, c == 0xffff:
			return line, column, fmt.Sprintf("the file has a control character (%U)", c)
		case c == '\n':
			line, column = line+1, 0
		}
		data = data[size:]
		column++
	}
	return 0, 0, ""
}
