package blocks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"epilogue/flow"
)

func TestALookIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Look{
			Filter: rapid.SampledFrom([]Filter{Everything, Mine, WithOverdue}).Draw(t, "filter"),
			Flow:   flow.Key(rapid.StringMatching(`[a-z0-9_-]{0,40}`).Draw(t, "flow")),
		}
		for _, section := range []string{SectionTasks, SectionPost, SectionClosed, SectionFlows} {
			l = l.After(HomePage, Ref{Want: section, Page: rapid.IntRange(0, 60).Draw(t, section)})
		}
		if diff := cmp.Diff(l, ParseLook(l.String()), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", l, diff)
		}
	})
}

func TestALookThatCannotBeReadIsTheFirstPageOfEverything(t *testing.T) {
	for _, s := range []string{"", "%zz", "show=somebody", "tasks=-1", "tasks=x", "show=1"} {
		if got := ParseLook(s); got.String() != "" {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

func TestAFilterBeginsAtTheFirstPage(t *testing.T) {
	l := Look{}.After(HomePage, Ref{Want: SectionPost, Page: 4}).After(HomePage, Ref{Want: SectionTasks, Page: 2})
	for what, got := range map[string]Look{
		"mine":   l.After(HomeShow, Ref{Want: string(Mine)}),
		"a flow": l.After(HomeFlow, Ref{Flow: "major"}),
	} {
		if got.Pages[SectionPost] != 0 || got.Pages[SectionTasks] != 2 {
			t.Errorf("%s shows %v", what, got.Pages)
		}
	}
	if l.Pages[SectionPost] != 4 {
		t.Error("the look before is another now")
	}
}

// A menu that holds more than Slack takes is searched instead.
func TestFlowsAreSearchedWhereThereAreTooMany(t *testing.T) {
	s := Scene{}
	for _, n := range []int{2, 99, 100, 200} {
		s.Process.Flows = nil
		for i := range n {
			name := say("Flow %d", i).Plain()
			s.Process.Flows = append(s.Process.Flows, flow.Flow{Key: flow.Key(say("flow-%d", i).Plain()), Name: name})
		}
		e := s.flowMenu(HomeFlow, "Which flow", "flow-1", "All flows")
		if len(e.Options) > mostOptions || n < 100 && len(e.Options) != n+1 || e.InitialOption.Text.Text != "Flow 1" {
			t.Errorf("%d flows: %d options, %q is chosen", n, len(e.Options), e.InitialOption.Text.Text)
		}
		if found := FlowChoices(s, ""); len(found) > mostOptions {
			t.Errorf("%d flows: a search offers %d", n, len(found))
		}
	}
	if found := FlowChoices(s, " fLOW 199 "); len(found) != 2 || found[1].Value != "?f=flow-199" {
		t.Errorf("a search offers %+v", found)
	}
}

// A click that is on its way while the tab is drawn again must still find what it was meant for.
func TestWhatCanBePressedKeepsItsNameWhenItIsDrawnAgain(t *testing.T) {
	menu := func(n flow.IncidentID) slack.Block {
		return section(say("an incident"), overflow(choice(Tasks, "Open tasks", Ref{Incident: n})))
	}
	names := func(shown ...slack.Block) (out []string) {
		for _, b := range steady(shown) {
			out = append(out, b.ID())
		}
		return out
	}
	before, after := names(menu(1), menu(2)), names(menu(3), section(say("some text"), nil), menu(1), menu(2), menu(2))
	if diff := cmp.Diff(before, []string{after[2], after[3]}); diff != "" {
		t.Errorf("drawn again, a menu has another name (-before +after):\n%s", diff)
	}
	if after[0] == after[2] || after[3] == after[4] || after[1] != "" {
		t.Errorf("names that are not apart: %q", after)
	}
}
