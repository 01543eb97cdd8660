package blocks

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"epilogue/flow"
)

// whys are all reasons of refusals, read from the source of package flow, so that a new one cannot be forgotten here.
func whys(t *testing.T) []flow.Why {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../flow/refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []flow.Why
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Why" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, flow.Why(value))
		}
		return true
	})
	if len(out) < 25 {
		t.Fatalf("found only %d reasons", len(out))
	}
	return out
}

func TestEveryRefusalHasItsOwnWords(t *testing.T) {
	s := entered(t, process())
	nothing := Refusal(s.scene(), s.inc, flow.Refusal{Why: "a reason from the future", Incident: 42}).Plain()
	if !strings.Contains(nothing, "not possible") {
		t.Errorf("an unknown reason says %q", nothing)
	}
	said := map[string]flow.Why{nothing: "unknown reasons"}
	var b strings.Builder
	for _, why := range whys(t) {
		r := flow.Refusal{
			Why: why, Incident: 42, Field: flow.FieldReason, Task: 2, Limit: 1000, Status: "reviewing", Stage: s.inc.Stage,
			Right: flow.LeadAndAdmins, Standing: flow.Guest, By: ben, At: start, State: flow.Done, Flow: "Standard",
		}
		words := Refusal(s.scene(), s.inc, r)
		fits(t, string(why), Say(words))
		if other, there := said[words.Plain()]; there {
			t.Errorf("%s and %s say the same: %s", why, other, words.Plain())
		}
		said[words.Plain()] = why
		fmt.Fprintf(&b, "%s: %s\n", why, words.Plain())
	}
	same(t, "refusals.txt", b.String())
}

func TestAPrivateIncidentIsRefusedLikeOneThatDoesNotExist(t *testing.T) {
	s := entered(t, process())
	there := Refusal(s.scene(), s.inc, flow.Refusal{Why: flow.UnknownIncident, Incident: 42})
	none := Refusal(s.scene(), flow.Incident{}, flow.Refusal{Why: flow.UnknownIncident, Incident: 42})
	if there != none || there != s.scene().Unknown("INC-42") {
		t.Errorf("three wordings: %q, %q and %q", there, none, s.scene().Unknown("INC-42"))
	}
}

func TestARefusalFitsWhateverItIsAbout(t *testing.T) {
	for _, why := range whys(t) {
		empty := Refusal(Scene{}, flow.Incident{}, flow.Refusal{Why: why})
		fits(t, "empty "+string(why), Say(empty))
		long := strings.Repeat("&", 1000)
		full := Refusal(Scene{}, flow.Incident{}, flow.Refusal{Why: why, Flow: long, Status: flow.Key(long), Field: long, By: flow.UserID(long)})
		fits(t, "long "+string(why), Say(full))
	}
}

func TestATypoGetsTheNearestCommand(t *testing.T) {
	for typed, want := range map[string]string{
		"taks": "tasks", "delcare": "declare", "closed": "close", "moveon": "move-on", "TODO": "todo", "x": "", "": "",
		"something else": "", "lsit": "list", strings.Repeat("a", 5000): "",
	} {
		if got := NoSuchCommand(Scene{}, typed).Plain(); want != "" && !strings.HasSuffix(got, "Did you mean `/inc "+want+"`?") || want == "" && strings.Contains(got, "mean") {
			t.Errorf("%.20q is answered with %q, want %q to be meant", typed, got, want)
		}
	}
}
