// Package bench measures the bot from end to end, each time beside something that shows how much of it is unavoidable: the bare store, a raw
// WebSocket echo, one call to Slack. Run it with "make bench BENCH=EndToEnd".
package bench
