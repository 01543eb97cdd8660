package blockkit

import (
	"encoding/json"
	"fmt"
	"slices"
)

// MaxViewBytes is the size of a whole view above which Slack answers view_too_large, an error of its own that
// CheckView does not report.
const MaxViewBytes = 250_000

const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
)

// IsArray tells whether blocks are a JSON array; anything else Slack refuses with invalid_blocks_format. A caller for
// whom null means "no blocks" looks for it first.
func IsArray(blocks json.RawMessage) bool {
	v, _ := decode(blocks)
	_, ok := v.([]any)
	return ok
}

// CheckMessage says why Slack would refuse a message's blocks; nothing if it would take them. No blocks, null or
// an empty array are fine: a message may be text alone. Pointers start with /blocks.
func CheckMessage(blocks json.RawMessage) []Problem {
	v, ok := decode(blocks)
	if len(blocks) == 0 || ok && v == nil {
		return nil
	}
	c := newChecker(message)
	c.payload("/blocks", v, 0, maxMessageBlocks)
	return c.problems
}

// CheckView says why Slack would refuse a modal or Home view; nothing if it would take it. Pointers start with
// /view. As at Slack, the first problem of a refused view only says that the view fails, the rest say why.
func CheckView(view json.RawMessage) []Problem {
	v, _ := decode(view)
	o, ok := v.(object)
	if !ok {
		return []Problem{{"must provide an object", "/view"}}
	}
	kinds := map[string]surface{"modal": modal, "home": home}
	on, ok := kinds[str(o, "type")]
	c := newChecker(on)
	if ok {
		c.fields("/view", o, views[on])
	} else {
		c.unsupported("/view", o)
	}
	if len(c.problems) == 0 {
		return nil
	}
	return append([]Problem{{"failed to match all allowed schemas", "/view"}}, c.problems...)
}

// surface is a set of places where blocks can stand.
type surface uint

const (
	message surface = 1 << iota
	modal
	home

	everywhere = message | modal | home
)

// place is a set of places that a block or element can have inside its surface.
type place uint

const (
	topLevel    place = 1 << iota // a block of the payload itself
	inContainer                   // a block of a container
	inLayout                      // a block of a layout
	inFallback                    // a block of a layout's fallback
	inCarousel                    // a card of a carousel
	inSection                     // the accessory of a section, and so on
	inActions
	inInput
	inContext
	inContextActions
	inCard
	inCell
)

// checker walks one payload and collects what is wrong with it.
type checker struct {
	on       surface
	problems []Problem

	blocks, elements map[string]shape // the tables; held here because they refer to the checker's methods

	at        place // of the element being checked
	blockIDs  map[string]bool
	actionIDs map[string]bool // of the block being checked
	focused   bool            // an element with focus_on_load was seen
	markdown  int             // code points in markdown blocks so far
	tables    int
	charts    int
	extra     int // blocks that count toward the budget beyond the top-level ones
}

func newChecker(on surface) *checker {
	return &checker{on: on, blocks: blockShapes, elements: elementShapes, blockIDs: map[string]bool{}, actionIDs: map[string]bool{}}
}

func (c *checker) refuse(at, format string, args ...any) {
	c.problems = append(c.problems, Problem{fmt.Sprintf(format, args...), at})
}

// payload checks all blocks of a message or view.
func (c *checker) payload(at string, v any, atLeast, atMost int) {
	l, ok := v.([]any)
	if !ok {
		c.refuse(at, "must provide an array")
		return
	}
	c.count(at, len(l), atLeast, atMost)
	for i, b := range l {
		c.block(fmt.Sprintf("%s/%d", at, i), b, topLevel)
	}
	if len(l) <= atMost {
		c.count(at, len(l)+c.extra, 0, atMost)
	}
}

func (c *checker) count(at string, n, atLeast, atMost int) {
	switch {
	case n < atLeast:
		c.refuse(at, "must provide at least %d items", atLeast)
	case n > atMost:
		c.refuse(at, "no more than %d items allowed", atMost)
	}
}

// block checks one block that stands at the given place. Its action_ids are its own: the same id may be used in another
// block.
func (c *checker) block(at string, v any, where place) {
	o, s, ok := c.pick(at, v, c.blocks, where)
	if !ok {
		return
	}
	outer := c.actionIDs
	c.actionIDs = map[string]bool{}
	c.unique(at, o, "block_id", c.blockIDs)
	c.fields(at, o, s)
	c.actionIDs = outer
}

// element checks one element of a block.
func (c *checker) element(at string, v any, where place) {
	o, s, ok := c.pick(at, v, c.elements, where)
	if !ok {
		return
	}
	outer := c.at
	c.at = where
	c.unique(at, o, "action_id", c.actionIDs)
	c.fields(at, o, s)
	c.at = outer
}

// unique refuses the second use of an id; Slack points at the second one.
func (c *checker) unique(at string, o object, name string, seen map[string]bool) {
	id, ok := o[name].(string)
	if !ok {
		return
	}
	if seen[id] {
		c.refuse(at+"/"+name, "`%s` \"%s\" already exists", name, id)
	}
	seen[id] = true
}

// pick finds the shape for an object's type, if it may stand here at all.
func (c *checker) pick(at string, v any, shapes map[string]shape, where place) (object, shape, bool) {
	o, ok := v.(object)
	if !ok {
		c.refuse(at, "must provide an object")
		return nil, shape{}, false
	}
	s, ok := shapes[str(o, "type")]
	ok = ok && (s.on == 0 || s.on&c.on != 0) && (s.in == 0 || s.in&where != 0)
	if !ok {
		c.unsupported(at, o)
	}
	return o, s, ok
}

// unsupported refuses an object because of its type.
func (c *checker) unsupported(at string, o object) {
	switch kind := o["type"].(type) {
	case string:
		c.refuse(at+"/type", "unsupported type: %s", kind)
	case nil:
		if _, there := o["type"]; !there {
			c.refuse(at, "missing required field: type")
			return
		}
		c.refuse(at+"/type", "must provide a string")
	default:
		c.refuse(at+"/type", "must provide a string")
	}
}

// fields checks an object's properties against a shape: those it must have, those it may have, and no others.
func (c *checker) fields(at string, o object, s shape) {
	known := map[string]bool{"type": !s.untyped}
	for _, f := range s.fields {
		known[f.name] = true
		v, there := o[f.name]
		switch {
		case there:
			f.rule(c, at+"/"+f.name, v)
		case f.required:
			c.refuse(at, "missing required field: %s", f.name)
		}
	}
	var unknown []string
	for name := range o {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		c.refuse(at, "invalid additional property: %s", name)
	}
	if s.also != nil {
		s.also(c, at, o)
	}
}
