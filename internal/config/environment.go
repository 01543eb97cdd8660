package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// readEnvironment sets what the environment sets. A variable that is set to nothing counts as
// not set, because compose files and unit files often pass on what the operator left out.
func (l *loader) readEnvironment() {
	l.set = map[string]bool{}
	for _, s := range settings {
		variable, value, err := l.variable(s)
		if variable == "" {
			continue
		}
		l.set[s.path] = true
		at := Problem{Variable: variable, Path: s.path}
		if err != nil {
			l.report(at, err)
			continue
		}
		l.apply(s, value, at)
	}
}

// variable finds the name under which a setting is set, and the value; "" when it is not.
func (l *loader) variable(s setting) (name, value string, err error) {
	for _, name := range s.variables() {
		value := l.lookup(name)
		if !s.secret {
			if value != "" {
				return name, value, nil
			}
			continue
		}
		fileName := name + "_FILE"
		path := l.lookup(fileName)
		switch {
		case value != "" && path != "":
			return name, "", fmt.Errorf("%s is set as well; keep one of them", fileName)
		case path != "":
			value, err := readSecret(path)
			return fileName, value, err
		case value != "":
			return name, value, nil
		}
	}
	return "", "", nil
}

func (l *loader) lookup(name string) string {
	value, _ := l.env(name)
	return strings.TrimSpace(value)
}

func readSecret(path string) (string, error) {
	data, err := readSmall(path)
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(data))
	if value == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return value, nil
}

// apply checks a value and stores it. A list may be given as one value with commas.
func (l *loader) apply(s setting, value string, at Problem) {
	values := []string{value}
	if s.list {
		values = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
	}
	for _, v := range values {
		if err := s.set(&l.config, strings.TrimSpace(v)); err != nil {
			l.report(at, err)
		}
	}
}

func (l *loader) report(at Problem, err error) {
	at.Message = strings.NewReplacer("\n", " ", "\r", " ").Replace(err.Error())
	l.problems = append(l.problems, at)
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces ${NAME}, which must be set, and ${NAME:-default}, which need not be; $${ stands
// for a plain ${. It goes on after a problem, so that all of them are told. Values are not
// expanded again, and messages repeat no text but names.
func expand(text string, env func(string) (string, bool)) (string, []error) {
	var out strings.Builder
	var problems []error
	for {
		before, after, found := strings.Cut(text, "${")
		if !found {
			out.WriteString(before)
			return out.String(), problems
		}
		if plain, escaped := strings.CutSuffix(before, "$"); escaped {
			out.WriteString(plain + "${")
			text = after
			continue
		}
		out.WriteString(before)
		inside, rest, closed := strings.Cut(after, "}")
		if !closed {
			return "", append(problems, errors.New("a ${ is not closed; write $${ for a plain ${"))
		}
		value, err := resolve(inside, env)
		if err != nil {
			problems = append(problems, err)
		}
		out.WriteString(value)
		text = rest
	}
}

func resolve(inside string, env func(string) (string, bool)) (string, error) {
	name, fallback, hasFallback := strings.Cut(inside, ":-")
	if !variableName.MatchString(name) {
		return "", errors.New("want ${NAME} or ${NAME:-default}, NAME being letters, digits and _; write $${ for a plain ${")
	}
	if strings.Contains(fallback, "${") {
		return "", fmt.Errorf("the default of ${%s} holds another ${, which is not supported", name)
	}
	value, set := env(name)
	switch {
	case hasFallback && value == "":
		return fallback, nil
	case !set:
		return "", fmt.Errorf("the environment variable %s is not set; ${%[1]s:-default} would not need it", name)
	}
	return value, nil
}
