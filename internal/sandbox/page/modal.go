package page

import (
	"html/template"
	"net/http"

	"epilogue/internal/sandbox"
	"epilogue/internal/sandbox/page/kit"
)

// modalRoutes answers what is posted from blocks, modals and the Home tab.
func (p *Page) modalRoutes(mux *http.ServeMux) {
	for path, answer := range map[string]func(*viewer, touch) (any, error){
		"/w/{who}/act":     (*viewer).acts,
		"/w/{who}/suggest": (*viewer).suggests,
		"/w/{who}/submit":  (*viewer).submits,
		"/w/{who}/close":   (*viewer).closes,
	} {
		mux.HandleFunc("POST "+path, p.seen(func(v *viewer, w http.ResponseWriter, r *http.Request) {
			t, err := touched(r)
			if err != nil {
				http.Error(w, upper(err.Error())+".", http.StatusBadRequest)
				return
			}
			done, err := answer(v, t)
			if err != nil {
				http.Error(w, upper(err.Error())+".", http.StatusUnprocessableEntity)
				return
			}
			writeJSON(w, done)
		}))
	}
}

// modalView is one view of the stack, ready to be drawn.
type modalView struct {
	sandbox.ViewScreen
	Front bool
	Body  template.HTML
}

// modals is the inside of #modals: the stack of modals that is open for the person, all of it, so that what is typed in those below stays.
func (v *viewer) modals() (template.HTML, error) {
	stack, err := v.page.slack.Modals(v.who)
	if err != nil || len(stack) == 0 {
		return "", err
	}
	views := make([]modalView, len(stack))
	for i, s := range stack {
		views[i] = modalView{s, i == len(stack)-1, kit.Blocks(v.surface(kit.Modal, s))}
	}
	return v.page.draw("modals", struct {
		Submit, Close string
		Views         []modalView
	}{v.path("submit"), v.path("close"), views})
}

// surface is a view as kit draws it.
func (v *viewer) surface(kind kit.Kind, s sandbox.ViewScreen) kit.Surface {
	return kit.Surface{
		Viewer: v.kit(), Kind: kind, Blocks: s.Blocks, State: s.State, Errors: s.Errors, Action: v.path("act"), Suggest: v.path("suggest"), View: s.ID,
	}
}
