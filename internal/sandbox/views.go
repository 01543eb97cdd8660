package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"

	"epilogue/internal/sandbox/blockkit"
)

const (
	mostStacked = 3
	mostView    = 250_000 // bytes of one view
)

// values are what people have typed and chosen: block_id → action_id → leaf of state.values.
type values map[string]map[string]json.RawMessage

func (v values) set(block, action string, leaf json.RawMessage) {
	if v[block] == nil {
		v[block] = map[string]json.RawMessage{}
	}
	v[block][action] = leaf
}

// definition is a view as an app sends it.
type definition struct {
	Type            string          `json:"type"`
	Title           json.RawMessage `json:"title,omitempty"`
	Submit          json.RawMessage `json:"submit,omitempty"`
	Close           json.RawMessage `json:"close,omitempty"`
	Blocks          json.RawMessage `json:"blocks"`
	PrivateMetadata string          `json:"private_metadata"`
	CallbackID      string          `json:"callback_id"`
	ExternalID      string          `json:"external_id"`
	ClearOnClose    bool            `json:"clear_on_close"`
	NotifyOnClose   bool            `json:"notify_on_close"`
}

// view is a modal, or a person's Home tab.
type view struct {
	definition
	ID       string
	User     UserID
	Hash     string
	Root     string
	Previous string
	Typed    values

	errors map[string]string // under fields, by block_id
	banner string            // above the form, when Slack could not make sense of the app's answer
	doomed bool              // it was closed
}

// defineView reads and checks a view. Problems are told as views.open tells them.
func (s *Server) defineView(raw, typ string) (definition, error) {
	var d definition
	if len(raw) > mostView {
		return d, refuse("view_too_large")
	}
	if json.Unmarshal([]byte(raw), &d) != nil && !json.Valid([]byte(raw)) {
		return d, invalidArguments("[ERROR] invalid `view`")
	}
	if problems := blockkit.CheckView(json.RawMessage(raw)); len(problems) > 0 {
		var messages []string
		for _, p := range problems {
			messages = append(messages, "[ERROR] "+p.String())
		}
		return d, invalidArguments(messages...)
	}
	if d.Type != typ {
		return d, invalidArguments(fmt.Sprintf("[ERROR] unsupported type: %s [json-pointer:/view/type]", d.Type))
	}
	d.Blocks = blockkit.NormalizeBlocks(d.Blocks, s.genBlockID)
	d.Title, d.Submit, d.Close = plainText(d.Title), plainText(d.Submit), plainText(d.Close)
	return d, nil
}

// plainText writes a plain_text object as Slack echoes it, or null.
func plainText(raw json.RawMessage) json.RawMessage {
	var t obj
	if json.Unmarshal(raw, &t) != nil || t == nil {
		return nil
	}
	if _, given := t["emoji"]; !given {
		t["emoji"] = true
	}
	return frame(t)
}

// unique refuses an external_id that another view has.
func (s *Server) unique(d definition, but *view) error {
	if v := s.findView("", d.ExternalID); d.ExternalID != "" && v != nil && v != but {
		return refuse("duplicate_external_id")
	}
	return nil
}

// findView finds an open modal or a Home tab by its id, or by its external_id.
func (s *Server) findView(id, external string) *view {
	match := func(v *view) bool {
		return v != nil && (id != "" && v.ID == id || external != "" && v.ExternalID == external)
	}
	for _, stack := range s.modals {
		if i := slices.IndexFunc(stack, match); i >= 0 {
			return stack[i]
		}
	}
	for _, v := range s.ws.Homes {
		if match(v) {
			return v
		}
	}
	return nil
}

func (s *Server) newHash() string { return fmt.Sprintf("%d.%s", s.clock.Now().Unix(), randomHex(8)) }

func (s *Server) newView(d definition, u UserID, below *view) *view {
	v := &view{definition: d, ID: s.ws.id("V"), User: u, Hash: s.newHash(), Typed: values{}}
	v.Root = v.ID
	if below != nil {
		v.Root, v.Previous = below.Root, below.ID
	}
	return v
}

