package page

import (
	"html/template"

	"epilogue/internal/sandbox/page/kit"
)

// home is the inside of #home: what the app published for the person, or a word that it has not.
func (v *viewer) home() (template.HTML, error) {
	s, published, err := v.page.slack.HomeScreen(v.who)
	if err != nil {
		return "", err
	}
	if !published {
		return v.page.draw("nohome", nil)
	}
	return kit.Blocks(v.surface(kit.Home, s)), nil
}
