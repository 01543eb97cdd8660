// Package ownersocket lets a command-line tool reach a store that a running process holds: a file can be held by one process only, so
// the others ask it over a unix socket beside the file, which only the same user may connect to.
//
// It knows nothing of incidents or of Slack, and offers only what tools need: a backup, a check, the process. [Open] is what a tool calls: it asks the
// running process, and opens the file itself when nobody runs. The process calls [Serve].
//
// What goes over the socket is HTTP, one request for each call (see protocol.go); both ends are of the same version or a neighbor, and neither is
// ever reached by anything else.
//
// Reading order: this file, tool.go, protocol.go, server.go, client.go, socket.go.
package ownersocket
