package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
)

// groups knows the user groups of the workspace and who is in them. Slack tells all of it in one call, which is made when somebody needs to know, and
// again in the background once it is old or Slack says that a group has changed. It is not stored: what a group may do is asked of Slack after every start.
type groups struct {
	slack  *slack.Client
	now    func() time.Time
	log    *slog.Logger
	behind func(name string, work func(context.Context) error)

	mu    sync.Mutex
	known []group
	at    time.Time // when Slack said so; zero: never
	tried time.Time // when it was asked
}

type group struct {
	id      flow.GroupID
	name    string
	members []flow.UserID
}

// againAfter is how long Slack is left alone when it did not tell: until then nobody counts as a member of a group.
const againAfter = time.Minute

// all are the groups as far as they are known. Where nothing is known yet Slack is asked, for as long as an envelope may wait for somebody who was never seen.
func (g *groups) all(ctx context.Context) []group {
	g.mu.Lock()
	known, at, tried := g.known, g.at, g.tried
	if at.IsZero() && g.now().Sub(tried) > againAfter {
		g.tried = g.now()
	}
	g.mu.Unlock()
	switch {
	case !at.IsZero():
		if g.now().Sub(at) > staleMembers {
			g.refresh()
		}
		return known
	case g.now().Sub(tried) <= againAfter:
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	if err := g.ask(ctx); err != nil {
		g.log.Warn("it is not known who is in the user groups; they make nobody an admin for now", "err", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known
}

// refresh asks again in the background.
func (g *groups) refresh() { g.behind("groups", g.ask) }

func (g *groups) ask(ctx context.Context) error {
	found, err := g.slack.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil {
		return fmt.Errorf("ask Slack for the user groups: %w", err)
	}
	var known []group
	for _, f := range found {
		one := group{id: flow.GroupID(f.ID), name: "@" + f.Handle}
		for _, u := range f.Users {
			one.members = append(one.members, flow.UserID(u))
		}
		known = append(known, one)
	}
	slices.SortFunc(known, func(a, b group) int { return strings.Compare(a.name, b.name) })
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known, g.at = known, g.now()
	return nil
}

// has reports whether somebody is in one of some groups.
func (g *groups) has(ctx context.Context, in []flow.GroupID, who flow.UserID) bool {
	return len(in) > 0 && slices.ContainsFunc(g.all(ctx), func(one group) bool {
		return slices.Contains(in, one.id) && slices.Contains(one.members, who)
	})
}

// name is what a group is called, as far as that is known. It never calls out.
func (g *groups) name(id flow.GroupID) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.known {
		if one.id == id {
			return one.name
		}
	}
	return ""
}
