package page_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"epilogue/internal/sandbox"
)

// company is a workspace with 200 channels, one of which has 10,000 messages with a thread here and there.
func company(b *testing.B) *browser {
	channels := []sandbox.ChannelSpec{{Name: "general"}}
	for i := range 200 {
		channels = append(channels, sandbox.ChannelSpec{Name: fmt.Sprintf("inc-%d-something-is-wrong", i)})
	}
	w := open(b, sandbox.Options{Channels: channels})
	people := []*sandbox.Person{w.Person("ana"), w.Person("ben"), w.Person("cem")}
	for i := range 10_000 {
		p := people[i/3%3]
		ts := p.Says("#general", fmt.Sprintf("message *%d*, with a `word` of code and a link to https://example.com/%d", i, i))
		if i%20 == 0 {
			if _, err := p.RepliesAt("#general", ts, "a reply", false); err != nil {
				b.Fatal(err)
			}
		}
	}
	for i := range 200 {
		people[1].Says(fmt.Sprintf("#inc-%d-something-is-wrong", i), "@ana it is")
	}
	return w
}

func BenchmarkOpenChannel(b *testing.B) {
	w := company(b)
	crowded, quiet := w.at("ana", "#general"), w.at("ana", "#inc-7-something-is-wrong")
	for name, open := range map[string]func() *http.Response{
		"crowded":   func() *http.Response { return w.ask("GET", crowded, "") },
		"quiet":     func() *http.Response { return w.ask("GET", quiet, "") },
		"switching": func() *http.Response { return w.ask("GET", crowded, "", "HX-Request: true", "HX-Target: main#main") },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				answer := open()
				if n, err := io.Copy(io.Discard, answer.Body); err != nil || n < 1000 {
					b.Fatal(n, err)
				}
				_ = answer.Body.Close()
			}
		})
	}
}
