package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"epilogue/flow"
	"epilogue/store"
)

const (
	lookWithin = 2 * time.Second // how long an envelope waits for somebody who was never seen
	// staleMembers is how old the members of a channel may be before they are read again, in the background: joins and leaves that happened
	// while we were away would else never be known.
	staleMembers = 15 * time.Minute
	staleAfter   = 24 * time.Hour // how old what is known of a person may be before it is asked for again, in the background
)

// errUnsure says that it is not known who somebody is, or who may see something, and that Slack did not tell in time. Nothing is decided then.
var errUnsure = errors.New("it is not known who this is")

// directory knows people and the members of channels from the store, so that no call to Slack stands before an ack. Only who was never
// seen is asked for.
type directory struct {
	store  store.Directory
	slack  *slack.Client
	team   string                                  // our own workspace
	org    string                                  // the Enterprise Grid that it is part of, or nothing
	bot    flow.UserID                             // ourselves
	admins []flow.UserID                           // named by the operator: always admins
	shapes func(context.Context, flow.UserID) bool // says whom the process names as admins; nil: nobody
	now    func() time.Time
	known  sync.Map                                            // flow.UserID → true: those that are in the store
	saving sync.Mutex                                          // held while somebody is read, changed and written
	moving sync.Mutex                                          // held while members are written
	moves  int                                                 // joins and leaves so far; guarded by moving
	behind func(name string, work func(context.Context) error) // runs work in the background, once at a time by name

	stood func(ctx context.Context, before flow.Standing, now store.Person) ([]store.Job, error) // what follows when somebody's standing changes
	wake  func()                                                                                 // wakes who does it
}

// seen reports whether nothing has to be asked of Slack before somebody's request can be decided. It is called where a connection is read, so it
// remembers whom it has looked up.
func (d *directory) seen(id flow.UserID) bool {
	if _, ok := d.known.Load(id); ok || id == "" {
		return true
	}
	p, err := d.store.Person(context.Background(), id)
	if err != nil || p.Standing == "" {
		return false
	}
	d.known.Store(id, true)
	return true
}

// seenChannel is seen for a channel.
func (d *directory) seenChannel(id flow.ChannelID) bool {
	_, err := d.store.Channel(context.Background(), id)
	return err == nil
}

// person is what is known of somebody; asked of Slack if nothing is.
func (d *directory) person(ctx context.Context, id flow.UserID) (store.Person, error) {
	p, err := d.store.Person(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && p.Standing == "":
		ctx, cancel := context.WithTimeout(ctx, lookWithin)
		defer cancel()
		return d.ask(ctx, id)
	case err != nil:
		return p, fmt.Errorf("read person %s: %w", id, err)
	}
	if d.now().Sub(p.Known) > staleAfter {
		d.behind("person/"+string(id), func(ctx context.Context) error {
			_, err := d.ask(ctx, id)
			return err
		})
	}
	return p, nil
}

func (d *directory) ask(ctx context.Context, id flow.UserID) (store.Person, error) {
	u, err := d.slack.GetUserInfoContext(ctx, string(id))
	switch {
	case verdictOf(err) == gone: // Slack knows them, but not for us; or somebody typed an id that is none
		return d.change(ctx, id, func(p *store.Person) { p.Standing, p.Admin, p.Known = flow.Outsider, false, d.now() })
	case err != nil:
		return store.Person{}, fmt.Errorf("%w: ask Slack for %s: %w", errUnsure, id, err)
	}
	return d.learn(ctx, *u)
}

// learn writes down what Slack says of somebody, and keeps what only we know.
func (d *directory) learn(ctx context.Context, u slack.User) (store.Person, error) {
	return d.change(ctx, flow.UserID(u.ID), func(p *store.Person) {
		p.Name, p.Zone, p.Email, p.Known = visibleName(u), u.TZ, u.Profile.Email, d.now()
		p.Admin = u.IsAdmin || u.IsOwner || u.IsPrimaryOwner
		p.Standing = d.standing(u)
		learnStatus(p, u)
	})
}

