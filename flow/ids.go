package flow

import (
	"fmt"
	"strconv"
	"strings"
)

// IncidentID is the number behind a reference: 42 is INC-42. It is the identity of an incident for ever; gaps are allowed.
type IncidentID int

// String is the reference people use.
func (id IncidentID) String() string { return fmt.Sprintf("INC-%d", int(id)) }

// ParseReference reads a reference as people type it: INC-42 in any case, with or without the prefix's dash, "#42" or
// "42" not included, since a bare number names a task. It reports false for anything else.
func ParseReference(s string) (IncidentID, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 3 || !strings.EqualFold(s[:3], "INC") { // not ToUpper, which makes an I of more than an i
		return 0, false
	}
	rest := strings.TrimPrefix(s[3:], "-")
	if rest == "" || len(rest) > 9 || strings.Trim(rest, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(rest)
	return IncidentID(n), err == nil && n > 0
}

// UserID and ChannelID are Slack's ids, opaque here.
type (
	UserID    string
	ChannelID string
)

// Key is the permanent name of something whose visible name may change: a flow, a status, a severity, a role.
// Conditions and snapshots refer to keys.
type Key string

// TaskNumber numbers the tasks of one incident across all its statuses. It is never reused.
type TaskNumber int

// Limits of what people type, in Unicode code points.
const (
	MaxTitle       = 300
	MaxReason      = 1000
	MaxName        = 150
	MaxSummary     = 2000
	MaxDescription = 2000
	MaxTasks       = 200 // tasks of one incident that are not removed
)
