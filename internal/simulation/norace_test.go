//go:build !race

package simulation

// usual is how many schedules a plain test lives through.
const usual = 250