// state is state.values of the view: initial values, and over them what the person typed.
func (v *view) state() values { return merge(v.Blocks, v.Typed) }

func merge(blocks json.RawMessage, typed values) values {
	state := values(blockkit.EmptyState(blocks))
	for block, actions := range state {
		for action, leaf := range actions {
			if mine := typed[block][action]; mine != nil && leafType(mine) == leafType(leaf) {
				actions[action] = mine
			}
		}
	}
	return state
}

func leafType(leaf json.RawMessage) string {
	var t struct{ Type string }
	_ = json.Unmarshal(leaf, &t)
	return t.Type
}

// viewJSON is the view as answers and payloads hold it.
func (s *Server) viewJSON(v *view) obj { return s.viewWith(v, v.state()) }

func (s *Server) viewWith(v *view, state values) obj {
	title := v.Title
	if v.Type == "home" {
		title = frame(obj{"type": "plain_text", "text": "View Title", "emoji": true})
	}
	return obj{
		"id": v.ID, "team_id": teamID, "type": v.Type, "blocks": v.Blocks, "private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID,
		"state": obj{"values": state}, "hash": v.Hash, "title": title, "clear_on_close": v.ClearOnClose, "notify_on_close": v.NotifyOnClose,
		"close": orNull(v.Close), "submit": orNull(v.Submit), "previous_view_id": orNull(quoted(v.Previous)), "root_view_id": v.Root, "app_id": appID,
		"external_id": v.ExternalID, "app_installed_team_id": teamID, "bot_id": botID,
	}
}

func quoted(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	return frame(s)
}

func orNull(raw json.RawMessage) any {
	if len(raw) == 0 {
		return nil
	}
	return raw
}

