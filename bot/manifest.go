package bot

import (
	"bytes"
	_ "embed" // the manifest
)

//go:embed manifest.json
var manifest []byte

// Manifest is the app's manifest as Slack takes it when an app is created: exactly the scopes and events that the bot uses. Command is the slash
// command to install it under.
func Manifest(command string) []byte {
	return bytes.ReplaceAll(manifest, []byte(`"/inc"`), []byte(`"`+command+`"`))
}
