package bot

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"epilogue/blocks"
)

// Of two quick clicks the first may take longer on its way to Slack, or begin later.
func TestAViewShowsWhatWasAskedForLast(t *testing.T) {
	for _, c := range []struct {
		name  string
		first bool // the first is sent first, and takes long
		want  []string
	}{{"one after the other", true, []string{"one", "two"}}, {"the second overtakes the first", false, []string{"two"}}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			arrived, release := make(chan string, 2), make(chan struct{})
			var mu sync.Mutex
			var shown []string
			r.slack.answer("views.update", func(call call) any {
				what := "two"
				if strings.Contains(call.body+call.form.Encode(), "one") {
					what = "one"
				}
				arrived <- what
				<-release
				mu.Lock()
				defer mu.Unlock()
				shown = append(shown, what)
				return nil
			})
			one := r.update("V1", blocks.Notice("one", blocks.PressAgain()))
			two := r.update("V1", blocks.Notice("two", blocks.PressAgain()))
			begin := []func(context.Context) error{one, two}
			if !c.first {
				slices.Reverse(begin)
			}
			var g sync.WaitGroup
			for i, draw := range begin {
				g.Go(func() {
					if err := draw(t.Context()); err != nil {
						t.Error(err)
					}
				})
				if i == 0 {
					<-arrived
				}
			}
			close(release)
			g.Wait()
			if !slices.Equal(shown, c.want) {
				t.Errorf("drawn: %q, want %q", shown, c.want)
			}
		})
	}
}
