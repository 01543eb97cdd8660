//go:build race

package simulation

// usual is how many schedules a plain test lives through: fewer with the race detector, which makes each several times slower.
const usual = 50
