// Package storetest is the conformance suite of package store: one named claim for each promise of its contract. Every store
// passes it; what only one kind of store promises (files, crashes) is tested beside that store.
//
// It knows no store. A claim runs over [T], a small part of testing.T, so that the suite itself can be tested: mutant_test.go breaks
// one promise after the other and sees that some claim notices.
//
// Reading order: this file, world.go (what claims are written with), then the claims by subject.
package storetest

import (
	"context"
	"slices"
	"testing"

	"epilogue/store"
)

// T is what a claim needs of a testing.T.
type T interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Claim is one promise of the contract. Check gets a fresh, empty store, which it may close.
type Claim struct {
	Name  string
	Check func(t T, s store.Store)
}

// Run checks every claim, each on a store of its own. open makes an empty one and arranges for its end.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range Claims() {
		t.Run(c.Name, func(t *testing.T) { c.Check(t, open(t)) })
	}
}

// Claims are all of them.
func Claims() []Claim {
	var claims []Claim
	for _, c := range slices.Concat(incidentClaims, deliveryClaims, listClaims, taskClaims, followUpClaims, laneClaims, claimClaims, mergeClaims, outcomeClaims, processClaims, directoryClaims, storeClaims) {
		claims = append(claims, Claim{Name: c.name, Check: func(t T, s store.Store) { c.check(&world{T: t, Store: s, ctx: t.Context()}) }})
	}
	return claims
}

// claim is how the claims of this package are written.
type claim struct {
	name  string
	check func(w *world)
}

// Try checks one claim outside of a test, and returns what it had to say against the store.
func Try(ctx context.Context, c Claim, s store.Store) []string {
	r := &recorder{ctx: ctx}
	done := make(chan struct{})
	go func() { // Fatalf ends the goroutine that it is called in
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		c.Check(r, s)
	}()
	<-done
	return r.said()
}
