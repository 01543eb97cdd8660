package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// verb is something that people can be made to do.
type verb struct {
	name    string
	looks   bool // it changes nothing, so a GET may ask for it
	about   string
	takes   string // see parameters
	answers string
	fails   string
	example []string
	do      func(*Person, order) outcome
}

const (
	onlyOK      = "Nothing but ok."
	theReply    = "text: what the person reads of it. result: Acked, InChannel, Warning (what Slack shows when the app did not answer), Asked and Declined (a confirmation)."
	theModal    = "text: the modal as the person sees it. result: title, errors, banner."
	notThere    = "nobody sees a channel of that name"
	noSuchModal = "no modal is open for the person"
)

// verbs are all of them, in the order in which they are described.
var verbs = []verb{
	{
		name: "says", about: "Posts a message.", takes: "in*|text*", answers: "text: the timestamp of the message.", fails: notThere + "; the person is not in it; it is archived",
		example: []string{`POST people/{person}/says {"in":"#general","text":"Hello from a script"}`},
		do:      func(p *Person, o order) outcome { return outcome{text: p.Says(o.In, o.Text)} },
	},
	{
		name: "replies", about: "Replies in the thread of the newest message that says something.", takes: "in*|to*|text*", answers: "text: the timestamp of the reply.", fails: "no message says that",
		example: []string{`POST people/{person}/says {"in":"#general","text":"Who takes {fresh}?"}`, `POST people/{other}/replies {"in":"#general","to":"{fresh}","text":"I do"}`},
		do:      func(p *Person, o order) outcome { return outcome{text: p.Replies(o.In, o.To, o.Text)} },
	},
	{
		name: "reacts", about: "Adds a reaction.", takes: "in*|to*|name*=the emoji, without colons", answers: onlyOK, fails: "no message says that",
		example: []string{`POST people/{person}/says {"in":"#general","text":"Done: {fresh}"}`, `POST people/{other}/reacts {"in":"#general","to":"{fresh}","name":"tada"}`},
		do:      func(p *Person, o order) outcome { p.Reacts(o.In, o.To, o.Name); return outcome{} },
	},
	{
		name: "edits", about: "Changes a message of their own.", takes: "in*|to*|text*", answers: onlyOK, fails: "no message says that; it is somebody else's",
		example: []string{`POST people/{person}/says {"in":"#general","text":"A tpyo in {fresh}"}`, `POST people/{person}/edits {"in":"#general","to":"{fresh}","text":"No typo any more"}`},
		do:      func(p *Person, o order) outcome { p.Edits(o.In, o.To, o.Text); return outcome{} },
	},
	{
		name: "deletes", about: "Deletes a message of their own.", takes: "in*|to*", answers: onlyOK, fails: "no message says that; it is somebody else's",
		example: []string{`POST people/{person}/says {"in":"#general","text":"Not for long: {fresh}"}`, `POST people/{person}/deletes {"in":"#general","to":"{fresh}"}`},
		do:      func(p *Person, o order) outcome { p.Deletes(o.In, o.To); return outcome{} },
	},
	{
		name: "slash", about: "Runs a slash command, and waits until the app has acknowledged it.", takes: "in*|text*=the whole line, such as /help", answers: theReply, fails: notThere + "; the person is not in it",
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{command}"}`},
		do:      func(p *Person, o order) outcome { return replied(p.Slash(o.In, o.Text)) },
	},
	{
		name: "press", about: "Presses a button, in the newest message that has it.", takes: "button*|in|near|deny", answers: theReply, fails: "no button says that there; more than one does",
		example: []string{
			`API chat.postMessage {"channel":"{id}","text":"A button","blocks":[{"type":"actions","elements":[{"type":"button","action_id":"script","text":{"type":"plain_text","text":"Press {fresh}"}}]}]}`,
			`POST people/{person}/press {"in":"DM","button":"Press {fresh}"}`,
		},
		do: func(p *Person, o order) outcome { return replied(p.where(o.In).Click(o.Button).In(o.Near)) },
	},
	{
		name: "choose", about: "Chooses in a menu of a message, or of a ⋮ menu.", takes: "near*|option*|in|deny", answers: theReply, fails: "no menu stands there; it has no such option",
		example: []string{
			`API chat.postMessage {"channel":"{id}","text":"A menu","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"Which of {fresh}?"},"accessory":{"type":"overflow","action_id":"script","options":[{"text":{"type":"plain_text","text":"This one"},"value":"1"},{"text":{"type":"plain_text","text":"That one"},"value":"2"}]}}]}`,
			`POST people/{person}/choose {"in":"DM","near":"Which of {fresh}?","option":"That one"}`,
		},
		do: func(p *Person, o order) outcome { return replied(p.where(o.In).Menu(o.Near).Choose(o.Option)) },
	},
	{
		name: "shortcut", about: "Runs a global shortcut of the app.", takes: "name*=its name, or its callback_id", answers: theReply, fails: "the app has no such shortcut",
		example: []string{`POST people/{person}/shortcut {"name":"{shortcut}"}`, `POST people/{person}/close-all {"patience":"1s"}`},
		do:      func(p *Person, o order) outcome { return replied(p.Shortcut(o.Name)) },
	},
	{
		name: "message-shortcut", about: "Runs a shortcut from the menu of a message.", takes: "in*|to*|name*=its name, or its callback_id", answers: theReply, fails: "the app has no such shortcut; no message says that",
		example: []string{`POST people/{person}/says {"in":"#general","text":"Look at {fresh}"}`, `POST people/{person}/message-shortcut {"in":"#general","to":"{fresh}","name":"{message-shortcut}"}`},
		do:      func(p *Person, o order) outcome { return replied(p.MessageShortcut(o.In, o.To, o.Name)) },
	},
	{
		name: "modal", looks: true, about: "Waits until a modal is open, and looks at it.", takes: "title|patience", answers: theModal, fails: noSuchModal,
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `GET people/{person}/modal`, `POST people/{person}/close-all {}`},
		do:      func(p *Person, o order) outcome { return p.modal(o).described() },
	},
	{
		name: "fill", about: "Enters values into the fields of a modal: text, the names of options, of people, of channels, dates, times.", takes: "field|text|fields|title", answers: theModal, fails: noSuchModal + "; it has no such field; that does not fit into it",
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/fill {"fields":{"{field}":["{value}"]}}`, `POST people/{person}/close-all {}`},
		do: func(p *Person, o order) outcome {
			m := p.modal(o)
			if o.Field != "" {
				m.Enter(o.Field, o.Text)
			}
			for field, values := range o.Fields {
				m.Enter(field, values...)
			}
			return m.described()
		},
	},
	{
		name: "check", about: "Ticks a checkbox of a modal.", takes: "option*|title", answers: theModal, fails: noSuchModal + "; it has no such checkbox",
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/check {"option":"{tick}"}`, `POST people/{person}/close-all {}`},
		do:      func(p *Person, o order) outcome { return p.modal(o).Check(o.Option).described() },
	},
	{
		name: "uncheck", about: "Takes the tick away.", takes: "option*|title", answers: theModal, fails: noSuchModal + "; it has no such checkbox",
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/uncheck {"option":"{tick}"}`, `POST people/{person}/close-all {}`},
		do:      func(p *Person, o order) outcome { return p.modal(o).Uncheck(o.Option).described() },
	},
	{
		name: "clear", about: "Empties a field of a modal.", takes: "field*|title", answers: theModal, fails: noSuchModal + "; it has no such field",
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/clear {"field":"{field}"}`, `POST people/{person}/close-all {}`},
		do:      func(p *Person, o order) outcome { return p.modal(o).Clear(o.Field).described() },
	},
	{
		name: "search", about: "Types into a menu of a modal whose options the app supplies.", takes: "field*|text*|title", answers: "text, result: the options that the app offers.", fails: noSuchModal + "; the field has its options already",
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/search {"field":"{menu}","text":"{typed}"}`, `POST people/{person}/close-all {}`},
		do: func(p *Person, o order) outcome {
			found := p.modal(o).Search(o.Field, o.Text)
			return outcome{strings.Join(found, "\n"), found}
		},
	},
	{
		name: "submit", about: "Submits the modal in front.", takes: "title", answers: `text: "sent", or an error beside a field. result: Sent, Closed, Errors (by field), Banner.`, fails: noSuchModal,
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/fill {"fields":{"{field}":["{value} {fresh}"]}}`, `POST people/{person}/submit {}`},
		do: func(p *Person, o order) outcome {
			r := p.modal(o).Submit()
			text := "sent"
			for _, label := range slices.Sorted(keys(r.Errors)) {
				text = fmt.Sprintf("%s: %s", label, r.Errors[label])
			}
			return outcome{cmp.Or(r.Banner, text), r}
		},
	},
	{
		name: "close", about: "Presses Cancel on the modal in front.", takes: "title", answers: onlyOK, fails: noSuchModal,
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/close {}`},
		do:      func(p *Person, o order) outcome { p.modal(o).Close(); return outcome{} },
	},
	{
		name: "close-all", about: "Presses the X, which closes the whole stack of modals.", takes: "title", answers: onlyOK, fails: noSuchModal,
		example: []string{`POST people/{person}/slash {"in":"#general","text":"{form}"}`, `POST people/{person}/close-all {}`},
		do:      func(p *Person, o order) outcome { p.modal(o).CloseAll(); return outcome{} },
	},
	{
		name: "home", about: "Opens the app's Home tab, of which the app hears. With a text it waits until it stands there.", takes: "text|patience", answers: "text: the Home tab as the person sees it.", fails: "the app has no Home tab; the text does not appear",
		example: []string{`POST people/{person}/home {}`},
		do: func(p *Person, o order) outcome {
			home := p.Home()
			if o.Text != "" {
				return outcome{text: home.Waits(o.Text)}
			}
			return outcome{text: home.Sees()}
		},
	},
	{
		name: "sees", looks: true, about: "Reads a conversation as the person sees it.", takes: "in*", answers: "text: one message after the other, threads indented.", fails: notThere,
		example: []string{`GET people/{person}/sees?in=%23general`},
		do:      func(p *Person, o order) outcome { return outcome{text: p.where(o.In).Sees()} },
	},
	{
		name: "waits", looks: true, about: "Waits until the person reads a text in a conversation.", takes: "in*|text*|patience", answers: "text: the conversation then.", fails: "the text does not appear in time",
		example: []string{`POST people/{other}/says {"in":"#general","text":"Look, {fresh}"}`, `GET people/{person}/waits?in=%23general&text={fresh}&patience=2s`},
		do:      func(p *Person, o order) outcome { return outcome{text: p.where(o.In).Waits(o.Text)} },
	},
	{
		name: "channels", looks: true, about: "Lists the channels that the person can see.", answers: "text, result: their names.", fails: "nobody is called that",
		example: []string{`GET people/{person}/channels`},
		do:      func(p *Person, _ order) outcome { return listed(p.Channels()) },
	},
	{
		name: "bookmarks", looks: true, about: "Lists the bookmarks of a channel.", takes: "in*", answers: "text, result: each as “title (address)”.", fails: notThere,
		example: []string{`GET people/{person}/bookmarks?in=%23general`},
		do:      func(p *Person, o order) outcome { return listed(p.Bookmarks(o.In)) },
	},
	{
		name: "pins", looks: true, about: "Lists the pinned messages of a channel.", takes: "in*", answers: "text, result: their first lines.", fails: notThere,
		example: []string{`GET people/{person}/pins?in=%23general`},
		do:      func(p *Person, o order) outcome { return listed(p.Pins(o.In)) },
	},
	{
		name: "notifications", looks: true, about: "Lists the pings that the person got.", answers: "result: who, why, channel, ts, by, text of each.", fails: "nobody is called that",
		example: []string{`GET people/{person}/notifications`},
		do:      func(p *Person, _ order) outcome { n := p.Notifications(); return outcome{string(indented(n)), n} },
	},
	{
		name: "creates", about: "Makes a channel, with the person as its only member.", takes: "name*|private", answers: onlyOK, fails: "the name is taken, or cannot be one; guests make none",
		example: []string{`POST people/{person}/creates {"name":"{fresh}"}`},
		do:      func(p *Person, o order) outcome { p.Creates(o.Name, o.Private); return outcome{} },
	},
	{
		name: "joins", about: "Joins a public channel.", takes: "in*", answers: onlyOK, fails: notThere + "; it is archived, or they are in it already",
		example: []string{`POST people/{other}/creates {"name":"{fresh}"}`, `POST people/{person}/joins {"in":"#{fresh}"}`},
		do:      func(p *Person, o order) outcome { p.Joins(o.In); return outcome{} },
	},
	{
		name: "leaves", about: "Leaves a channel.", takes: "in*", answers: onlyOK, fails: "they are not in it",
		example: []string{`POST people/{person}/creates {"name":"{fresh}"}`, `POST people/{person}/leaves {"in":"#{fresh}"}`},
		do:      func(p *Person, o order) outcome { p.Leaves(o.In); return outcome{} },
	},
	{
		name: "invites", about: "Adds people, or the app by its handle, to a channel.", takes: "in*|who*", answers: onlyOK, fails: "nobody is called that; the person is not in the channel",
		example: []string{`POST people/{person}/creates {"name":"{fresh}"}`, `POST people/{person}/invites {"in":"#{fresh}","who":["{other}"]}`},
		do:      func(p *Person, o order) outcome { p.Invites(o.In, o.Who...); return outcome{} },
	},
	{
		name: "kicks", about: "Removes people, or the app by its handle, from a channel.", takes: "in*|who*", answers: onlyOK, fails: "the person is not in the channel",
		example: []string{`POST people/{person}/creates {"name":"{fresh}"}`, `POST people/{person}/invites {"in":"#{fresh}","who":["{other}"]}`, `POST people/{person}/kicks {"in":"#{fresh}","who":["{other}"]}`},
		do:      func(p *Person, o order) outcome { p.Kicks(o.In, o.Who...); return outcome{} },
	},
	{
		name: "renames", about: "Gives a channel another name.", takes: "in*|name*", answers: onlyOK, fails: "the name is taken, or cannot be one",
		example: []string{`POST people/{person}/creates {"name":"{fresh}"}`, `POST people/{person}/renames {"in":"#{fresh}","name":"{fresh}-again"}`},
		do:      func(p *Person, o order) outcome { p.Renames(o.In, o.Name); return outcome{} },
	},
	{
		name: "archives", about: "Archives a channel.", takes: "in*", answers: onlyOK, fails: "the person is not in it; it is archived already",
		example: []string{`POST people/{person}/creates {"name":"{fresh}"}`, `POST people/{person}/archives {"in":"#{fresh}"}`},
		do:      func(p *Person, o order) outcome { p.Archives(o.In); return outcome{} },
	},
	{
		name: "unarchives", about: "Reopens an archived channel.", takes: "in*", answers: onlyOK, fails: "it is not archived",
		example: []string{`POST people/{person}/creates {"name":"{fresh}"}`, `POST people/{person}/archives {"in":"#{fresh}"}`, `POST people/{person}/unarchives {"in":"#{fresh}"}`},
		do:      func(p *Person, o order) outcome { p.Unarchives(o.In); return outcome{} },
	},
}

func replied(r Reply) outcome { return outcome{r.Text(), r} }

func listed(items []string) outcome { return outcome{strings.Join(items, "\n"), notNil(items)} }

// where is a place by its name in orders.
func (p *Person) where(name string) *Place {
	switch name {
	case "":
		return p.anywhere()
	case "home":
		return &Place{p: p, name: homeTab}
	}
	return p.In(name)
}

func (p *Person) modal(o order) *Modal {
	if o.Title != "" {
		return p.Modal(o.Title)
	}
	return p.Modal()
}

func (m *Modal) described() outcome {
	return see(m, func(u *user, v *view) (outcome, error) {
		return outcome{eyes{m.p.s, u}.window(v), obj{"title": textOf(v.Title), "errors": v.shown(), "banner": v.banner}}, nil
	})
}

// does lets the person of the address do it.
func (v verb) does(s *Server) func(*http.Request, order) (outcome, error) {
	return func(r *http.Request, o order) (outcome, error) {
		var done outcome
		patience, err := span(o.Patience)
		if err != nil {
			return done, err
		}
		err = (&Person{s: s}).try(func(*Person) {
			p := s.as(r.PathValue("who"), nil)
			if o.Patience != "" {
				p.patience = patience
			}
			p.denies = o.Deny
			done = v.do(p, o)
		})
		return done, err
	}
}
