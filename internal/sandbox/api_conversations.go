package sandbox

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func (s *Server) channelJSON(c *channel) obj {
	out := obj{
		"id": c.ID, "created": c.Created, "updated": c.Created * 1000, "creator": c.Creator, "is_archived": c.Archived, "context_team_id": teamID,
		"is_im": c.Kind == direct, "is_mpim": c.Kind == several, "is_private": c.Kind != public, "is_shared": c.Shared, "is_ext_shared": c.Shared,
		"is_org_shared": false, "is_pending_ext_shared": false, "is_member": c.has(botUser),
	}
	if c.Kind == direct {
		for _, id := range c.Members {
			if id != botUser {
				out["user"] = id
			}
		}
		out["is_open"] = true
		return out
	}
	out["name"], out["name_normalized"] = c.Name, c.Name
	out["is_channel"], out["is_group"] = c.Kind == public, c.Kind == private
	out["is_general"], out["num_members"] = c.General, len(c.Members)
	out["topic"] = obj{"value": c.Topic, "creator": "", "last_set": 0}
	out["purpose"] = obj{"value": c.Purpose, "creator": "", "last_set": 0}
	out["previous_names"] = []string{}
	if c.CanvasID != "" {
		out["properties"] = obj{"canvas": obj{"file_id": c.CanvasID, "is_empty": false}}
	}
	return out
}

// checkName says what is wrong with a channel's name, "" if nothing is.
func checkName(name string) string {
	switch {
	case name == "":
		return "invalid_name_required"
	case utf8.RuneCountInString(name) > 80:
		return "invalid_name_maxlength"
	}
	letters := false
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			letters = true
		case r == '-', r == '_':
		default:
			return "invalid_name_specials"
		}
	}
	if !letters {
		return "invalid_name_punctuation"
	}
	return ""
}

// taken says whether a channel has that name, archived ones included.
func (w *workspace) taken(name string) bool { return w.channelNamed(name) != nil }

func (s *Server) conversationsCreate(a args) (obj, error) {
	if code := checkName(a["name"]); code != "" {
		return nil, refuse(code)
	}
	if s.ws.taken(a["name"]) {
		return nil, refuse("name_taken")
	}
	k := public
	if a.bool("is_private") {
		k = private
	}
	c := s.create(a["name"], k, botUser)
	return obj{"channel": s.channelJSON(c)}, nil
}

func (s *Server) conversationsInvite(a args) (obj, error) {
	c, err := s.enterable(a["channel"])
	if err != nil {
		return nil, err
	}
	users := a.list("users")
	if len(users) == 0 {
		return nil, refuse("no_user")
	}
	if len(users) > 100 {
		return nil, refuse("too_many_users")
	}
	var failed []obj
	var welcome []UserID
	for _, id := range users {
		if code := s.inviteProblem(c, UserID(id)); code != "" {
			failed = append(failed, obj{"user": id, "ok": false, "error": code})
		} else {
			welcome = append(welcome, UserID(id))
		}
	}
	if len(failed) > 0 && (!a.bool("force") || len(welcome) == 0) {
		return nil, apiError{failed[0]["error"].(string), obj{"errors": failed}}
	}
	for _, id := range welcome {
		s.joins(c, id, botUser)
	}
	out := obj{"channel": s.channelJSON(c)}
	if len(failed) > 0 {
		out["errors"] = failed
	}
	return out, nil
}

func (s *Server) inviteProblem(c *channel, id UserID) string {
	u := s.ws.Users[id]
	switch {
	case id == botUser:
		return "cant_invite_self"
	case u == nil || u.Role == Deactivated:
		return "user_not_found"
	case u.ID == slackbot:
		return "cant_invite"
	case u.TeamID != teamID && !c.Shared:
		return "org_user_not_in_team"
	case c.has(id):
		return "already_in_channel"
	case u.Role == SingleChannelGuest && s.memberships(id) > 0:
		return "ura_max_channels"
	}
	return ""
}

func (s *Server) memberships(id UserID) int {
	n := 0
	for _, c := range s.ws.Channels {
		if c.Kind != direct && !c.Archived && c.has(id) {
			n++
		}
	}
	return n
}

func (s *Server) conversationsJoin(a args) (obj, error) {
	c, err := s.reach(a["channel"])
	switch {
	case err != nil:
		return nil, err
	case c.Kind != public:
		return nil, refuse("method_not_supported_for_channel_type")
	case c.Archived:
		return nil, refuse("is_archived")
	case c.has(botUser):
		return obj{"channel": s.channelJSON(c), "warning": "already_in_channel", "response_metadata": obj{"warnings": []string{"already_in_channel"}}}, nil
	}
	s.joins(c, botUser, "")
	return obj{"channel": s.channelJSON(c)}, nil
}

func (s *Server) conversationsLeave(a args) (obj, error) {
	c, err := s.reach(a["channel"])
	switch {
	case err != nil:
		return nil, err
	case c.Archived:
		return nil, refuse("is_archived")
	case c.General:
		return nil, refuse("cant_leave_general")
	case !c.has(botUser):
		return obj{"not_in_channel": true}, nil
	}
	s.leaves(c, botUser)
	return nil, nil
}

func (s *Server) conversationsKick(a args) (obj, error) {
	c, err := s.enterable(a["channel"])
	if err != nil {
		return nil, err
	}
	id := UserID(a["user"])
	switch {
	case id == botUser:
		return nil, refuse("cant_kick_self")
	case c.General:
		return nil, refuse("cant_kick_from_general")
	case s.ws.Users[id] == nil:
		return nil, refuse("user_not_found")
	case !c.has(id):
		return nil, refuse("not_in_channel")
	}
	s.leaves(c, id)
	return nil, nil
}

