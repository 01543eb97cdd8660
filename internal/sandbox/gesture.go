package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"epilogue/internal/sandbox/blockkit"
)

// What a person does with a pointer: things are named by their ids, as the web page knows them, where tests name them by what they see. Both end
// in the same places. What cannot be done is an error at once: nobody waits for it to appear, and nothing panics.

// Gesture is a press, or a choice, in a surface that the person can see: a message, or a view.
type Gesture struct {
	Conversation, TS string // of the message
	View             string // or the id of the view
	BlockID          string
	ActionID         string
	// Value is what is chosen or typed now, in the shape of a leaf of state.values; for an overflow menu {"selected_option": {"value": "…"}}, and for the
	// buttons of a pair that share an action_id {"value": "…"}. Buttons need none. Of options only the value counts, the rest is as the app sent it.
	Value json.RawMessage
	// State is what is typed in the surface and was not told to the server yet: leaves by block_id and action_id. What has no place there is left out.
	State map[string]map[string]json.RawMessage
	// Confirmed says that the person answered yes where the element asks for a confirmation. Without it such a gesture is refused.
	Confirmed bool
}

// Someone is Server.Person for callers that cannot know whether there is such a person, and who must not be a bot.
func (s *Server) Someone(who string) (*Person, error) {
	r, err := s.Reader(who)
	if err != nil {
		return nil, err
	}
	return &Person{s: s, id: r.id}, nil
}

// attempt does something with the workspace locked, as a person who takes things as they stand.
func attempt[T any](p *Person, do func(*user) (T, error)) (T, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	u := p.s.ws.Users[p.id]
	if u.Role == Deactivated {
		var none T
		return none, fmt.Errorf("%s is deactivated", u.Name)
	}
	return do(u)
}

// outcomeOf waits for an interaction's outcome. It takes no longer than the app has to acknowledge it.
func (p *Person) outcomeOf(ctx context.Context, answer sent) (Reply, error) {
	select {
	case r := <-answer:
		return r, nil
	case <-ctx.Done():
		return Reply{}, fmt.Errorf("wait for the app: %w", ctx.Err())
	case <-p.s.done:
		return Reply{}, errors.New("the sandbox was closed before the app answered")
	}
}

// seen finds a message that a person can see, by its timestamp; one that only they see too.
func (s *Server) seen(u *user, conversation, ts string) (*channel, *message, error) {
	c, err := s.conversation(u, conversation)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range slices.Backward(c.Messages) {
		if m.TS == ts && (eyes{s, u}).sees(m) {
			return c, m, nil
		}
	}
	return nil, nil, fmt.Errorf("%s sees no message %s in %s", u.Name, ts, c.place())
}

// surface finds what a gesture is made on, with its blocks.
func (s *Server) surface(u *user, g Gesture) (spot, json.RawMessage, error) {
	if g.View == "" {
		c, m, err := s.seen(u, g.Conversation, g.TS)
		if err != nil {
			return spot{}, nil, err
		}
		return spot{c: c, m: m}, m.Blocks, nil
	}
	if home := s.ws.Homes[u.ID]; home != nil && home.ID == g.View {
		return spot{v: home}, home.Blocks, nil
	}
	v, err := s.open(u, g.View)
	if err != nil {
		return spot{}, nil, err
	}
	return spot{v: v}, v.Blocks, nil
}

// at finds the element of a gesture, and puts in what was typed around it.
func (s *Server) at(u *user, g Gesture) (spot, error) {
	at, blocks, err := s.surface(u, g)
	if err != nil {
		return at, err
	}
	var pressed struct{ Value string }
	_ = json.Unmarshal(g.Value, &pressed)
	found := false
	for _, el := range blockkit.Elements(blocks) {
		if el.BlockID != g.BlockID || el.ActionID != g.ActionID {
			continue
		}
		if found && (el.Type != "feedback_buttons" || el.Value != pressed.Value) {
			continue
		}
		at.el, found = el, true
	}
	if !found {
		return at, errors.New("this has just changed: look again, and try once more")
	}
	s.typeIn(u, at, blocks, g.State)
	return at, nil
}

