package story

import (
	"testing"

	"epilogue/internal/browser"
)

func TestAnAdminWritesATemplateSeesWhatItMakesAndItIsOffered(t *testing.T) {
	o := declared(t)
	b := o.sitsIn("ana", "#general")
	b.Press("Epilogue")
	b.Press("Home")
	b.Press("Templates: Post-mortem")
	b.Sees("What post-mortem documents are made from.", "Light, 578 characters")
	b.Press("Add template: Post-mortem")
	types(b, "Name", "For machines")
	chooses(b, "Begins as", "Light")
	submits(b)
	b.Sees("Documents that are made from now on begin like this.")
	b.Click(field(b, "Text"))
	b.Keys(" descaled by hand")
	b.Press("Preview: For machines")
	b.Sees("for an incident that is made up", "descaled by hand", "First check next time")
	b.Press("Close")
	submits(b)
	b.Sees("For machines, 595 characters")
	b.Press("Close")
	goes(b, "inc-1-coffee-machine-is-down")
	b.Sees(broken)
	b.Click("#composer-text")
	b.Keys("/inc postmortem", browser.Enter)
	chooses(b, "Template", "For machines")
	submits(b)
	b.Sees("The post-mortem of INC-1 is there")
}
