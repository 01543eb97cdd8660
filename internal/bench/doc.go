// Package bench measures the bot from end to end, each time beside something that shows how much of it cannot be avoided. It asserts nothing about time: it
// prints figures, and only fails when a click that was acknowledged is not in the store.
//
//	go test ./internal/bench -run '^$' -bench EndToEnd            all but the peers
//	go test ./internal/bench -run '^$' -bench Peers -peers        beside Bolt for JavaScript, after npm ci in peers/bolt
//
// The bot runs in a process of its own, so that the crowd's work is not taken for it, but shares the machine's cores with it. Slack is a slim one that answers at
// once, or after a fixed time, and limits nobody; the company's incidents, cards and clicks were played in the local Slack of internal/sandbox before, so
// they are real. People click in a closed loop: the next click comes with the ack of the one before, and every click changes something. They work on
// 16 incidents, so 64 of them are four to an incident; one variant has all of them around one card.
//
// How to read the figures. Compare ratios, not milliseconds: both sides are measured in every round, one after the other, and what is printed is the median of
// five rounds. Look at store/s and echo/s to see what weather it was.
//
//   - x-store: clicks a second, beside the same saves committed by as many goroutines straight to the store, each incident's in order.
//   - p50-x-commit: the median ack beside the median of such a save, with as many waiting. Alone, with pauses, it is one ack
//     beside one bare commit.
//   - p99-x-echo: the 99th percentile of acks with 64 people, beside the same frames answered by a process that does nothing else. Both run as fast as they can,
//     so the echo is also many times as busy.
//   - p50-x-call: click until Slack has answered the edit of the card, beside the 100 ms that this one call takes.
//   - calls/click: calls to Slack per click on one card, the bot keeping its pace; everything that follows is counted, until nothing is called any more.
//   - p99-x-calm: posts in a quiet channel while another is limited, beside the same while it is not.
//   - cpu-%, MiB: what the connected bot uses of one core, and holds in memory, while nobody wants anything.
//
// Set EPILOGUE_BENCH_PROFILE to a file name for a CPU profile of the bot; the last one that ran has it.
package bench
