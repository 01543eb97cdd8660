// Package kit draws Block Kit as HTML the way Slack's client shows it: messages, modals and the Home tab, with every element in the
// state that a person left it in.
//
// It is pure: JSON in, HTML out. It refuses to know of servers, people's permissions and what an action leads to; names, links and
// addresses to post to are given to it. Whatever the JSON holds, the result is balanced, carries no script, style or event attribute,
// and links only to http, https and mailto.
//
// What a person types or chooses travels as a list of strings (the value of an option, an id, the text): assets/kit.js collects them,
// Typed and Leaf translate between them and the leaves of state.values.
//
// Read Surface first, then blocks.go (a function for each type of block, with its template in blocks.html), elements.go (the same for
// elements, with elements.html), inline.go (mrkdwn) and typed.go.
package kit

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"epilogue/internal/sandbox/blockkit"
)

// Viewer is who looks: names, dates and mentions are shown for them.
type Viewer struct {
	ID    string                     // mentions of this user are highlighted
	Names blockkit.Names             // may be nil: ids are shown
	Zone  *time.Location             // nil: dates stand as their fallback
	Now   time.Time                  // what dates are relative to
	Link  func(url string) string    // may be nil; turns an address of Slack's into a local one ("/…"), and leaves others alone
	Know  func(kind, id string) bool // may be nil; whether a user, channel or group exists for the viewer
}

// Kind is what sort of surface blocks stand on.
type Kind string

// The surfaces.
const (
	Message Kind = "message"
	Modal   Kind = "modal"
	Home    Kind = "home"
)

// Surface is where blocks stand, and who looks at them.
type Surface struct {
	Viewer
	Kind   Kind
	Blocks json.RawMessage                       // normalized
	State  map[string]map[string]json.RawMessage // what was typed and chosen, over the initial values: block_id, action_id, leaf
	Errors map[string]string                     // under the fields, by block_id

	Action  string // the address that actions are posted to; "" shows everything disabled
	Suggest string // the address that menus ask for options

	Conversation, TS, View string // posted with an action: of a message the first two, else the view's id
	Key                    string // tells surfaces of the same message apart that stand on one page
}

//go:embed *.html
var files embed.FS

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("kit").Option("missingkey=error").ParseFS(files, "*.html"))
})

// m is the data of a template.
type m map[string]any

// renderer draws one surface.
type renderer struct {
	Surface
	state  map[string]map[string]json.RawMessage
	key    string // DOM ids begin with it
	block  string // block_id of the block being drawn
	near   string // what the nearest text above says
	broken error  // the first template that failed: a mistake of ours
}

// Blocks draws all blocks of a surface. What is no array of blocks draws an empty one.
func Blocks(s Surface) template.HTML { return newRenderer(s).surface() }

func newRenderer(s Surface) *renderer {
	r := &renderer{Surface: s, state: blockkit.EmptyState(s.Blocks), key: "k" + hash(strings.Join([]string{string(s.Kind), s.Conversation, s.TS, s.View, s.Key}, "\x00"))}
	for block, actions := range r.state {
		for action, leaf := range actions {
			if mine := s.State[block][action]; mine != nil && typeOf(mine) == typeOf(leaf) {
				actions[action] = mine
			}
		}
	}
	return r
}

func (r *renderer) surface() template.HTML {
	blocks, _ := decode(r.Blocks).([]any)
	return r.draw("surface", m{
		"Kind": r.Kind, "Key": r.key, "Action": r.Action, "Suggest": r.Suggest,
		"Conversation": r.Conversation, "TS": r.TS, "View": r.View, "Blocks": r.blocks(objects(blocks), mostNested),
	})
}

func typeOf(leaf json.RawMessage) string {
	o, _ := decode(leaf).(object)
	return str(o, "type")
}

// draw fills in a template. One that fails leaves nothing behind; tests see to it that none does.
func (r *renderer) draw(name string, data m) template.HTML {
	var b strings.Builder
	if err := templates().ExecuteTemplate(&b, name, data); err != nil {
		r.broken = fmt.Errorf("draw %s: %w", name, err)
		return ""
	}
	return template.HTML(b.String()) //nolint:gosec // html/template wrote it
}

// id makes a DOM id that stays the same as long as block_id and action_id do.
func (r *renderer) id(parts ...string) string {
	return r.key + "-" + hash(strings.Join(append([]string{r.block}, parts...), "\x00"))
}
