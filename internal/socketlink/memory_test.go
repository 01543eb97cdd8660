package socketlink

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// held is how much memory is in use once what can be freed was.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAnEnvelopeThatWaitsForItsAckCostsItsIDAndNotItsPayload(t *testing.T) {
	const n = 80 // of nearly 1 MiB each
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.net.capacity = 4 << 20
		r := f.start(func(o *Options) { o.Connections = 1 })
		defer r.end()
		r.connected(1)
		text := strings.Repeat("x", 1<<20-200)
		before := held()
		var waiting []Envelope
		for i := range n {
			f.live()[0].say(fmt.Sprintf(`{"envelope_id":"E%d","type":"interactive","payload":{"text":%q}}`, i, text))
			e := r.next()
			e.Payload = nil // it was decoded
			waiting = append(waiting, e)
		}
		if now := held(); now-before > 32<<20 {
			t.Errorf("%d MiB are held for %d envelopes of 1 MiB", (now-before)>>20, n)
		}
		for _, e := range waiting {
			if err := e.Ack(t.Context(), nil); err != nil {
				t.Error(err)
			}
		}
		pass(time.Second)
		if got := len(f.ackedIDs()); got != n {
			t.Errorf("%d of %d are acked", got, n)
		}
	})
}

func TestAReaderThatWaitsForItsConsumerTakesNothingMoreIn(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.net.capacity = 1 << 20
		release := make(chan struct{})
		var handed, sent atomic.Int64
		r := f.start(func(o *Options) {
			o.Connections = 1
			o.DeadAfter = time.Hour
			o.Handle = func(e Envelope) { handed.Add(1); <-release; ackAtOnce(e) }
		})
		r.connected(1)
		text := strings.Repeat("x", 1<<20-200)
		before := held()
		f.work.Go(func() {
			for i := range 4096 {
				f.live()[0].say(fmt.Sprintf(`{"envelope_id":"E%d","type":"interactive","payload":{"text":%q}}`, i, text))
				if sent.Add(1); handed.Load() > 1 {
					return // it was let go
				}
			}
		})
		pass(time.Minute)
		if sent.Load() > 4 || handed.Load() != 1 {
			t.Errorf("%d were taken in, %d handed over", sent.Load(), handed.Load())
		}
		if now := held(); now-before > 24<<20 {
			t.Errorf("%d MiB are held", (now-before)>>20)
		}
		close(release)
		pass(time.Second)
		r.end()
	})
}

func TestAFloodOfWhatCannotBeReadIsBoundedWhereNoAckGoesOut(t *testing.T) {
	inFakeTime(t, time.Millisecond, func(t *testing.T, f *fakeSlack) {
		f.net.capacity = 16 * 1024
		r := f.start(func(o *Options) { o.Connections = 1 })
		r.connected(1)
		s := f.live()[0]
		s.raw.in.change(func() { s.raw.in.unread += 1 << 20 }) // takes no acks
		before := runtime.NumGoroutine()
		most := 0
		for i := range 5000 {
			s.say(fmt.Sprintf(`{"envelope_id":"E%d","type":"interactive"}`, i))
			if i%100 == 0 {
				pass(time.Millisecond)
				most = max(most, runtime.NumGoroutine())
			}
		}
		if most > before+mostOdd+20 {
			t.Errorf("%d goroutines, %d before", most, before)
		}
		r.await("all to be counted", func() bool { return r.State().Unreadable == 5000 })
		s.cut()
		r.end()
	})
}
