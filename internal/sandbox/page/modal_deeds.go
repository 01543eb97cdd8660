package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/blockkit"
	"epilogue/internal/sandbox/page/kit"
)

// touch is what assets/kit.js and modal.js post: which element was touched on which surface, and the strings that stand in all of them.
type touch struct {
	ctx context.Context

	conversation, ts, view string
	block, action          string
	confirmed              bool
	all                    bool   // of a close: the whole stack
	typed                  string // of a menu: what is searched for
	value                  []string
	state                  map[string]map[string][]string // by block_id and action_id
}

// touched reads what was posted. Lists stand in it as JSON.
func touched(r *http.Request) (touch, error) {
	t := touch{
		ctx: r.Context(), conversation: r.PostFormValue("conversation"), ts: r.PostFormValue("ts"), view: r.PostFormValue("view"),
		block: r.PostFormValue("block_id"), action: r.PostFormValue("action_id"), confirmed: r.PostFormValue("confirmed") != "",
		all: r.PostFormValue("all") != "", typed: r.PostFormValue("typed"),
	}
	for name, to := range map[string]any{"value": &t.value, "state": &t.state} {
		if raw := r.PostFormValue(name); raw != "" {
			if err := json.Unmarshal([]byte(raw), to); err != nil {
				return t, fmt.Errorf("read %s: %w", name, err)
			}
		}
	}
	return t, nil
}

// blocksOf is what stands on the surface that was touched: its blocks, and what they hold as far as the server knows.
func (v *viewer) blocksOf(t touch) (json.RawMessage, map[string]map[string]json.RawMessage, error) {
	if t.view == "" {
		m, err := v.page.slack.Message(v.who, t.conversation, t.ts)
		return m.Blocks, m.State, err
	}
	views, err := v.page.slack.Modals(v.who)
	if err != nil {
		return nil, nil, err
	}
	if home, published, err := v.page.slack.HomeScreen(v.who); err == nil && published {
		views = append(views, home)
	}
	for _, s := range views {
		if s.ID == t.view {
			return s.Blocks, s.State, nil
		}
	}
	return nil, nil, errors.New("that is not open any more")
}

// gesture translates strings into leaves. It says which element was touched; none if it is gone.
func (v *viewer) gesture(t touch) (sandbox.Gesture, *blockkit.Element, error) {
	g := sandbox.Gesture{Conversation: t.conversation, TS: t.ts, View: t.view, BlockID: t.block, ActionID: t.action, Confirmed: t.confirmed}
	blocks, state, err := v.blocksOf(t)
	if err != nil {
		return g, nil, err
	}
	g.State = map[string]map[string]json.RawMessage{}
	var touched *blockkit.Element
	for _, el := range blockkit.Elements(blocks) {
		was := state[el.BlockID][el.ActionID]
		if el.BlockID == t.block && el.ActionID == t.action {
			touched = &el
			if g.Value, err = v.valueOf(el, t.value, was); err != nil {
				return g, touched, err
			}
		}
		if typed, there := t.state[el.BlockID][el.ActionID]; there {
			leaf, err := kit.Leaf(el, typed, was, v.reader.Zone())
			if err != nil {
				continue // what cannot be a value there was not typed
			}
			if g.State[el.BlockID] == nil {
				g.State[el.BlockID] = map[string]json.RawMessage{}
			}
			g.State[el.BlockID][el.ActionID] = leaf
		}
	}
	return g, touched, nil
}

// valueOf is what was chosen in an element, in the shape that a gesture has.
func (v *viewer) valueOf(el blockkit.Element, typed []string, was json.RawMessage) (json.RawMessage, error) {
	if _, _, stateful := blockkit.StateField(el.Type); stateful {
		return kit.Leaf(el, typed, was, v.reader.Zone())
	}
	if len(typed) == 0 {
		return nil, nil
	}
	chosen := map[string]string{"value": typed[0]}
	if el.Type == "overflow" {
		return json.Marshal(map[string]any{"selected_option": chosen})
	}
	return json.Marshal(chosen)
}

// acted is what came of a press or a choice.
type acted struct {
	Warning string `json:"warning,omitempty"` // the app did not answer
}

func (v *viewer) acts(t touch) (any, error) {
	g, _, err := v.gesture(t)
	if err != nil {
		return nil, err
	}
	reply, err := v.person.Act(t.ctx, g)
	return acted{reply.Warning}, err
}

// left is what came of a submission, or of a close.
type left struct {
	Closed bool   `json:"closed"`
	Open   int    `json:"open"`            // modals that are open now
	Wrong  string `json:"wrong,omitempty"` // block_id of the first field with an error beside it
}

func (v *viewer) submits(t touch) (any, error) {
	g, _, err := v.gesture(t)
	if err != nil {
		return nil, err
	}
	done, err := v.person.SubmitView(t.ctx, t.view, g.State)
	out := v.left(done.Closed)
	if !done.Closed {
		out.Wrong = v.wrongIn(t.view)
	}
	return out, err
}

// wrongIn is the first field of a modal that has an error beside it.
func (v *viewer) wrongIn(view string) string {
	stack, _ := v.page.slack.Modals(v.who) // somebody who acted a moment ago is there
	for _, s := range stack {
		for _, el := range blockkit.Elements(s.Blocks) {
			if s.ID == view && s.Errors[el.BlockID] != "" {
				return el.BlockID
			}
		}
	}
	return ""
}

func (v *viewer) closes(t touch) (any, error) {
	err := v.person.CloseView(t.ctx, t.view, t.all)
	return v.left(err == nil), err
}

func (v *viewer) left(closed bool) left {
	stack, _ := v.page.slack.Modals(v.who) // somebody who acted a moment ago is there
	return left{Closed: closed, Open: len(stack)}
}
