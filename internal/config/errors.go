package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with the configuration. It says where: either File, Line
// and Column (from 1), or Variable; neither for what is missing altogether.
type Problem struct {
	File     string
	Line     int
	Column   int
	Variable string // in the environment
	Path     string // of the setting, as slack.connections or admins[0]; "" for the whole file
	Message  string
}

// String is the problem on one line: where, which setting, what is wanted.
func (p Problem) String() string {
	var b strings.Builder
	switch {
	case p.Variable != "":
		fmt.Fprintf(&b, "%s: ", p.Variable)
	case p.File != "":
		fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	}
	if p.Path != "" {
		fmt.Fprintf(&b, "%s: ", p.Path)
	}
	b.WriteString(p.Message)
	return b.String()
}

// Errors is everything that is wrong, those of the file first and in its order.
type Errors []Problem

// Error prints one problem a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// CheckTokens says which token is missing and where it may be set, as Errors; nil when both are
// there. Load does not ask for them, because not everything that reads a configuration talks to
// Slack.
func (s Slack) CheckTokens() error {
	var missing Errors
	if s.BotToken.Empty() {
		missing = append(missing, missingToken("slack.bot_token"))
	}
	if s.AppToken.Empty() {
		missing = append(missing, missingToken("slack.app_token"))
	}
	if len(missing) > 0 {
		return missing
	}
	return nil
}

func missingToken(path string) Problem {
	row, _ := settingAt(path)
	return Problem{Path: path, Message: fmt.Sprintf(
		"missing; set it in the configuration file, in %s, or in a file that %[1]s_FILE names", row.variable)}
}