// typeIn takes over what was typed in a surface. What cannot be a value there is left out, as if it had not been typed.
func (s *Server) typeIn(u *user, at spot, blocks json.RawMessage, state values) {
	for _, el := range blockkit.Elements(blocks) {
		leaf := state[el.BlockID][el.ActionID]
		if leaf == nil {
			continue
		}
		at.el = el
		if admitted, err := s.leafFrom(u, at, leaf); err == nil {
			at.setLeaf(u, admitted)
		}
	}
}

// Act presses a button or chooses in an element, and returns when the app has acknowledged it or failed to.
func (p *Person) Act(ctx context.Context, g Gesture) (Reply, error) {
	answer, err := attempt(p, func(u *user) (sent, error) {
		at, err := p.s.at(u, g)
		switch {
		case err != nil:
			return nil, err
		case at.el.Confirm != nil && !g.Confirmed:
			return nil, fmt.Errorf("%q asks first: %s", at.el.Label, at.el.Confirm.Text)
		case pressable(at.el) || at.el.Type == "feedback_buttons":
			return p.s.employ(u, at, nil)
		case at.el.Type == "overflow":
			return p.s.overflow(u, at, offeredOption(at.el, leafOption(g.Value)))
		}
		leaf, err := p.s.leafFrom(u, at, g.Value)
		if err != nil {
			return nil, err
		}
		return p.s.fillOut(u, at, leaf), nil
	})
	if err != nil {
		return Reply{}, err
	}
	return p.outcomeOf(ctx, answer)
}

// Type takes over what is typed in a surface, without telling the app of it.
func (p *Person) Type(g Gesture) error {
	_, err := attempt(p, func(u *user) (bool, error) {
		at, blocks, err := p.s.surface(u, g)
		if err == nil {
			p.s.typeIn(u, at, blocks, g.State)
		}
		return true, err
	})
	return err
}

// SubmitView presses the submit button of the modal in front, with this typed in it, and waits for the app's answer.
func (p *Person) SubmitView(ctx context.Context, view string, state map[string]map[string]json.RawMessage) (Submitted, error) {
	var result Submitted
	answer, err := attempt(p, func(u *user) (sent, error) {
		v, err := p.s.open(u, view)
		if err != nil {
			return nil, err
		}
		p.s.typeIn(u, spot{v: v}, v.Blocks, state)
		return p.s.submit(u, v, &result)
	})
	if err != nil || answer == nil {
		return result, err
	}
	_, err = p.outcomeOf(ctx, answer)
	return result, err
}

// CloseView presses Cancel on the modal in front; with all the X that closes the whole stack.
func (p *Person) CloseView(ctx context.Context, view string, all bool) error {
	answer, err := attempt(p, func(u *user) (sent, error) {
		v, err := p.s.open(u, view)
		if err != nil {
			return nil, err
		}
		return p.s.dismiss(u, v, all), nil
	})
	if err == nil && answer != nil {
		_, err = p.outcomeOf(ctx, answer)
	}
	return err
}

// Suggest types into a menu whose options the app supplies, and returns what is offered then. They can be chosen by their values afterwards.
func (p *Person) Suggest(ctx context.Context, g Gesture, typed string) ([]blockkit.Option, error) {
	found, err := attempt(p, func(u *user) (chan []suggestion, error) {
		at, err := p.s.at(u, g)
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(at.el.Type, "external_select") {
			return nil, fmt.Errorf("a %s has its options already", at.el.Type)
		}
		return p.s.suggest(u, at, typed), nil
	})
	if err != nil {
		return nil, err
	}
	select {
	case all := <-found:
		out := make([]blockkit.Option, 0, len(all))
		for _, one := range all {
			out = append(out, one.option())
		}
		return out, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the app: %w", ctx.Err())
	case <-p.s.done:
		return nil, errors.New("the sandbox was closed before the app answered")
	}
}
