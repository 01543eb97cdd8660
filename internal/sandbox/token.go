package sandbox

import (
	"maps"
	"regexp"
	"strings"
)

// realToken is what tokens of a real workspace look like. The sandbox's own have no numbers.
var realToken = regexp.MustCompile(`xox[a-z](?:\.xox[a-z])?-[0-9]{3,}[A-Za-z0-9-]*|xoxe\.[A-Za-z0-9.-]+|xapp-[0-9]-[A-Z0-9]{3,}[A-Za-z0-9-]*`)

// TokenRefusal is what everybody reads who brings the token of a real workspace.
const TokenRefusal = "this looks like the token of a real workspace, and was neither used nor kept: the sandbox takes only its own, which it shows under /sandbox"

// LooksLikeToken says whether a text holds something that looks like a token of a real workspace.
func LooksLikeToken(text string) bool {
	return (strings.Contains(text, "xox") || strings.Contains(text, "xapp-")) && realToken.MatchString(text)
}

// withoutTokens are the arguments as the log may keep them.
func (a args) withoutTokens() args {
	clean := a
	for k, v := range a {
		if !LooksLikeToken(v) {
			continue
		}
		clean = maps.Clone(clean)
		clean[k] = realToken.ReplaceAllString(v, "(a token, not kept)")
	}
	return clean
}
