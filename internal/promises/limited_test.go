package promises

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/local"
	"epilogue/internal/sandbox"
)

// Slack limits one channel for five minutes. Time is fake, so that moments are exact.
func TestAChannelThatIsLimitedHoldsUpNoOtherAndKeepsItsOrder(t *testing.T) {
	inBubble(t, local.Options{Paced: true}, func(t *testing.T, l *local.Local) {
		s := l.Slack
		loud, quiet := inFlowOf(t, s, 1), inFlowOf(t, s, 2)
		rest(t, l)
		s.Faults().RateLimits(true)
		limit := s.Faults().Add(sandbox.Fault{
			Method: "chat.postMessage", Match: map[string]string{"channel": s.ChannelID(loud)}, Status: 429, RetryAfter: 5 * time.Minute, Times: 1,
		})
		var want []string
		for i := range 12 {
			want = append(want, fmt.Sprintf("news %02d", i))
			for _, in := range []string{loud, quiet} {
				if r := patiently(s, "ana").Slash(in, "/inc update "+want[i]); !r.Acked {
					t.Errorf("%s in %s: %s", want[i], in, r.Text())
				}
			}
		}
		wait(30 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff(want, newsIn(s, quiet), cmp.Comparer(contains)); diff != "" {
			t.Errorf("half a minute later, in the channel that is not limited (-want +got):\n%s", diff)
		}
		if got := newsIn(s, loud); len(got) > 0 {
			t.Errorf("posted while Slack wanted to be left alone: %q", got)
		}
		rest(t, l)
		if diff := cmp.Diff(want, newsIn(s, loud), cmp.Comparer(contains)); diff != "" {
			t.Errorf("afterwards, in the channel that was limited (-want +got):\n%s", diff)
		}
		if limit.Hits() != 1 {
			t.Errorf("%d calls were limited, want 1", limit.Hits())
		}
	})
}

// newsIn are the updates that were posted in a channel.
func newsIn(s *sandbox.Server, in string) []string {
	return slices.DeleteFunc(postsIn(s, in), func(text string) bool { return !strings.Contains(text, "news") })
}
