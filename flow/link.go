package flow

import (
	"net/url"
	"strings"
	"unicode"
)

// MaxLink is how long an address may be, in bytes.
const MaxLink = 2000

// link checks the address of something that people attach, such as a document or an issue: whole, http or https, and with nothing in it that would
// mislead whoever follows it. A name and a password in it would be everybody's, and letters outside ASCII in the host look like others: such a
// host can be written in its xn-- form. It is kept as it was typed, without the space around it; empty is no address.
func link(field, address string) (string, error) {
	address = strings.TrimSpace(address)
	if len(address) > MaxLink {
		return "", Refusal{Why: TooLong, Field: field, Limit: MaxLink}
	}
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	odd := strings.ContainsFunc(address, func(r rune) bool {
		return !unicode.IsGraphic(r) || unicode.IsSpace(r) || strings.ContainsRune("<>|\"\\`", r)
	})
	if err != nil || odd || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !plainHost(u.Host) {
		return "", Refusal{Why: BadLink, Field: field}
	}
	return address, nil
}

// plainHost reports whether a host, with or without a port, is written in letters that look like nothing else.
func plainHost(host string) bool {
	return host != "" && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == "" && strings.Trim(host, ".-:[]") != ""
}
