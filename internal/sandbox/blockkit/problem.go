package blockkit

import "fmt"

// Problem is one reason why Slack would refuse a payload.
type Problem struct {
	Text    string // in Slack's words, without "[ERROR] "
	Pointer string // JSON pointer to the offending part, such as /blocks/0/text/text
}

// String writes the problem as Slack lists it: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
func (p Problem) String() string {
	return fmt.Sprintf("%s [json-pointer:%s]", p.Text, p.Pointer)
}
