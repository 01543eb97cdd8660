package config

import (
	"fmt"
	"strings"

	"epilogue/internal/spelling"
)

// suggest says what an unknown key may have meant: a key of the same section, else a setting of
// that name elsewhere, else all there is.
func suggest(section, key string) string {
	keys := keysOf(section)
	if near, ok := spelling.Nearest(key, keys); ok {
		return fmt.Sprintf("did you mean %s?", join(section, near))
	}
	leaves := make([]string, len(settings))
	for i, s := range settings {
		leaves[i] = s.path[strings.LastIndex(s.path, ".")+1:]
	}
	if near, ok := spelling.Nearest(key, leaves); ok {
		for i, leaf := range leaves {
			if leaf == near {
				return fmt.Sprintf("did you mean %s?", settings[i].path)
			}
		}
	}
	return "known here: " + strings.Join(keys, ", ")
}
