package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"epilogue/internal/sandbox"
)

// What is posted. Each answers 204, or JSON with an address to go to; what Slack would not let somebody do is answered with 422 and a sentence. What comes of it
// arrives by the way that all changes do.

// answer is what the page does next.
type answer struct {
	Go   string `json:"go,omitempty"`   // shows this address
	Tell string `json:"tell,omitempty"` // says this
}

type deed func(*viewer, *http.Request) (answer, error)

func (p *Page) deedRoutes(mux *http.ServeMux) {
	for path, do := range map[string]deed{
		"/w/{who}/shortcut":                       (*viewer).shortcut,
		"/w/{who}/channels":                       (*viewer).create,
		"/w/{who}/{conversation}/send":            (*viewer).sends,
		"/w/{who}/{conversation}/join":            (*viewer).joins,
		"/w/{who}/{conversation}/leave":           (*viewer).leaves,
		"/w/{who}/{conversation}/archive":         (*viewer).archives,
		"/w/{who}/{conversation}/unarchive":       (*viewer).unarchives,
		"/w/{who}/{conversation}/invite":          (*viewer).invites,
		"/w/{who}/{conversation}/m/{ts}/react":    (*viewer).reacts,
		"/w/{who}/{conversation}/m/{ts}/pin":      (*viewer).pins,
		"/w/{who}/{conversation}/m/{ts}/edit":     (*viewer).edits,
		"/w/{who}/{conversation}/m/{ts}/delete":   (*viewer).deletes,
		"/w/{who}/{conversation}/m/{ts}/shortcut": (*viewer).messageShortcut,
	} {
		mux.HandleFunc("POST "+path, p.seen(func(v *viewer, w http.ResponseWriter, r *http.Request) {
			done, err := do(v, r)
			switch {
			case err != nil:
				http.Error(w, upper(err.Error())+".", http.StatusUnprocessableEntity)
			case done == answer{}:
				w.WriteHeader(http.StatusNoContent)
			default:
				writeJSON(w, done)
			}
		}))
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		return // the browser went away
	}
}

// sends posts a message or runs a command, as the composer does.
func (v *viewer) sends(r *http.Request) (answer, error) {
	in, text, thread := r.PathValue("conversation"), strings.TrimSpace(r.PostFormValue("text")), r.PostFormValue("thread")
	switch {
	case command.MatchString(text) && thread != "":
		name, _, _ := strings.Cut(text, " ")
		return answer{}, fmt.Errorf("%s is not supported in threads. Sorry", name)
	case command.MatchString(text):
		_, err := v.person.RunsSlash(r.Context(), in, text) // what failed is told in the conversation
		return answer{}, err
	case thread != "":
		_, err := v.person.RepliesAt(in, thread, text, r.PostFormValue("broadcast") != "")
		return answer{}, err
	}
	_, err := v.person.SaysIn(in, text)
	return answer{}, err
}

// command is what Slack takes for a slash command rather than a message.
var command = regexp.MustCompile(`^/[^\s/]`)

func (v *viewer) shortcut(r *http.Request) (answer, error) {
	reply, err := v.person.RunsShortcut(r.Context(), r.PostFormValue("name"))
	return answer{Tell: reply.Warning}, err
}

func (v *viewer) messageShortcut(r *http.Request) (answer, error) {
	reply, err := v.person.MessageShortcutAt(r.Context(), r.PathValue("conversation"), r.PathValue("ts"), r.PostFormValue("name"))
	return answer{Tell: reply.Warning}, err
}

func (v *viewer) reacts(r *http.Request) (answer, error) {
	return answer{}, v.person.ReactsAt(r.PathValue("conversation"), r.PathValue("ts"), r.PostFormValue("name"), r.PostFormValue("on") != "")
}

func (v *viewer) pins(r *http.Request) (answer, error) {
	return answer{}, v.person.PinsAt(r.PathValue("conversation"), r.PathValue("ts"), r.PostFormValue("on") != "")
}

func (v *viewer) edits(r *http.Request) (answer, error) {
	return answer{}, v.person.EditsAt(r.PathValue("conversation"), r.PathValue("ts"), strings.TrimSpace(r.PostFormValue("text")))
}

func (v *viewer) deletes(r *http.Request) (answer, error) {
	return answer{}, v.person.DeletesAt(r.PathValue("conversation"), r.PathValue("ts"))
}

// does lets the person do something that may be impossible.
func (v *viewer) does(r *http.Request, do func(p *sandbox.Person, in string)) error {
	return v.person.Try(func(p *sandbox.Person) { do(p, r.PathValue("conversation")) })
}

func (v *viewer) joins(r *http.Request) (answer, error) {
	return answer{}, v.does(r, (*sandbox.Person).Joins)
}

func (v *viewer) leaves(r *http.Request) (answer, error) {
	if err := v.does(r, (*sandbox.Person).Leaves); err != nil {
		return answer{}, err
	}
	return answer{Go: v.path(v.interesting())}, nil
}

func (v *viewer) archives(r *http.Request) (answer, error) {
	return answer{}, v.does(r, (*sandbox.Person).Archives)
}

func (v *viewer) unarchives(r *http.Request) (answer, error) {
	return answer{}, v.does(r, (*sandbox.Person).Unarchives)
}

func (v *viewer) invites(r *http.Request) (answer, error) {
	who := r.PostFormValue("user")
	return answer{}, v.does(r, func(p *sandbox.Person, in string) { p.Invites(in, who) })
}

// create makes a channel and goes there.
func (v *viewer) create(r *http.Request) (answer, error) {
	name := channelName(r.PostFormValue("name"))
	if err := v.does(r, func(p *sandbox.Person, _ string) { p.Creates(name, r.PostFormValue("private") != "") }); err != nil {
		return answer{}, err
	}
	c, err := v.page.slack.Conversation(v.who, "#"+name, "", 1)
	return answer{Go: v.path(c.ID)}, err
}

// channelName is a name as Slack's form writes it while one types: lower case, dashes for spaces.
func channelName(typed string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "#"))), "-")
}

// completions is what composers complete.
type completions struct {
	Users    []completion `json:"users"`
	Channels []completion `json:"channels"`
	Commands []completion `json:"commands"`
	Emoji    []emojiEntry `json:"emoji"`
}

type completion struct {
	Insert string `json:"insert"`
	Name   string `json:"name"`
	Note   string `json:"note,omitempty"`
}

// complete answers with all that can be completed by this person.
func (p *Page) complete(v *viewer, w http.ResponseWriter, r *http.Request) {
	s, err := p.slack.Screen(v.who)
	if err != nil {
		p.lost(w, r, err)
		return
	}
	out := completions{Emoji: allEmoji()}
	for _, f := range s.People {
		if !f.Gone {
			out.Users = append(out.Users, completion{"@" + f.Handle, f.Name, f.Handle})
		}
	}
	for _, g := range s.Groups {
		out.Users = append(out.Users, completion{"@" + g, "@" + g, "user group"})
	}
	out.Users = append(out.Users, completion{"@channel", "@channel", "Notify everyone in this channel"}, completion{"@here", "@here", "Notify everyone who is online"})
	for _, list := range [][]sandbox.Entry{s.Sidebar.Channels, s.Sidebar.Others} {
		for _, e := range list {
			if !e.Archived {
				out.Channels = append(out.Channels, completion{Insert: "#" + e.Name, Name: e.Name})
			}
		}
	}
	for _, c := range s.App.Commands {
		out.Commands = append(out.Commands, completion{c.Command, strings.TrimSpace(c.Command + " " + c.Hint), c.Description})
	}
	writeJSON(w, out)
}