// change writes down one thing about somebody. Whoever writes a person goes through here: a copy that was read before a call to Slack may hold
// rights that were taken away meanwhile.
func (d *directory) change(ctx context.Context, id flow.UserID, change func(*store.Person)) (store.Person, error) {
	d.saving.Lock()
	defer d.saving.Unlock()
	p, err := d.store.Person(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return p, fmt.Errorf("read person %s: %w", id, err)
	}
	p.ID = id
	before, then := p.Standing, []store.Job(nil)
	change(&p)
	if p.Standing != before && d.stood != nil {
		if then, err = d.stood(ctx, before, p); err != nil {
			return p, err
		}
	}
	if err := d.store.SavePerson(ctx, d.now(), p, then...); err != nil {
		return p, fmt.Errorf("save person %s: %w", id, err)
	}
	if len(then) > 0 {
		d.wake()
	}
	return p, nil
}

func visibleName(u slack.User) string {
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if name != "" {
			return name
		}
	}
	return u.ID
}

// slackbot is a bot that does not say so of itself.
const slackbot = "USLACKBOT"

func (d *directory) standing(u slack.User) flow.Standing {
	switch {
	case u.Deleted:
		return flow.Deactivated
	case u.IsBot, u.ID == slackbot, flow.UserID(u.ID) == d.bot:
		return flow.Bot
	case u.IsStranger, u.TeamID != "" && u.TeamID != d.team && !d.sameOrg(u):
		return flow.Outsider
	case u.IsRestricted, u.IsUltraRestricted:
		return flow.Guest
	}
	return flow.FullMember
}

// sameOrg reports whether somebody of another workspace belongs to our own Enterprise Grid; a partner's Grid is not ours.
func (d *directory) sameOrg(u slack.User) bool {
	return d.org != "" && u.Enterprise.EnterpriseID == d.org
}

// actor is somebody with the rights they have now, on an incident.
func (d *directory) actor(ctx context.Context, id flow.UserID, inc flow.Incident) (flow.Actor, error) {
	if id == "" {
		return flow.Actor{Standing: flow.Epilogue, Member: true}, nil
	}
	p, err := d.person(ctx, id)
	if err != nil {
		return flow.Actor{}, err
	}
	a := flow.Actor{User: id, Standing: p.Standing}
	a.Admin = p.Standing == flow.FullMember && (p.Admin || slices.Contains(d.admins, id) || d.shapes != nil && d.shapes(ctx, id))
	a.Member, err = d.member(ctx, id, inc)
	return a, err
}

// member reports whether somebody is in the incident's channel. It matters for private incidents only.
func (d *directory) member(ctx context.Context, id flow.UserID, inc flow.Incident) (bool, error) {
	if !inc.Private || inc.Channel == "" {
		return true, nil
	}
	ch, err := d.channel(ctx, inc.Channel)
	if err != nil {
		return false, err
	}
	return slices.Contains(ch.Members, id), nil
}

// candidate is somebody who is to hold a role or a task. Nobody is the zero value.
func (d *directory) candidate(ctx context.Context, id flow.UserID, inc flow.Incident) (flow.Person, error) {
	if id == "" {
		return flow.Person{}, nil
	}
	a, err := d.actor(ctx, id, inc)
	return flow.Person{User: id, Standing: a.Standing, Member: a.Member}, err
}

// unfit are those of people who are known to be no full members, or no longer, or not in the channel of a private incident. Somebody who was never seen
// passes for one, and is asked for in the background.
func (d *directory) unfit(ctx context.Context, inc flow.Incident, people []flow.UserID) []flow.UserID {
	var members []flow.UserID
	outside := false
	if inc.Private && inc.Channel != "" {
		c, err := d.store.Channel(ctx, inc.Channel)
		members, outside = c.Members, err == nil
	}
	return slices.DeleteFunc(people, func(id flow.UserID) bool {
		p, err := d.store.Person(ctx, id)
		if err == nil && p.Standing != "" {
			return p.Standing == flow.FullMember && (!outside || slices.Contains(members, id))
		}
		d.behind("person/"+string(id), func(ctx context.Context) error {
			_, err := d.ask(ctx, id)
			return err
		})
		return true
	})
}

