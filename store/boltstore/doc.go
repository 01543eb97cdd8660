// Package boltstore keeps the contract of package store in one bbolt file, held by one process at a time.
//
// It knows nothing of Slack and decides nothing about incidents. What it adds to bbolt:
//
//   - group commit (writer.go): one goroutine takes what waits, writes it in one transaction and answers each caller, so
//     that a sync of the disk is shared by all who wait and nobody waits for a timer;
//   - what one change writes lies together (keys.go): an incident with its events, the last first, and deliveries in the order of time (deliveries.go);
//   - ordered indexes (keys.go, index.go): every list is read a page at a time, and nothing scans all incidents;
//   - an outbox whose cost follows what is due (outbox.go, claim.go);
//   - care with the file (open.go, inspect.go, mark.go): it is created whole or not at all, looked through before it is trusted after the machine
//     ended in the middle of things, and never re-created or repaired silently; opening reads little of it otherwise, and a damaged page that is met
//     later is an error of whoever meets it;
//   - a record that cannot be read stops nobody else (unread.go);
//   - an end after a commit of unknown outcome (commit.go): once bbolt could not sync, it may show and later keep what it said it had
//     not, so nothing more is written until the store is opened again.
//
// Reading order: open.go, writer.go, commit.go, keys.go, then the methods of the contract by subject.
package boltstore
