package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"epilogue/flow"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// promises are what a process said that a store had answered.
type promises struct {
	mu sync.Mutex // for hear
	answers
	atBegin  answers // those before the last backup began
	inBackup answers // those that the last finished backup has to hold
	backedUp bool
}

type answers struct {
	saved    map[flow.IncidentID]uint64 // up to which Rev
	finished map[string]bool            // by id of a job
	claims   map[string]int             // by id of a job
}

func newPromises() *promises {
	return &promises{answers: answers{map[flow.IncidentID]uint64{}, map[string]bool{}, map[string]int{}}}
}

func (a answers) isEmpty() bool { return len(a.saved) == 0 && len(a.claims) == 0 }

// hear takes a line in, as: saved 3 17.
func (p *promises) hear(line string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	words := strings.Fields(line)
	var err error
	switch {
	case len(words) == 0:
	case words[0] == "saved":
		var id flow.IncidentID
		var rev uint64
		_, err = fmt.Sscan(words[1]+" "+words[2], &id, &rev)
		p.saved[id] = max(p.saved[id], rev)
	case words[0] == "claimed":
		var n int
		_, err = fmt.Sscan(words[2], &n)
		p.claims[words[1]] = n
	case words[0] == "finished":
		p.finished[words[1]] = true
	case line == "backup begins":
		p.atBegin = answers{maps.Clone(p.saved), maps.Clone(p.finished), maps.Clone(p.claims)}
	case line == "backup done":
		p.inBackup, p.backedUp = p.atBegin, true
	default:
		err = errors.New("nobody knows what that promises")
	}
	if err != nil {
		return fmt.Errorf("%q: %w", line, err)
	}
	return nil
}

// Each Rev of an incident is saved with a delivery and a job, both of this name; delivering the job gives a result of this name.
func nameOf(id flow.IncidentID, rev uint64) string { return fmt.Sprintf("%d/%d", id, rev) }

// savers is how many people save at the same time, each an incident of their own.
const savers = 4

// life is what a process does with a store: several people save, jobs are delivered, and backups are made, all at once.
type life struct {
	db      *boltstore.DB
	say     func(line string) error // what was answered
	early   bool                    // says that it saved before it did
	saves   int                     // of each saver
	jobs    int                     // to deliver at most; the last one stays claimed
	backups int
}

// live is a child that lives three times in a row, and says on its standard output what was answered.
func live(o boltstore.Options, early bool) func(path string) error {
	return func(path string) error {
		for range 3 {
			db, err := boltstore.Open(path, o)
			if err != nil {
				return err
			}
			l := life{db: db, say: sayAloud, early: early, saves: 10, jobs: 20, backups: 2}
			if err := errors.Join(errors.Join(l.run(path)...), db.Close()); err != nil {
				return err
			}
		}
		return nil
	}
}

func sayAloud(line string) error {
	_, err := os.Stdout.WriteString(line + "\n") // in one call, so that lines stay whole
	return err
}

