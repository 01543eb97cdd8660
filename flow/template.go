package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// PostmortemTemplate is what a post-mortem document is made from: Markdown, with front matter if it begins with a line of three dashes. In it
// {{name}} and the like stand for what is known of the incident; Placeholders lists them. A template is no part of the snapshot: who makes a document later
// gets the better one.
type PostmortemTemplate struct {
	Key     Key    `json:"key"`
	Name    string `json:"name"`
	Text    string `json:"text"`
	Retired bool   `json:"retired,omitempty"` // offered no more
}

// Limits of templates.
const (
	MaxTemplates    = 50
	MaxTemplateText = 20_000 // code points
)

// Placeholders are what {{…}} in a template can stand for.
func Placeholders() []string {
	return []string{
		"reference", "name", "severity", "type", "flow", "lead", "declared", "resolved", "duration",
		"summary", "impact", "timeline", "people", "follow-ups",
	}
}

// Placeholder finds the placeholders of a template.
var Placeholder = regexp.MustCompile(`\{\{ *([^{}\n]*?) *\}\}`)

// AllTemplates are the templates of the process, or those that Epilogue brings where it has none.
func (p Process) AllTemplates() []PostmortemTemplate {
	if len(p.Templates) == 0 {
		return StandardTemplates()
	}
	return p.Templates
}

// PostmortemTemplate finds a template.
func (p Process) PostmortemTemplate(k Key) (PostmortemTemplate, bool) {
	for _, t := range p.AllTemplates() {
		if t.Key == k {
			return t, true
		}
	}
	return PostmortemTemplate{}, false
}

// TemplatesFor are the templates offered for an incident, the usual one first: those of the flow that it is in, or would enter.
func (p Process) TemplatesFor(inc Incident) []PostmortemTemplate {
	f, ok := p.FlowFor(inc)
	if inc.Snapshot != nil {
		f, ok = p.Flow(inc.Snapshot.Flow)
	}
	if !ok {
		return p.OfferedTemplates()
	}
	return p.OfferedBy(f)
}

func (c *checker) templates(p Process) {
	seen := map[Key]bool{}
	for i, t := range p.Templates {
		at := fmt.Sprintf("templates[%d]", i)
		c.key(at, t.Key, seen)
		c.name(at+".name", t.Name, MaxLabel)
		c.template(at+".text", t.Text)
	}
	if len(p.OfferedTemplates()) == 0 {
		c.add("templates", "at least one that is not retired is needed")
	}
	if len(p.Templates) > MaxTemplates {
		c.add("templates", "at most %d", MaxTemplates)
	}
	for i, f := range p.Flows {
		for j, k := range f.Templates {
			at := fmt.Sprintf("flows[%d].templates[%d]", i, j)
			if _, ok := p.PostmortemTemplate(k); !ok {
				c.add(at, "no template has the key %q", k)
			}
			if slices.Contains(f.Templates[:j], k) {
				c.add(at, "%q is there twice", k)
			}
		}
	}
}

func (c *checker) template(at, text string) {
	if strings.TrimSpace(text) == "" {
		c.add(at, "a text is needed")
	}
	if utf8.RuneCountInString(text) > MaxTemplateText {
		c.add(at, "at most %d characters", MaxTemplateText)
	}
	if unknown := unknownPlaceholder(text); unknown != "" {
		c.add(at, "nothing is known as %q; there are %s", unknown, strings.Join(Placeholders(), ", "))
	}
}

const frontMatter = `---
incident: {{reference}}
name: {{name}}
severity: {{severity}}
type: {{type}}
lead: {{lead}}
declared: {{declared}}
resolved: {{resolved}}
duration: {{duration}}
---

# {{reference}}: {{name}}

## Summary

{{summary}}

## Impact

{{impact}}

> Who was affected, how many, for how long, and how they noticed.

`

// StandardTemplates are the templates that Epilogue brings, for admins to start from.
func StandardTemplates() []PostmortemTemplate {
	return []PostmortemTemplate{
		{Key: "standard", Name: "Standard", Text: frontMatter + `## Timeline

{{timeline}}

## People

{{people}}

## Contributing factors

> What made it possible, and what made it worse. Rarely is it one thing; nobody's name belongs here.

## Mitigators

> What kept it from being worse.

## What went well

> What to keep doing.

## Where we got lucky

> What helped this time, and cannot be counted on.

## Lessons

> What we know now that we did not know before.

## First check next time

> Where to look first when something like this happens again.

## Follow-ups

{{follow-ups}}
`},
		{Key: "light", Name: "Light", Text: frontMatter + `## What happened

> A few sentences: what broke, what brought it back.

{{timeline}}

## Lessons

> What we know now that we did not know before.

## First check next time

> Where to look first when something like this happens again.

## Follow-ups

{{follow-ups}}
`},
		{Key: "major", Name: "Major", Text: frontMatter + `> For customers and colleagues: in words that do not need this team's vocabulary.

## Timeline

{{timeline}}

## People

{{people}}

## Detection

> How we learned of it, how long that took, and what would have told us earlier.

## Response

> What was tried, in which order, and what was known at that time.

## Contributing factors

> What made it possible, and what made it worse. Rarely is it one thing; nobody's name belongs here.

## Mitigators

> What kept it from being worse.

## What went well

> What to keep doing.

## Where we got lucky

> What helped this time, and cannot be counted on.

## Lessons

> What we know now that we did not know before.

## First check next time

> Where to look first when something like this happens again.

## What we told others

> Customers, partners, authorities: what they were told, and when.

## Follow-ups

{{follow-ups}}
`},
	}
}
