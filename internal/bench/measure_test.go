package bench

import (
	"math"
	"slices"
	"testing"
	"time"
)

// rounds is how often each thing is measured; what is reported is the median. Both sides of a ratio are measured in every round, one after the
// other, so that they meet the same weather.
const rounds = 5

// patience bounds every wait for something that should happen soon.
const patience = 30 * time.Second

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// percentile is the value below which p of all lie, 0 < p < 1.
func percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

// medians collects figures by unit, one of each a round.
type medians map[string][]float64

func (m medians) add(unit string, value float64) { m[unit] = append(m[unit], value) }

func (m medians) of(unit string) float64 { return median(m[unit]) }

// report reports the median of each unit, and keeps the time per operation out, which means nothing here.
func (m medians) report(b *testing.B) {
	b.Helper()
	for unit, values := range m {
		b.ReportMetric(median(values), unit)
	}
	b.ReportMetric(0, "ns/op")
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
