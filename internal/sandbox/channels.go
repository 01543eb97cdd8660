package sandbox

// What happens to channels, be it by the app or by people: each leaves its notice in the channel and is told to the app.

func (s *Server) create(name string, k kind, by UserID) *channel {
	c := &channel{ID: ChannelID(s.ws.id("C")), Name: name, Kind: k, Creator: by, Created: s.clock.Now().Unix()}
	s.ws.Channels[c.ID] = c
	if k == public {
		s.emit("channel_created", "channels:read", nil, obj{"channel": obj{"id": c.ID, "name": c.Name, "created": c.Created, "creator": by}})
	}
	s.joins(c, by, "")
	return c
}

// joins makes somebody a member, with the notice in the channel and the events that go with it.
func (s *Server) joins(c *channel, id, inviter UserID) {
	c.join(id)
	s.post(c, &message{User: id, Subtype: "channel_join", Text: "<@" + string(id) + "> has joined the channel"})
	event := obj{"user": id, "channel": c.ID, "channel_type": letter(c), "team": teamID}
	if inviter != "" {
		event["inviter"] = inviter
	}
	s.emit("member_joined_channel", one(reading[c.Kind]), c, event)
}

// leaves ends a membership. The app hears of its own as channel_left or group_left, for it is a member no more.
func (s *Server) leaves(c *channel, id UserID) {
	if id == botUser {
		c.leave(id)
		s.emit(prefix(c)+"_left", one(reading[c.Kind]), nil, obj{"channel": c.ID, "actor_id": id})
		s.touch()
		return
	}
	s.emit("member_left_channel", one(reading[c.Kind]), c, obj{"user": id, "channel": c.ID, "channel_type": letter(c), "team": teamID})
	c.leave(id)
	s.post(c, &message{User: id, Subtype: "channel_leave", Text: "<@" + string(id) + "> has left the channel"})
}

func letter(c *channel) string {
	if c.Kind == public {
		return "C"
	}
	return "G"
}

// prefix is how events about a channel begin: channel_archive, group_archive.
func prefix(c *channel) string {
	if c.Kind == public {
		return "channel"
	}
	return "group"
}

func one(a anyOf) string {
	if len(a) == 0 {
		return ""
	}
	return a[0]
}

// archive closes or reopens a channel for writing.
func (s *Server) archive(c *channel, by UserID, archived bool) {
	event, text := "_archive", "archived the channel"
	if !archived {
		event, text = "_unarchive", "un-archived the channel"
		c.Archived = false
	}
	s.post(c, &message{User: by, Subtype: "channel" + event, Text: "<@" + string(by) + "> " + text})
	s.emit(prefix(c)+event, one(reading[c.Kind]), c, obj{"channel": c.ID, "user": by, "is_moved": 0})
	c.Archived = archived
	s.touch()
}

func (s *Server) rename(c *channel, by UserID, name string) {
	old := c.Name
	c.Name = name
	s.post(c, &message{User: by, Subtype: "channel_name", Text: "<@" + string(by) + "> has renamed the channel from \"" + old + "\" to \"" + name + "\""})
	s.emit(prefix(c)+"_rename", one(reading[c.Kind]), c, obj{"channel": obj{"id": c.ID, "name": name, "name_normalized": name, "created": c.Created}})
}