// channel is what is known of a channel; asked of Slack if nothing is. Of a private channel that the bot is not in Slack says nothing: then nobody
// is a member, which is asked again the next time.
func (d *directory) channel(ctx context.Context, id flow.ChannelID) (store.Channel, error) {
	c, err := d.store.Channel(ctx, id)
	if err == nil && d.now().Sub(c.Known) > staleMembers {
		d.behind("channel/"+string(id), func(ctx context.Context) error {
			_, err := d.readChannel(ctx, id)
			return err
		})
	}
	if !errors.Is(err, store.ErrNotFound) {
		return c, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return d.readChannel(ctx, id)
}

// readChannel asks Slack for a channel and, where it is private, for its members. Direct messages are known by their id.
func (d *directory) readChannel(ctx context.Context, id flow.ChannelID) (store.Channel, error) {
	if strings.HasPrefix(string(id), "D") {
		return store.Channel{ID: id, Private: true, Direct: true}, nil
	}
	info, err := d.slack.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: string(id)})
	if err != nil {
		switch {
		case codeOf(err) == "missing_scope": // of all kinds of conversations we may not read only direct messages of a group
			return store.Channel{ID: id, Private: true, Direct: true}, nil
		case verdictOf(err) == gone:
			return store.Channel{ID: id, Private: true}, nil
		}
		return store.Channel{}, fmt.Errorf("%w: ask Slack for channel %s: %w", errUnsure, id, err)
	}
	c := store.Channel{
		ID: id, Name: info.Name, Private: info.IsPrivate, Direct: info.IsIM || info.IsMpIM,
		Shared: info.IsExtShared || info.IsPendingExtShared, Archived: info.IsArchived, Known: d.now(),
	}
	if !c.Private {
		return c, d.save(ctx, c)
	}
	for {
		before := d.movesSoFar()
		if c.Members, err = d.readMembers(ctx, id); err != nil {
			return store.Channel{}, fmt.Errorf("%w: %w", errUnsure, err)
		}
		if saved, err := d.saveUnlessMoved(ctx, c, before); saved || err != nil {
			return c, err
		}
	}
}

func (d *directory) save(ctx context.Context, c store.Channel) error {
	if err := d.store.SaveChannel(ctx, c); err != nil {
		return fmt.Errorf("save channel %s: %w", c.ID, err)
	}
	return nil
}

// moved writes down that somebody joined or left a channel.
func (d *directory) moved(write func() error) error {
	d.moving.Lock()
	defer d.moving.Unlock()
	d.moves++
	return write()
}

func (d *directory) movesSoFar() int {
	d.moving.Lock()
	defer d.moving.Unlock()
	return d.moves
}

// saveUnlessMoved writes the members of a channel as Slack listed them, unless somebody joined or left while it did: the list may be the one from
// before, and whoever left would go on seeing what is private.
func (d *directory) saveUnlessMoved(ctx context.Context, c store.Channel, before int) (saved bool, err error) {
	d.moving.Lock()
	defer d.moving.Unlock()
	if d.moves != before {
		return false, nil
	}
	return true, d.save(ctx, c)
}

func (d *directory) readMembers(ctx context.Context, id flow.ChannelID) ([]flow.UserID, error) {
	var members []flow.UserID
	for cursor := ""; ; {
		page, next, err := d.slack.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{
			ChannelID: string(id), Cursor: cursor, Limit: 1000,
		})
		if err != nil {
			return nil, fmt.Errorf("ask Slack for the members of %s: %w", id, err)
		}
		for _, u := range page {
			members = append(members, flow.UserID(u))
		}
		if next == "" {
			slices.Sort(members)
			return slices.Compact(members), nil
		}
		cursor = next
	}
}

// zone is somebody's time zone, or nil if it is not known.
func (d *directory) zone(ctx context.Context, id flow.UserID) *time.Location {
	p, err := d.store.Person(ctx, id)
	if err != nil || p.Zone == "" {
		return nil
	}
	loc, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil
	}
	return loc
}

// name is what somebody is called, or nothing if that is not known.
func (d *directory) name(ctx context.Context, id flow.UserID) string {
	p, err := d.store.Person(ctx, id)
	if err != nil {
		return ""
	}
	return p.Name
}