func (s *Server) viewsOpen(a args) (obj, error) {
	d, err := s.defineView(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	t, err := s.pull(a["trigger_id"])
	if err != nil {
		return nil, err
	}
	if err := s.unique(d, nil); err != nil {
		return nil, err
	}
	t.used = true
	v := s.newView(d, t.user, nil)
	s.closeAll(t.user)
	s.modals[t.user] = []*view{v}
	s.touch()
	return obj{"view": s.viewWith(v, values{})}, nil
}

func (s *Server) viewsPush(a args) (obj, error) {
	d, err := s.defineView(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	t, err := s.pull(a["trigger_id"])
	if err != nil {
		return nil, err
	}
	stack := s.modals[t.user]
	if t.view == "" || !slices.ContainsFunc(stack, func(v *view) bool { return v.ID == t.view }) {
		return nil, refuse("not_found")
	}
	if err := s.unique(d, nil); err != nil {
		return nil, err
	}
	v, err := s.push(t.user, d)
	if err != nil {
		return nil, err
	}
	t.used = true
	return obj{"view": s.viewWith(v, values{})}, nil
}

// push puts a modal on top of those that are open.
func (s *Server) push(u UserID, d definition) (*view, error) {
	stack := s.modals[u]
	if len(stack) >= mostStacked {
		return nil, refuse("push_limit_reached")
	}
	v := s.newView(d, u, stack[len(stack)-1])
	s.modals[u] = append(stack, v)
	s.touch()
	return v, nil
}

func (s *Server) viewsUpdate(a args) (obj, error) {
	v := s.findView(a["view_id"], a["external_id"])
	if a["view_id"] == "" && a["external_id"] == "" {
		return nil, invalidArguments("[ERROR] missing required field: view_id")
	}
	if v == nil {
		return nil, refuse("not_found")
	}
	d, err := s.defineView(a["view"], v.Type)
	if err != nil {
		return nil, err
	}
	if a["hash"] != "" && a["hash"] != v.Hash {
		return nil, refuse("hash_conflict")
	}
	if err := s.unique(d, v); err != nil {
		return nil, err
	}
	s.update(v, d)
	return obj{"view": s.viewJSON(v)}, nil
}

// update replaces what a view shows. What was typed survives where block_id and action_id are the same.
func (s *Server) update(v *view, d definition) {
	v.definition, v.Hash, v.errors, v.banner = d, s.newHash(), nil, ""
	kept := values{}
	for block, actions := range blockkit.EmptyState(d.Blocks) {
		for action := range actions {
			if mine := v.Typed[block][action]; mine != nil {
				kept.set(block, action, mine)
			}
		}
	}
	v.Typed = kept
	s.touch()
}

func (s *Server) viewsPublish(a args) (obj, error) {
	u := s.ws.Users[UserID(a["user_id"])]
	if u == nil || u.bot() {
		return nil, invalidArguments("invalid `user_id`")
	}
	if !s.app.Features.AppHome.Home {
		return nil, refuse("not_enabled")
	}
	d, err := s.defineView(a["view"], "home")
	if err != nil {
		return nil, err
	}
	v := s.ws.Homes[u.ID]
	if a["hash"] != "" && (v == nil || v.Hash != a["hash"]) {
		return nil, refuse("hash_conflict")
	}
	if err := s.unique(d, v); err != nil {
		return nil, err
	}
	if v == nil {
		v = s.newView(d, u.ID, nil)
		s.ws.Homes[u.ID] = v
		s.touch()
	} else {
		s.update(v, d)
	}
	return obj{"view": s.viewJSON(v)}, nil
}

// closeAll takes all modals of a person away, without telling the app.
func (s *Server) closeAll(u UserID) {
	for _, v := range s.modals[u] {
		v.doomed = true
	}
	delete(s.modals, u)
	s.touch()
}

// closeView takes one modal away; the one below shows again.
func (s *Server) closeView(v *view) {
	v.doomed = true
	s.modals[v.User] = slices.DeleteFunc(s.modals[v.User], func(o *view) bool { return o == v })
	if len(s.modals[v.User]) == 0 {
		delete(s.modals, v.User)
	}
	s.touch()
}

// front is the modal that a person sees, nil if none is open.
func (s *Server) front(u UserID) *view {
	stack := s.modals[u]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// trouble is the banner over a form whose submission was not answered, or not sensibly.
const trouble = "We had some trouble connecting. Try again?"

// submitted does with a form what the ack of its submission says.
func (s *Server) submitted(v *view, ack json.RawMessage, outcome string) {
	v.errors, v.banner = nil, ""
	if outcome != acked || s.obey(v, ack) != nil {
		v.banner = trouble
	}
	s.touch()
}

func (s *Server) obey(v *view, ack json.RawMessage) error {
	var r struct {
		Action string            `json:"response_action"`
		View   json.RawMessage   `json:"view"`
		Errors map[string]string `json:"errors"`
	}
	if len(ack) > 0 && json.Unmarshal(ack, &r) != nil {
		return refuse("invalid_response")
	}
	switch r.Action {
	case "":
		s.closeView(v)
	case "clear":
		s.closeAll(v.User)
	case "errors":
		return v.complain(r.Errors)
	case "update", "push":
		d, err := s.defineView(string(r.View), "modal")
		if err != nil {
			return err
		}
		if r.Action == "push" {
			_, err = s.push(v.User, d)
			return err
		}
		s.update(v, d)
	default:
		return refuse("invalid_response_action")
	}
	return nil
}

// complain puts errors under the fields; every key must be an input block.
func (v *view) complain(errors map[string]string) error {
	inputs := map[string]bool{}
	for _, e := range blockkit.Elements(v.Blocks) {
		if e.Input {
			inputs[e.BlockID] = true
		}
	}
	for block := range errors {
		if !inputs[block] {
			return refuse("invalid_errors")
		}
	}
	if len(errors) == 0 {
		return refuse("invalid_errors")
	}
	v.errors = errors
	return nil
}