func (s *Server) conversationsInfo(a args) (obj, error) {
	c, err := s.reach(a["channel"])
	if err != nil {
		return nil, err
	}
	return obj{"channel": s.channelJSON(c)}, nil
}

func (s *Server) conversationsMembers(a args) (obj, error) {
	c, err := s.reach(a["channel"])
	if err != nil {
		return nil, err
	}
	members, next, err := page(a, c.Members, 100, 1000)
	if err != nil {
		return nil, err
	}
	return obj{"members": notNil(members), "response_metadata": cursor(next)}, nil
}

// notNil keeps empty lists from becoming null.
func notNil[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

func (s *Server) conversationsSetTopic(a args) (obj, error) {
	return s.setText(a, "topic", func(c *channel) *string { return &c.Topic })
}

func (s *Server) conversationsSetPurpose(a args) (obj, error) {
	return s.setText(a, "purpose", func(c *channel) *string { return &c.Purpose })
}

func (s *Server) setText(a args, what string, field func(*channel) *string) (obj, error) {
	if !a.has(what) {
		return nil, invalidArguments("[ERROR] missing required field: " + what)
	}
	c, err := s.enterable(a["channel"])
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(a[what]) > 250 {
		return nil, refuse("too_long")
	}
	*field(c) = a[what]
	s.post(c, &message{User: botUser, BotID: botID, Subtype: "channel_" + what, Text: "set the channel " + what + ": " + a[what]})
	return obj{what: a[what], "channel": s.channelJSON(c)}, nil
}

func (s *Server) conversationsArchive(a args) (obj, error) {
	c, err := s.reach(a["channel"])
	switch {
	case err != nil:
		return nil, err
	case c.Archived:
		return nil, refuse("already_archived")
	case c.General:
		return nil, refuse("cant_archive_general")
	case !c.has(botUser):
		return nil, refuse("not_in_channel")
	}
	s.archive(c, botUser, true)
	return nil, nil
}

func (s *Server) conversationsUnarchive(a args) (obj, error) {
	c, err := s.reach(a["channel"])
	switch {
	case err != nil:
		return nil, err
	case !c.Archived:
		return nil, refuse("not_archived")
	case !c.has(botUser):
		return nil, refuse("not_in_channel")
	}
	s.archive(c, botUser, false)
	return nil, nil
}

func (s *Server) conversationsRename(a args) (obj, error) {
	c, err := s.enterable(a["channel"])
	if err != nil {
		return nil, err
	}
	if code := checkName(a["name"]); code != "" {
		return nil, refuse(code)
	}
	if s.ws.taken(a["name"]) {
		return nil, refuse("name_taken")
	}
	if c.Creator != botUser {
		return nil, refuse("not_authorized")
	}
	s.rename(c, botUser, a["name"])
	return obj{"channel": s.channelJSON(c)}, nil
}

func (s *Server) conversationsList(a args) (obj, error) {
	wanted := map[kind]bool{}
	types := a.list("types")
	if len(types) == 0 {
		types = []string{"public_channel"}
	}
	kinds := map[string]kind{"public_channel": public, "private_channel": private, "im": direct, "mpim": several}
	for _, t := range types {
		k, ok := kinds[t]
		if !ok {
			return nil, refuse("invalid_types")
		}
		wanted[k] = true
	}
	if a.has("limit") && (a.int("limit", 0) < 1 || a.int("limit", 0) >= 1000) {
		return nil, refuse("invalid_limit")
	}
	var all []obj
	for _, c := range s.ws.sortedChannels() {
		if wanted[c.Kind] && (c.Kind == public || c.has(botUser)) && (!c.Archived || !a.bool("exclude_archived")) {
			all = append(all, s.channelJSON(c))
		}
	}
	channels, next, err := page(a, all, 100, 999)
	if err != nil {
		return nil, err
	}
	return obj{"channels": notNil(channels), "response_metadata": cursor(next)}, nil
}

func (s *Server) conversationsOpen(a args) (obj, error) {
	if id := a["channel"]; id != "" {
		c, err := s.reach(id)
		if err != nil {
			return nil, err
		}
		return obj{"channel": s.openJSON(c, a)}, nil
	}
	users := a.list("users")
	if len(users) == 0 {
		return nil, refuse("users_list_not_supplied")
	}
	if len(users) > 8 {
		return nil, refuse("too_many_users")
	}
	for _, id := range users {
		u := s.ws.Users[UserID(id)]
		switch {
		case u == nil:
			return nil, refuse("user_not_found")
		case u.Role == Deactivated:
			return nil, refuse("user_disabled")
		case u.bot():
			return nil, refuse("invalid_user_combination")
		}
	}
	if len(users) == 1 {
		return obj{"channel": s.openJSON(s.dm(UserID(users[0])), a)}, nil
	}
	return obj{"channel": s.openJSON(s.group(users), a)}, nil
}

// group returns the group conversation of these people and the app.
func (s *Server) group(users []string) *channel {
	slices.Sort(users)
	name := "mpdm-" + strings.ToLower(strings.Join(users, "--"))
	if c := s.ws.channelNamed(name); c != nil {
		return c
	}
	c := &channel{ID: ChannelID(s.ws.id("G")), Name: name, Kind: several, Creator: botUser, Created: s.clock.Now().Unix(), Members: []UserID{botUser}}
	for _, id := range users {
		c.join(UserID(id))
	}
	s.ws.Channels[c.ID] = c
	return c
}

func (s *Server) openJSON(c *channel, a args) obj {
	if a.bool("return_im") {
		return s.channelJSON(c)
	}
	return obj{"id": c.ID}
}
