package page

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"epilogue/internal/sandbox"
)

// news is what has changed for an open page of the back of the stage.
type news struct {
	Top     string            `json:"top,omitempty"`     // lines that come first
	Lines   map[string]string `json:"lines,omitempty"`   // lines that look different, by the id of their element
	All     *string           `json:"all,omitempty"`     // all lines, where they cannot be told apart any more
	Regions map[string]string `json:"regions,omitempty"` // parts beside the timeline, by id
}

func (n news) none() bool {
	return n.Top == "" && len(n.Lines) == 0 && n.All == nil && len(n.Regions) == 0
}

// watcher is one open page, and what it shows.
type watcher struct {
	page    *Page
	filter  filterBy
	top     int             // the newest entry that was looked at
	open    map[int]pending // entries of which more may come
	regions map[string]string
}

// pending is how an entry looked when it was sent, or passed over.
type pending struct {
	shown bool
	state string
}

// followStage sends what changes, until the page is closed. One that comes back is sent all of it.
func (p *Page) followStage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	watch := &watcher{page: p, filter: p.filterOf(r), open: map[int]pending{}, regions: map[string]string{}}
	since := r.URL.Query().Get("since")
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		since = last
	}
	watch.run(r.Context(), since, func(id string, n news) error {
		data := ""
		if !n.none() {
			raw, err := json.Marshal(n)
			if err != nil {
				return err
			}
			data = string(raw)
		}
		return event(w, id, data)
	})
}

func (w *watcher) run(ctx context.Context, since string, send func(string, news) error) {
	for first := true; ; first = false {
		version := w.page.slack.StageVersion()
		n, err := w.news(first)
		if err != nil {
			return
		}
		if first && since == w.page.mark(version) {
			n = news{} // it was drawn from the same
		}
		if (first || !n.none()) && send(w.page.mark(version), n) != nil {
			return
		}
		pause := time.NewTimer(breath)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
		if _, err := w.page.slack.WaitStage(ctx, version); err != nil {
			return
		}
	}
}

// news gathers what changed since the last time; at first, all of it.
func (w *watcher) news(first bool) (news, error) {
	var out news
	in := w.page.insight(w.filter.As)
	draw := func(hs []sandbox.Happening) (string, error) {
		var b strings.Builder
		for _, h := range hs {
			html, err := w.page.draw("happening", in.row(h, w.filter.As))
			if err != nil {
				return "", err
			}
			b.WriteString(string(html))
		}
		return b.String(), nil
	}
	fresh := w.fresh(first)
	late, changed := w.undecided()
	var err error
	if first || late {
		newest := w.filter
		newest.Before = 0
		found, _ := w.page.gather(newest)
		all, err := draw(found)
		if err != nil {
			return out, err
		}
		out.All = &all
	} else if out.Top, err = draw(fresh); err != nil {
		return out, err
	}
	for _, h := range changed {
		line, err := w.page.draw("happening", in.row(h, w.filter.As))
		if err != nil {
			return out, err
		}
		if out.Lines == nil {
			out.Lines = map[string]string{}
		}
		out.Lines["s-"+strconv.Itoa(h.Seq)] = string(line)
	}
	return out, w.beside(&out)
}

// fresh are the entries that came since the last time and that the filter lets through, newest first.
func (w *watcher) fresh(first bool) []sandbox.Happening {
	var out []sandbox.Happening
	top, before, looked := w.top, 0, 0
	for {
		some := w.page.slack.Happenings(before, stride)
		for _, h := range some {
			if h.Seq <= top {
				return out
			}
			w.top = max(w.top, h.Seq)
			lets := w.filter.lets(h)
			if !settled(h) {
				w.open[h.Seq] = pending{lets, stateOf(h)}
			}
			if lets {
				out = append(out, h)
			}
		}
		if looked += len(some); len(some) < stride || first && looked > 4*stride {
			return out // what began before that has come to its end
		}
		before = some[len(some)-1].Seq
	}
}

// undecided looks again at the entries of which more may come: changed are those shown that look different, and late says that one is let through only now.
func (w *watcher) undecided() (late bool, changed []sandbox.Happening) {
	for seq, had := range w.open {
		h, there := w.page.slack.Happening(seq)
		if !there || settled(h) && had.state == stateOf(h) {
			delete(w.open, seq) // what an ack brings about can follow it
			continue
		}
		now := pending{w.filter.lets(h), stateOf(h)}
		w.open[seq] = now
		switch {
		case now.shown && !had.shown, had.shown && !now.shown:
			late = true
		case now.shown && now.state != had.state:
			changed = append(changed, h)
		}
	}
	slices.SortFunc(changed, func(a, b sandbox.Happening) int { return a.Seq - b.Seq })
	return late, changed
}

// beside are the parts next to the timeline that look different now.
func (w *watcher) beside(out *news) error {
	banner, err := w.page.standing(w.filter.As)
	if err != nil {
		return err
	}
	clock, err := w.page.draw("clock", w.page.clockPanel(w.filter.As))
	if err != nil {
		return err
	}
	switches, err := w.page.draw("switches", w.page.switchPanel())
	if err != nil {
		return err
	}
	for id, now := range map[string]template.HTML{"standing": banner, "clock": clock, "switches": switches} {
		if had, sent := w.regions[id]; sent && had == string(now) {
			continue
		}
		w.regions[id] = string(now)
		if out.Regions == nil {
			out.Regions = map[string]string{}
		}
		out.Regions[id] = string(now)
	}
	return nil
}
