package story

import (
	"os"
	"path/filepath"
	"testing"

	"epilogue/internal/browser"
)

// mostBytes is how large a picture may be, so that cloning stays quick.
const mostBytes = 200_000

// picture takes a picture for the README, if pictures are wanted.
func picture(b *browser.Tab, name string) {
	if *pictures != "" {
		b.Picture(filepath.Join(*pictures, name+".png"))
	}
}

// What a newcomer sees first is the card, and what they can press on it.
func TestTheFirstScreenIsTheCardInDocumenting(t *testing.T) {
	o := played(t)
	b := browser.Open(t, o.Slack.URL())
	b.Size(1280, 860)
	b.Sees("Documenting (now)", "1 of 3 settled", standard[2])
	for _, task := range standard[1:3] {
		if !b.Offers("Mark done", task) {
			t.Errorf("%s cannot be marked done", task)
		}
	}
	picture(b, "card")

	overflow(b, "INC-3 ·", "Opt out of post-incident")
	types(b, "Reason", "the indexer was replaced yesterday; there is nothing left to learn from the old one")
	b.Sees("Schedule the debrief", "Everyone in the channel will see your reason")
	picture(b, "opt-out")
	b.Press("Cancel")
	b.Until(`!document.getElementById('modal')`)

	b.Press("Epilogue")
	b.Press("Home")
	b.Sees("Hello Ana", standard[2], "Recently closed")

	b.Prefers("prefers-color-scheme", "dark")
	goes(b, "inc-3-search-results-are-stale")
	b.Sees("Documenting (now)")
	picture(b, "card-dark")
}

func TestThePicturesOfTheReadmeAreSmall(t *testing.T) {
	all, err := filepath.Glob("../../docs/*.png")
	if err != nil || len(all) == 0 {
		t.Fatalf("there are no pictures: %v", err)
	}
	for _, path := range all {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > mostBytes {
			t.Errorf("%s has %d bytes", path, info.Size())
		}
	}
}