// run ends when everybody is done, or was refused for good.
func (l life) run(path string) []error {
	var all, saving sync.WaitGroup
	errs, saved := make(chan error, savers+2), make(chan struct{})
	for id := flow.IncidentID(1); id <= savers; id++ {
		saving.Go(func() { errs <- l.save(id) })
	}
	all.Go(func() { saving.Wait(); close(saved) })
	all.Go(func() { errs <- l.deliver(saved) })
	all.Go(func() { errs <- l.backUp(filepath.Join(filepath.Dir(path), "backup.db")) })
	all.Wait()
	close(errs)
	var failed []error
	for err := range errs {
		if err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

// untilThereIsRoom tries again what was refused for want of room, as people do.
func untilThereIsRoom(write func() error) (err error) {
	for range 100 {
		if err = write(); !errors.Is(err, store.ErrNoRoom) {
			return err
		}
	}
	return err
}

func (l life) save(id flow.IncidentID) error {
	ctx := context.Background()
	c := inFlow(id)
	if inc, err := l.db.Incident(ctx, id); err == nil {
		c = later(inc)
	}
	for range l.saves {
		j, line := job(id.String(), ""), fmt.Sprintf("saved %d %d", id, c.Incident.Rev)
		j.Detail = nameOf(id, c.Incident.Rev)
		c.Delivery, c.Jobs = j.Detail, []store.Job{j}
		if l.early {
			if err := l.say(line); err != nil {
				return err
			}
		}
		if err := untilThereIsRoom(func() error { return l.db.Save(ctx, c) }); err != nil {
			return err
		}
		if err := l.say(line); err != nil {
			return err
		}
		c = later(c.Incident)
	}
	return nil
}

func (l life) deliver(saved <-chan struct{}) error {
	for n := 1; n <= l.jobs; {
		j, ok, err := l.claim()
		if err != nil {
			return err
		}
		if !ok {
			select {
			case <-saved:
				return nil // perhaps not of everything
			default:
				continue
			}
		}
		if err := l.say(fmt.Sprintf("claimed %s %d", j.ID, j.Claims)); err != nil {
			return err
		}
		if n++; n > l.jobs {
			return nil
		}
		out := store.Outcome{At: t0, Results: []store.Result{{Key: j.Detail, Value: []byte("true")}}}
		if err := untilThereIsRoom(func() error { return l.db.Finish(context.Background(), j, out) }); err != nil {
			return err
		}
		if err := l.say("finished " + j.ID); err != nil {
			return err
		}
	}
	return nil
}

func (l life) claim() (j store.Job, ok bool, err error) {
	err = untilThereIsRoom(func() (err error) {
		j, ok, err = l.db.Claim(context.Background(), t0, time.Hour)
		return err
	})
	return j, ok, err
}

func (l life) backUp(path string) error {
	for range l.backups {
		if err := l.say("backup begins"); err != nil {
			return err
		}
		if err := boltstore.BackupTo(context.Background(), l.db, path); err != nil {
			return err
		}
		if err := l.say("backup done"); err != nil {
			return err
		}
	}
	return nil
}

// kept opens a store on another boot of the machine and wants it to have kept its promises, and to go on.
func kept(ctx context.Context, path string, told answers) (err error) {
	db, err := boltstore.Open(path, boltstore.Options{MustExist: !told.isEmpty(), InitialMmapSize: 1 << 20}.WithBoot("the next"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if findings, err := db.Check(ctx); err != nil || len(findings) > 0 {
		return errors.Join(fmt.Errorf("check finds %q", findings), err)
	}
	for id, rev := range told.saved {
		if inc, err := db.Incident(ctx, id); err != nil || inc.Rev < rev {
			return errors.Join(fmt.Errorf("%s was answered at Rev %d, and has %d", id, rev, inc.Rev), err)
		}
	}
	jobs, err := db.Jobs()
	if err != nil {
		return err
	}
	if err := keptJobs(jobs, told); err != nil {
		return err
	}
	page, err := db.List(ctx, store.Query{})
	if err != nil {
		return err
	}
	for _, inc := range page.Items {
		if err := whole(ctx, db, inc, jobs); err != nil {
			return err
		}
		if err := db.Save(ctx, later(inc)); err != nil {
			return fmt.Errorf("go on: %w", err)
		}
	}
	return nil
}

func keptJobs(jobs []store.Job, told answers) error {
	for _, j := range jobs {
		if told.finished[j.ID] {
			return fmt.Errorf("job %s was finished, and is there", j.ID)
		}
		if n := told.claims[j.ID]; j.Claims < n {
			return fmt.Errorf("job %s was claimed %d times, and says %d", j.ID, n, j.Claims)
		}
	}
	return nil
}

// whole wants each change of an incident to be there with all that it brought, and nothing of the next.
func whole(ctx context.Context, db *boltstore.DB, inc flow.Incident, jobs []store.Job) error {
	waiting := map[string]int{}
	for _, j := range jobs {
		waiting[j.Detail]++
	}
	for rev := uint64(1); rev <= inc.Rev+1; rev++ {
		name, want := nameOf(inc.ID, rev), 1
		if rev > inc.Rev {
			want = 0
		}
		delivered, err := db.Delivered(ctx, name, t0)
		if err != nil || delivered != (want == 1) {
			return errors.Join(fmt.Errorf("at Rev %d delivery %s: %t", inc.Rev, name, delivered), err)
		}
		n := waiting[name]
		if _, err := db.Result(ctx, name); err == nil {
			n++ // it was delivered
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if n != want {
			return fmt.Errorf("at Rev %d job %s waits or was delivered %d times", inc.Rev, name, n)
		}
	}
	return nil
}
