package simulation

import (
	"context"
	"fmt"
	"time"

	"epilogue/store"
	"epilogue/store/boltstore"
)

// recorder is the store, of which is remembered what it handed out, and noted what was done with it.
type recorder struct {
	*boltstore.DB
	w *world
}

func (r recorder) note(what string, j store.Job, err error) {
	r.w.log.write(fmt.Sprintf("%s %s %s %s %+v claims %d: %v", what, j.ID, j.Lane, j.Incident, j.Effect, j.Claims, err))
}

// Save notes what was saved.
func (r recorder) Save(ctx context.Context, c store.Change) error {
	err := r.DB.Save(ctx, c)
	r.w.log.write(fmt.Sprintf("save %s from %d to %d with %d jobs, %s: %v", c.Incident.ID, c.Before, c.Incident.Rev, len(c.Jobs), c.Delivery, err))
	return err
}

// Claim remembers the job.
func (r recorder) Claim(ctx context.Context, now time.Time, lease time.Duration) (store.Job, bool, error) {
	job, ok, err := r.DB.Claim(ctx, now, lease)
	if ok {
		r.note("claim", job, err)
		r.w.mu.Lock()
		defer r.w.mu.Unlock()
		r.w.jobs[job.ID] = job
	}
	return job, ok, err
}

// Finish notes the end of a job.
func (r recorder) Finish(ctx context.Context, j store.Job, out store.Outcome) error {
	err := r.DB.Finish(ctx, j, out)
	r.note("finish", j, err)
	return err
}

// Retry notes why.
func (r recorder) Retry(ctx context.Context, j store.Job, at time.Time, sent bool, why string) error {
	err := r.DB.Retry(ctx, j, at, sent, why)
	r.note(fmt.Sprintf("retry (sent %v, %s)", sent, why), j, err)
	return err
}

// Bury notes why.
func (r recorder) Bury(ctx context.Context, j store.Job, why string, out store.Outcome) error {
	err := r.DB.Bury(ctx, j, why, out)
	r.note("bury ("+why+")", j, err)
	return err
}
