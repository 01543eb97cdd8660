package sandbox

// endpoint is what Slack's documentation says about a method, and what carries it out.
type endpoint struct {
	run      func(*Server, args) (obj, error) // called with Server.mu held
	tier     tier
	need     need   // nil: no scope
	required string // arguments that must not be empty, separated by spaces
	formOnly bool   // does not take a JSON body
}

// endpoints are all methods of the sandbox; others answer unknown_method.
var endpoints = map[string]endpoint{
	"apps.connections.open": {run: (*Server).appsConnectionsOpen, tier: tier3},
	"auth.test":             {run: (*Server).authTest, tier: special},
	"team.info":             {run: (*Server).teamInfo, tier: tier3, need: scope("team:read")},
	"bots.info":             {run: (*Server).botsInfo, tier: tier3, need: scope("users:read")},

	"chat.postMessage":            {run: (*Server).chatPostMessage, tier: special, need: posting, required: "channel"},
	"chat.update":                 {run: (*Server).chatUpdate, tier: tier3, need: scope("chat:write"), required: "channel ts"},
	"chat.delete":                 {run: (*Server).chatDelete, tier: tier3, need: scope("chat:write"), required: "channel ts"},
	"chat.postEphemeral":          {run: (*Server).chatPostEphemeral, tier: tier4, need: posting, required: "channel user"},
	"chat.getPermalink":           {run: (*Server).chatGetPermalink, tier: special, required: "channel message_ts", formOnly: true},
	"chat.scheduleMessage":        {run: (*Server).chatScheduleMessage, tier: tier3, need: scope("chat:write"), required: "channel post_at"},
	"chat.deleteScheduledMessage": {run: (*Server).chatDeleteScheduled, tier: tier3, need: scope("chat:write"), required: "channel scheduled_message_id"},

	"conversations.create":     {run: (*Server).conversationsCreate, tier: tier2, need: creating},
	"conversations.invite":     {run: (*Server).conversationsInvite, tier: tier3, need: inside("channel", invites), required: "channel"},
	"conversations.join":       {run: (*Server).conversationsJoin, tier: tier3, need: scope("channels:join"), required: "channel"},
	"conversations.leave":      {run: (*Server).conversationsLeave, tier: tier3, need: inside("channel", writing), required: "channel"},
	"conversations.kick":       {run: (*Server).conversationsKick, tier: tier3, need: inside("channel", writing), required: "channel user"},
	"conversations.info":       {run: (*Server).conversationsInfo, tier: tier3, need: inside("channel", reading), required: "channel", formOnly: true},
	"conversations.members":    {run: (*Server).conversationsMembers, tier: tier4, need: inside("channel", reading), required: "channel", formOnly: true},
	"conversations.setTopic":   {run: (*Server).conversationsSetTopic, tier: tier2, need: inside("channel", topics), required: "channel"},
	"conversations.setPurpose": {run: (*Server).conversationsSetPurpose, tier: tier2, need: inside("channel", topics), required: "channel"},
	"conversations.archive":    {run: (*Server).conversationsArchive, tier: tier2, need: inside("channel", writing), required: "channel"},
	"conversations.unarchive":  {run: (*Server).conversationsUnarchive, tier: tier2, need: inside("channel", writing), required: "channel"},
	"conversations.rename":     {run: (*Server).conversationsRename, tier: tier2, need: inside("channel", writing), required: "channel"},
	"conversations.list":       {run: (*Server).conversationsList, tier: tier2, need: listing, formOnly: true},
	"conversations.history":    {run: (*Server).conversationsHistory, tier: tier3, need: inside("channel", history), required: "channel"},
	"conversations.replies":    {run: (*Server).conversationsReplies, tier: tier3, need: inside("channel", history), required: "channel ts", formOnly: true},
	"conversations.open":       {run: (*Server).conversationsOpen, tier: tier3, need: opening},

	"users.info":            {run: (*Server).usersInfo, tier: tier4, need: scope("users:read"), required: "user", formOnly: true},
	"users.list":            {run: (*Server).usersList, tier: tier2, need: scope("users:read"), formOnly: true},
	"users.lookupByEmail":   {run: (*Server).usersLookupByEmail, tier: tier3, need: scope("users:read.email"), required: "email", formOnly: true},
	"usergroups.list":       {run: (*Server).usergroupsList, tier: tier2, need: scope("usergroups:read"), formOnly: true},
	"usergroups.users.list": {run: (*Server).usergroupsUsersList, tier: tier2, need: scope("usergroups:read"), required: "usergroup", formOnly: true},

	"views.open":    {run: (*Server).viewsOpen, tier: tier4, required: "view"},
	"views.push":    {run: (*Server).viewsPush, tier: tier4, required: "view"},
	"views.update":  {run: (*Server).viewsUpdate, tier: tier4, required: "view"},
	"views.publish": {run: (*Server).viewsPublish, tier: tier4, required: "view user_id"},

	"pins.add":         {run: (*Server).pinsAdd, tier: tier2, need: scope("pins:write"), required: "channel timestamp"},
	"pins.remove":      {run: (*Server).pinsRemove, tier: tier2, need: scope("pins:write"), required: "channel timestamp"},
	"pins.list":        {run: (*Server).pinsList, tier: tier2, need: scope("pins:read"), required: "channel"},
	"bookmarks.add":    {run: (*Server).bookmarksAdd, tier: tier2, need: scope("bookmarks:write"), required: "channel_id title type"},
	"bookmarks.edit":   {run: (*Server).bookmarksEdit, tier: tier2, need: scope("bookmarks:write"), required: "channel_id bookmark_id"},
	"bookmarks.remove": {run: (*Server).bookmarksRemove, tier: tier2, need: scope("bookmarks:write"), required: "channel_id bookmark_id"},
	"bookmarks.list":   {run: (*Server).bookmarksList, tier: tier3, need: scope("bookmarks:read"), required: "channel_id"},
	"reactions.add":    {run: (*Server).reactionsAdd, tier: tier3, need: scope("reactions:write"), required: "channel timestamp name"},
	"reactions.remove": {run: (*Server).reactionsRemove, tier: tier2, need: scope("reactions:write"), required: "channel timestamp name"},

	"canvases.create":               {run: (*Server).canvasesCreate, tier: tier2, need: scope("canvases:write")},
	"canvases.edit":                 {run: (*Server).canvasesEdit, tier: tier3, need: scope("canvases:write"), required: "canvas_id changes"},
	"canvases.sections.lookup":      {run: (*Server).canvasesSectionsLookup, tier: tier3, need: scope("canvases:read"), required: "canvas_id criteria"},
	"conversations.canvases.create": {run: (*Server).conversationsCanvasesCreate, tier: tier2, need: scope("canvases:write"), required: "channel_id"},

	"files.getUploadURLExternal":   {run: (*Server).filesGetUploadURL, tier: tier4, need: scope("files:write"), required: "filename length", formOnly: true},
	"files.completeUploadExternal": {run: (*Server).filesCompleteUpload, tier: tier4, need: scope("files:write"), required: "files"},
}
