package page_test

import (
	"fmt"
	"io"
	"testing"

	"epilogue/internal/sandbox"
)

// BenchmarkStage opens the back of the stage after 10,000 entries: the newest of them, a filter that lets hardly any through, and a text that is nowhere.
func BenchmarkStage(b *testing.B) {
	w := open(b, sandbox.Options{Channels: []sandbox.ChannelSpec{{Name: "general", App: true}}})
	ana := w.Person("ana")
	for i := range 10_000 {
		ana.Says("#general", fmt.Sprintf("message *%d*, with a `word` of code and a link to https://example.com/%d", i, i))
	}
	w.calls("users.info", "user", "U404")
	for name, query := range map[string]string{"newest": "", "errors": "errors=1", "one-method": "method=users.info", "nowhere": "q=zebra"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				answer := w.ask("GET", "/stage?"+query, "")
				if n, err := io.Copy(io.Discard, answer.Body); err != nil || n < 1000 {
					b.Fatal(n, err)
				}
				_ = answer.Body.Close()
			}
		})
	}
}
