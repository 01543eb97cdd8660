package blocks

import (
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// HistoryPage is how many versions a page of the history holds.
const HistoryPage = 10

// mostSaid is how many changes of a version the history says; the version itself says all.
const mostSaid = 3

// VersionData is one version of the process: who made it, when, and what was different from the one before.
type VersionData struct {
	Version int
	By      flow.UserID
	At      time.Time
	Changes []flow.Difference
	First   bool // no version before it is known
}

// HistoryModal shows the versions of the process, the present one first.
func HistoryModal(s Scene, page Page[VersionData]) slack.ModalViewRequest {
	shown := []slack.Block{section(say("Every saved change made a version. Nothing is lost by going back to one: that makes the next."), nil)}
	for _, v := range page.first(HistoryPage) {
		lines := []Text{s.versionHead(v)}
		for i, d := range v.Changes {
			if i == mostSaid {
				lines = append(lines, say("… and %s", count(len(v.Changes)-i, "more change")))
				break
			}
			lines = append(lines, say("• %s", s.Difference(d).Clip(shortReason)))
		}
		shown = append(shown, section(join("\n", lines...), button(Version, "Open", Ref{Version: v.Version}, say("Version %d", v.Version).Plain())))
	}
	shown = append(shown, page.turn(History, Ref{})...)
	return modal(History, Ref{Page: page.Number}, "History", "", shown...)
}

func (s Scene) versionHead(v VersionData) Text {
	now := Text{}
	if v.Version == s.Process.Version {
		now = say("the present one")
	}
	if v.At.IsZero() {
		return join(" · ", say("*Version %d*", v.Version), now, say("as it was installed"))
	}
	return join(" · ", say("*Version %d*", v.Version), now, s.editor(v.By), s.moment(v.At))
}

// editor is who made a version: nobody is whoever runs the program, by its command line.
func (s Scene) editor(u flow.UserID) Text {
	if u == "" {
		return say("by command line")
	}
	return s.name(u)
}

// mostLines is how many differences a view says, so that it stays a view that people read.
const mostLines = 100

// VersionModal shows all that a version changed. since is what is different in the present one; none for the present one itself.
func VersionModal(s Scene, v VersionData, since []flow.Difference) slack.ModalViewRequest {
	shown := []slack.Block{section(s.versionHead(v), nil)}
	switch {
	case v.First:
		shown = append(shown, section(say("This is the first one that is known."), nil))
	case len(v.Changes) == 0:
		shown = append(shown, section(say("Nothing that means anything is different from the version before."), nil))
	default:
		shown = append(shown, s.differences(v.Changes)...)
	}
	r := Ref{Version: v.Version}
	if v.Version != s.Process.Version && len(since) > 0 {
		shown = append(shown, actions("version/do", button(GoBack, "Go back to it", r, say("Version %d", v.Version).Plain())))
	}
	return modal(Version, r, say("Version %d", v.Version).Plain(), "", shown...)
}

func (s Scene) differences(all []flow.Difference) []slack.Block {
	var lines []Text
	for i, d := range all {
		if i == mostLines {
			lines = append(lines, say("… and %s.", count(len(all)-i, "more change")))
			break
		}
		lines = append(lines, say("• %s", s.Difference(d).Clip(2*shortReason)))
	}
	return paragraph(join("\n", lines...))
}

// GoBackToForm asks before the process becomes again what it was in an earlier version. changes is what that means for the present one.
func GoBackToForm(s Scene, version int, changes []flow.Difference, r Ref, e Editing) slack.ModalViewRequest {
	shown := append(s.opening(say("The process will be again what it was in version %d, as a new version. What is in use and was not there then stays, retired. This changes:", version), e),
		s.differences(changes)...)
	return modal(GoBack, r, "Go back", "Go back", shown...)
}
