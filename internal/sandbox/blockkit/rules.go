package blockkit

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// shape is what Slack accepts for one kind of object.
type shape struct {
	on      surface // where it may stand; 0 means anywhere
	in      place   // likewise, inside the surface
	untyped bool    // the object has no type property
	fields  []field
	also    func(c *checker, at string, o object) // what concerns several fields, or the whole payload
}

// field is one property of an object.
type field struct {
	name     string
	required bool
	rule     rule
}

func must(name string, r rule) field { return field{name, true, r} }
func may(name string, r rule) field  { return field{name, false, r} }

// with puts one table row's own fields before those it shares with others.
func with(shared []field, own ...field) []field { return slices.Concat(own, shared) }

// rule checks the value of one property; at is its JSON pointer.
type rule func(c *checker, at string, v any)

// chars is a string of so many Unicode code points.
func chars(atLeast, atMost int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		if !ok {
			c.refuse(at, "must provide a string")
			return
		}
		c.length(at, utf8.RuneCountInString(s), atLeast, atMost)
	}
}

func (c *checker) length(at string, n, atLeast, atMost int) {
	switch {
	case n < atLeast:
		c.refuse(at, "must be more than %d characters", atLeast-1)
	case n > atMost:
		c.refuse(at, "must be less than %d characters", atMost+1)
	}
}

// unlimited is for strings whose length Slack does not document.
const unlimited = 1 << 30

// link is an absolute URL.
func link(atMost int) rule {
	return func(c *checker, at string, v any) {
		before := len(c.problems)
		chars(1, atMost)(c, at, v)
		if len(c.problems) > before {
			return
		}
		if u, err := url.Parse(v.(string)); err != nil || u.Scheme == "" || u.Host+u.Opaque+u.Path == "" {
			c.refuse(at, "invalid url")
		}
	}
}

// httpsLink is an https URL.
func httpsLink(atMost int) rule {
	return func(c *checker, at string, v any) {
		before := len(c.problems)
		link(atMost)(c, at, v)
		if len(c.problems) > before {
			return
		}
		if u, err := url.Parse(v.(string)); err != nil || u.Scheme != "https" {
			c.refuse(at, "invalid url")
		}
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.refuse(at, "must provide a boolean")
	}
}

// integer is a whole number in a range.
func integer(atLeast, atMost int64) rule {
	return func(c *checker, at string, v any) {
		n, _ := v.(json.Number)
		i, err := strconv.ParseInt(n.String(), 10, 64)
		switch {
		case err != nil:
			c.refuse(at, "must provide an integer")
		case i < atLeast:
			c.refuse(at, "must be more than %d", atLeast-1)
		case i > atMost:
			c.refuse(at, "must be less than %d", atMost+1)
		}
	}
}

func numeric(c *checker, at string, v any) {
	if _, ok := v.(json.Number); !ok {
		c.refuse(at, "must provide a number")
	}
}

// positive is a number above zero.
func positive(c *checker, at string, v any) {
	n, _ := v.(json.Number)
	f, err := n.Float64()
	switch {
	case err != nil:
		c.refuse(at, "must provide a number")
	case f <= 0:
		c.refuse(at, "must be more than 0")
	}
}

func oneOf(values ...string) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch {
		case !ok:
			c.refuse(at, "must provide a string")
		case !slices.Contains(values, s):
			c.refuse(at, "must be a valid enum value")
		}
	}
}

// like is a string of a certain form.
func like(what string, re *regexp.Regexp) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch {
		case !ok:
			c.refuse(at, "must provide a string")
		case !re.MatchString(s):
			c.refuse(at, "invalid %s", what)
		}
	}
}

// calendarDate is YYYY-MM-DD, a day that exists.
func calendarDate(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok {
		c.refuse(at, "must provide a string")
		return
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		c.refuse(at, "invalid date")
	}
}

// zone is an IANA time zone.
func zone(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok {
		c.refuse(at, "must provide a string")
		return
	}
	if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
		c.refuse(at, "invalid timezone")
	}
}

// listOf is an array with so many items.
func listOf(atLeast, atMost int, item rule) rule {
	return func(c *checker, at string, v any) {
		l, ok := v.([]any)
		if !ok {
			c.refuse(at, "must provide an array")
			return
		}
		c.count(at, len(l), atLeast, atMost)
		for i, x := range l {
			item(c, fmt.Sprintf("%s/%d", at, i), x)
		}
	}
}

// record is an object without a type.
func record(s shape) rule {
	s.untyped = true
	return func(c *checker, at string, v any) {
		o, ok := v.(object)
		if !ok {
			c.refuse(at, "must provide an object")
			return
		}
		c.fields(at, o, s)
	}
}

// anyOf is an object whose type is one of the table.
func anyOf(shapes map[string]shape) rule {
	return func(c *checker, at string, v any) {
		if o, s, ok := c.pick(at, v, shapes, 0); ok {
			c.fields(at, o, s)
		}
	}
}

func blockIn(where place) rule {
	return func(c *checker, at string, v any) { c.block(at, v, where) }
}

func elementIn(where place) rule {
	return func(c *checker, at string, v any) { c.element(at, v, where) }
}

// either refuses an object that has none or both of two properties, with the text given for each case.
func either(a, b, none, both string) func(c *checker, at string, o object) {
	return func(c *checker, at string, o object) {
		_, hasA := o[a]
		_, hasB := o[b]
		switch {
		case !hasA && !hasB:
			c.refuse(at, "%s", none)
		case hasA && hasB:
			c.refuse(at, "%s", both)
		}
	}
}

// all joins several checks of whole objects.
func all(checks ...func(c *checker, at string, o object)) func(c *checker, at string, o object) {
	return func(c *checker, at string, o object) {
		for _, check := range checks {
			check(c, at, o)
		}
	}
}
