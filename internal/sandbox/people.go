package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Role is what a person may do in the workspace.
type Role string

// The roles that a Persona can have. The zero value is a full member.
const (
	Member             Role = "member"
	Admin              Role = "admin"
	Owner              Role = "owner"
	Guest              Role = "guest"                // a multi-channel guest
	SingleChannelGuest Role = "single-channel guest" // an ultra-restricted one
	Outsider           Role = "outsider"             // a person of another organization, seen in shared channels
	Deactivated        Role = "deactivated"
	Bot                Role = "bot" // some other app's bot user
)

// Persona describes a person who is in the workspace at the start. Handle is how tests and mentions name them, without "@"; the
// id is "U" and the handle in capitals. Name defaults to the capitalized handle, Zone to UTC, Role to Member.
type Persona struct {
	Handle string `json:"handle"`
	Name   string `json:"name,omitempty"`
	Zone   string `json:"zone,omitempty"`
	Role   Role   `json:"role,omitempty"`
	Email  string `json:"email,omitempty"`
}

// DefaultPeople are those of an untouched sandbox: Ana owns the workspace, Ben, Cem and Dana work in it, Gus is a guest.
func DefaultPeople() []Persona {
	return []Persona{
		{Handle: "ana", Name: "Ana", Zone: "Europe/Berlin", Role: Owner},
		{Handle: "ben", Name: "Ben", Zone: "America/New_York"},
		{Handle: "cem", Name: "Cem", Zone: "Europe/Istanbul"},
		{Handle: "dana", Name: "Dana", Zone: "Asia/Kolkata"},
		{Handle: "gus", Name: "Gus", Zone: "Europe/London", Role: Guest},
	}
}

type user struct {
	ID      UserID
	Handle  string
	Name    string
	Zone    string
	Role    Role
	Email   string
	TeamID  string
	Updated int64

	StatusText, StatusEmoji string
	StatusUntil             int64 // 0: it does not end by itself
	// HomeOpened is set once the person has opened the app's Home tab.
	HomeOpened bool
}

func newUser(p Persona, now time.Time) *user {
	var id strings.Builder
	for _, r := range strings.ToUpper(p.Handle) {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			id.WriteRune(r)
		}
	}
	u := &user{
		ID: UserID("U" + id.String()), Handle: p.Handle, Name: p.Name, Zone: cmp.Or(p.Zone, "UTC"), Role: cmp.Or(p.Role, Member),
		Email: cmp.Or(p.Email, p.Handle+"@example.com"), TeamID: teamID, Updated: now.Unix(),
	}
	if u.Name == "" && p.Handle != "" {
		u.Name = strings.ToUpper(p.Handle[:1]) + p.Handle[1:]
	}
	if u.Role == Outsider {
		u.TeamID = partnerID
	}
	return u
}

func (u *user) guest() bool { return u.Role == Guest || u.Role == SingleChannelGuest }
func (u *user) admin() bool { return u.Role == Admin || u.Role == Owner }

func (u *user) location() *time.Location {
	loc, err := time.LoadLocation(u.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// json is the user as users.info shows it; the email only to apps with users:read.email.
func (u *user) json(now time.Time, email bool) obj {
	_, offset := now.In(u.location()).Zone()
	zone, _ := now.In(u.location()).Zone()
	profile := obj{
		"real_name": u.Name, "display_name": u.Name, "real_name_normalized": u.Name, "display_name_normalized": u.Name, "team": u.TeamID,
		"status_text": u.StatusText, "status_emoji": u.StatusEmoji, "status_expiration": u.StatusUntil, "title": "", "avatar_hash": "g0", "image_48": "https://example.com/" + u.Handle + ".png",
	}
	out := obj{"id": u.ID, "team_id": u.TeamID, "name": u.Handle, "deleted": u.Role == Deactivated, "updated": u.Updated, "profile": profile, "is_bot": u.bot(), "is_app_user": false}
	if u.Role == Deactivated {
		return out
	}
	if email && !u.bot() && u.Role != Outsider {
		profile["email"] = u.Email
	}
	for k, v := range (obj{
		"color": "9f69e7", "real_name": u.Name, "tz": u.Zone, "tz_label": zone, "tz_offset": offset,
		"is_admin": u.admin(), "is_owner": u.Role == Owner, "is_primary_owner": u.Role == Owner, "is_restricted": u.guest(),
		"is_ultra_restricted": u.Role == SingleChannelGuest, "is_email_confirmed": true, "who_can_share_contact_card": "EVERYONE",
	}) {
		out[k] = v
	}
	if u.Role == Outsider {
		out["is_stranger"] = false
	} else {
		out["locale"] = "en-US"
	}
	return out
}

func (u *user) bot() bool { return u.Role == Bot || u.ID == botUser }

// person finds somebody by handle ("ben", "@ben"), id or full name.
func (w *workspace) person(who string) *user {
	who = strings.TrimPrefix(who, "@")
	if u := w.Users[UserID(who)]; u != nil {
		return u
	}
	for _, u := range w.sortedUsers() {
		if u.Handle == who || u.Name == who {
			return u
		}
	}
	return nil
}

func (w *workspace) sortedUsers() []*user {
	out := slices.Collect(maps.Values(w.Users))
	slices.SortFunc(out, func(a, b *user) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

func (w *workspace) groupNamed(handle string) *group {
	handle = strings.TrimPrefix(handle, "@")
	for _, g := range w.Groups {
		if g.Handle == handle || g.ID == handle {
			return g
		}
	}
	return nil
}
