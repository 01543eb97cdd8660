package sandbox

import (
	"strings"
)

func (s *Server) authTest(args) (obj, error) {
	return obj{
		"url": "https://" + teamDomain + ".slack.com/", "team": "Sandbox", "user": s.app.handle(), "team_id": teamID,
		"user_id": botUser, "bot_id": botID, "is_enterprise_install": false,
	}, nil
}

func (s *Server) teamInfo(args) (obj, error) {
	return obj{"team": obj{"id": teamID, "name": "Sandbox", "domain": teamDomain, "email_domain": "example.com", "icon": obj{}}}, nil
}

func (s *Server) botsInfo(a args) (obj, error) {
	if id := a["bot"]; id != "" && id != botID {
		return nil, refuse("bot_not_found")
	}
	return obj{"bot": obj{"id": botID, "deleted": false, "name": s.app.name(), "updated": 1, "app_id": appID, "user_id": botUser, "icons": obj{}}}, nil
}

// shown is the user in an answer to the app. Reading an email makes use of its scope.
func (s *Server) shown(u *user) obj {
	if s.granted("users:read.email") && !u.bot() {
		s.use("users:read.email")
	}
	return s.userJSON(u)
}

func (s *Server) userJSON(u *user) obj {
	return u.json(s.clock.Now(), s.granted("users:read.email"))
}

func (s *Server) usersInfo(a args) (obj, error) {
	u := s.ws.Users[UserID(a["user"])]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return obj{"user": s.shown(u)}, nil
}

func (s *Server) usersList(a args) (obj, error) {
	users, next, err := page(a, s.ws.sortedUsers(), 200, 1000)
	if err != nil {
		return nil, err
	}
	members := []obj{}
	for _, u := range users {
		members = append(members, s.shown(u))
	}
	return obj{"members": members, "cache_ts": s.clock.Now().Unix(), "response_metadata": cursor(next)}, nil
}

func (s *Server) usersLookupByEmail(a args) (obj, error) {
	for _, u := range s.ws.sortedUsers() {
		if strings.EqualFold(u.Email, a["email"]) && u.Role != Deactivated && !u.bot() {
			return obj{"user": s.shown(u)}, nil
		}
	}
	return nil, refuse("users_not_found")
}

func (s *Server) groupJSON(g *group, users bool) obj {
	out := obj{
		"id": g.ID, "team_id": teamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle, "description": "", "is_external": false,
		"date_delete": 0, "user_count": len(g.Users),
	}
	if users {
		out["users"] = notNil(g.Users)
	}
	return out
}

func (s *Server) usergroupsList(a args) (obj, error) {
	all := []obj{}
	for _, g := range s.ws.sortedGroups() {
		all = append(all, s.groupJSON(g, a.bool("include_users")))
	}
	return obj{"usergroups": all}, nil
}

func (s *Server) usergroupsUsersList(a args) (obj, error) {
	g := s.ws.Groups[a["usergroup"]]
	if g == nil {
		return nil, refuse("no_such_subteam")
	}
	return obj{"users": notNil(g.Users)}, nil
}

// appsConnectionsOpen gives out the address of a socket, good for one connection.
func (s *Server) appsConnectionsOpen(args) (obj, error) {
	if code := s.faults.refusing(); code != "" {
		return nil, refuse(code)
	}
	return obj{"url": "ws" + strings.TrimPrefix(s.URL(), "http") + "/link/?ticket=" + s.hub.ticket() + "&app_id=" + appID}, nil
}
