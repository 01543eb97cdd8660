package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// Slack tells nobody what stands in a canvas, only whether some words are in it. So of each canvas that was made here its help texts are kept: where one is
// still there, nobody has written anything.

// helped is a canvas with the help texts that it came with. It is stored.
type helped struct {
	Canvas string            `json:"canvas"`
	Texts  []blocks.HelpText `json:"texts"`
}

func helpedKey(d flow.Source) string {
	return fmt.Sprintf("help-texts/%s/%d", d.Incident, int(d.Document))
}

// result keeps the help texts of a document.
func (h helped) result(d flow.Source) (store.Result, error) {
	raw, err := json.Marshal(h)
	return store.Result{Key: helpedKey(d), Value: raw}, err
}

// mostAskedFor is how many help texts of a document are looked for.
const mostAskedFor = 20

// unwritten are the sections of an incident's post-mortem that are as they came. Nothing is said of a document that was not made here, or when Slack does not
// answer: it is a help, and holds up nothing.
func (b *Bot) unwritten(ctx context.Context, inc flow.Incident) []string {
	d, ok := inc.Postmortem()
	of := d.Source
	if of.Incident == 0 {
		of = flow.Source{Incident: inc.ID, Document: d.Number}
	}
	raw, err := b.store.Result(ctx, helpedKey(of))
	if !ok || d.State == flow.Complete || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	var h helped
	if err == nil {
		err = json.Unmarshal(raw, &h)
	}
	var out []string
	for _, t := range h.Texts[:min(len(h.Texts), mostAskedFor)] {
		var there bool
		if err == nil {
			there, err = b.contains(ctx, h.Canvas, t.Words)
		}
		if there {
			out = append(out, t.Heading)
		}
	}
	if err != nil {
		b.log.Info("it is not known what is written in a post-mortem", "incident", inc.ID, "err", err)
		return nil
	}
	return out
}

// contains reports whether some words are in a canvas.
func (b *Bot) contains(ctx context.Context, canvas, words string) (bool, error) {
	var found []slack.CanvasSection
	err := b.pace.call(ctx, "canvases.sections.lookup", tier3Budget, func(ctx context.Context) (err error) {
		found, err = b.slack.LookupCanvasSectionsContext(ctx, slack.LookupCanvasSectionsParams{
			CanvasID: canvas, Criteria: slack.LookupCanvasSectionsCriteria{ContainsText: words},
		})
		return err
	})
	return len(found) > 0, err
}
