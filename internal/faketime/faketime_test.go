package faketime

import (
	"sync"
	"testing"
	"time"
)

// Without Test's care the race detector crashes here.
func TestManyTimersAtOnce(t *testing.T) {
	Test(t, func(*testing.T) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10_000 {
					<-time.NewTimer(0).C
				}
			})
			wg.Go(func() {
				for range 100 {
					time.Sleep(time.Nanosecond)
				}
			})
		}
		wg.Wait()
	})
}
