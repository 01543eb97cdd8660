// Package operator is what the commands of whoever runs the bot do: running it against a real workspace, keeping its store, changing the
// process by file, and saying in a sentence what is wrong.
//
// It refuses to know flags and exit codes, which are cmd/epilogue's, and what the bot says and decides. Reading order: run.go (what makes up a
// running bot), slack.go (what Slack says of tokens and scopes before it starts), then flows.go, backup.go and check.go, which work
// beside a running bot as well as without one (tool.go).
package operator

import (
	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/store/boltstore"
)

// admins are the people whom the configuration makes admins.
func admins(c config.Config) []flow.UserID {
	var out []flow.UserID
	for _, id := range c.Admins {
		out = append(out, flow.UserID(id))
	}
	return out
}

// openStore opens the store as the bot does: the file is made if there is none.
func openStore(c config.Store) (*boltstore.DB, error) {
	return boltstore.Open(c.Path, boltstore.Options{NetworkFS: c.AllowNetworkFilesystem})
}
