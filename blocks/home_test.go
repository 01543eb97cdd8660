package blocks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
