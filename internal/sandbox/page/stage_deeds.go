package page

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"epilogue/internal/sandbox"
)

// switchPanel is what can be made to go wrong, and what goes wrong.
type switchPanel struct {
	Switches []switchLine
	Others   []sandbox.Standing // that no switch of the panel set
	Channels []choice
	Scopes   []string
	Methods  []string
}

type choice struct{ ID, Name string }

type switchLine struct {
	sandbox.Switch
	On []sandbox.Standing
}

func (p *Page) switchPanel() switchPanel {
	offers := p.slack.Offers()
	out := switchPanel{Scopes: offers.Scopes, Methods: offers.Methods}
	for _, c := range offers.Channels {
		out.Channels = append(out.Channels, choice{c.ID, c.Name})
	}
	standing := p.slack.Standing()
	known := map[string]bool{}
	for _, sw := range p.slack.Switches() {
		line := switchLine{Switch: sw}
		known[sw.Key] = true
		for _, one := range standing {
			if one.Key == sw.Key {
				line.On = append(line.On, one)
			}
		}
		out.Switches = append(out.Switches, line)
	}
	for _, one := range standing {
		if !known[one.Key] {
			out.Others = append(out.Others, one)
		}
	}
	return out
}

// bannerData is what every page says as long as something is not as usual.
type bannerData struct {
	Wrong []sandbox.Standing
	Clock string // "" when it tells the real time
	As    string
}

// standing draws the banner; it is empty while all is as usual.
func (p *Page) standing(as string) (template.HTML, error) {
	data := bannerData{Wrong: p.slack.Standing(), As: as}
	if c := p.clockPanel(as); c.Moved {
		data.Clock = c.Says
	}
	return p.draw("standing", data)
}

func (p *Page) switchesOn(r *http.Request) error {
	return p.slack.SwitchOn(r.PostFormValue("key"), sandbox.Wish{In: r.PostFormValue("in"), Scope: r.PostFormValue("scope"), Method: r.PostFormValue("method")})
}

func (p *Page) switchesOff(r *http.Request) error {
	p.slack.SwitchOff(r.PostFormValue("id"))
	return nil
}

func (p *Page) mends(*http.Request) error {
	p.slack.Mend()
	return nil
}

// withoutTokens refuses whatever holds the token of a real workspace, before anything is done with it.
func withoutTokens(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held := sandbox.LooksLikeToken(r.URL.RawQuery)
		if r.Method == http.MethodPost {
			_ = r.PostFormValue("") // reads the form, of whatever kind
			for _, values := range r.PostForm {
				held = held || sandbox.LooksLikeToken(strings.Join(values, "\n"))
			}
		}
		if held {
			http.Error(w, upper(sandbox.TokenRefusal)+".", http.StatusUnprocessableEntity)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// clockPanel is the time in the workspace.
type clockPanel struct {
	Now      string // as the person's zone has it
	Zone     string
	Says     string // in a sentence, whether it is the real time
	Moved    bool
	Ahead    int64 // milliseconds before the real time
	Offset   int   // of the zone, in minutes
	Earliest string
	As       string
}

// unnoticed is how far the clock may be off before anybody is told.
const unnoticed = time.Minute

func (p *Page) clockPanel(as string) clockPanel {
	zone := p.zoneOf(as)
	ahead := p.slack.Clock().Offset()
	now := p.slack.Clock().Now().In(zone)
	_, offset := now.Zone()
	out := clockPanel{
		Now: now.Format("Mon, Jan 2, 2006, 3:04 PM"), Zone: now.Format("MST"), Moved: ahead.Abs() >= unnoticed, Ahead: ahead.Milliseconds(), Offset: offset / 60,
		Earliest: now.Format("2006-01-02T15:04"), As: as, Says: "The clock tells the real time.",
	}
	if out.Moved {
		out.Says = fmt.Sprintf("The clock is %s %s the real time.", spanOf(ahead.Abs()), map[bool]string{true: "ahead of", false: "behind"}[ahead > 0])
	}
	return out
}

// spanOf is a duration in the two largest units of it.
func spanOf(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0 && hours > 0:
		return counted(days, "day", "days") + " and " + counted(hours, "hour", "hours")
	case days > 0:
		return counted(days, "day", "days")
	case hours > 0 && minutes > 0:
		return counted(hours, "hour", "hours") + " and " + counted(minutes, "minute", "minutes")
	case hours > 0:
		return counted(hours, "hour", "hours")
	}
	return counted(minutes, "minute", "minutes")
}

// movesClock moves the clock on, or back to the real time.
func (p *Page) movesClock(r *http.Request) error {
	clock := p.slack.Clock()
	zone := p.zoneOf(r.PostFormValue("as"))
	now := clock.Now().In(zone)
	switch to := r.PostFormValue("to"); to {
	case "now":
		clock.Reset()
	case "hour":
		clock.Move(time.Hour)
	case "day":
		clock.Move(24 * time.Hour)
	case "week":
		clock.Move(7 * 24 * time.Hour)
	case "morning":
		clock.Set(nextMorning(now))
	case "at":
		at, err := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("at"), zone)
		switch {
		case err != nil:
			return errors.New("choose a date and a time")
		case at.Before(now):
			return errors.New("the clock moves forward only; the one way back is to the real time")
		case at.After(now.AddDate(10, 0, 0)):
			return errors.New("that is more than ten years ahead")
		}
		clock.Set(at)
	default:
		return fmt.Errorf("the clock cannot be moved to %q", to)
	}
	return nil
}

// nextMorning is the next time that it is 9:00.
func nextMorning(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), 9, 0, 0, 0, now.Location())
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
