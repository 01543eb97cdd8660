package blockkit

import (
	"testing"
	"time"
)

// people knows Ana, #general and the group oncall.
type people struct{}

func (people) User(id string) string    { return map[string]string{"U1": "Ana"}[id] }
func (people) Channel(id string) string { return map[string]string{"C1": "general"}[id] }
func (people) Group(id string) string   { return map[string]string{"S1": "oncall"}[id] }

// now is Monday, 23 November 2026, 10:00 in Madrid.
var (
	madrid = time.FixedZone("CET", 3600)
	now    = time.Date(2026, 11, 23, 10, 0, 0, 0, madrid)
)

func TestMrkdwnReadsLikeSlackShowsIt(t *testing.T) {
	for _, c := range []struct{ claim, text, want string }{
		{"people by name", "hi <@U1>", "hi @Ana"},
		{"people nobody knows by label", "<@U9|ben>", "@ben"},
		{"people nobody knows by id", "<@U9>", "@U9"},
		{"the directory beats the label", "<@U1|old-name>", "@Ana"},
		{"channels", "<#C1> <#C9|lobby> <#C8>", "#general #lobby #C8"},
		{"groups", "<!subteam^S1> <!subteam^S9|@ops>", "@oncall @ops"},
		{"broadcasts", "<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"},
		{"a link", "<https://e.x/a>", "https://e.x/a"},
		{"a link with a label", "<https://e.x/a?b=1&amp;c=2|the docs>", "the docs (https://e.x/a?b=1&c=2)"},
		{"a link that is its own label", "<https://e.x|https://e.x>", "https://e.x"},
		{"an address", "<mailto:a@b.c|a@b.c>", "a@b.c"},
		{"entities, once", "a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"},
		{"escaped mentions stay text", "&lt;!channel&gt;", "<!channel>"},
		{"brackets around nothing Slack knows", "1 <2> <> <@> 3 < 4", "1 <2> <> <@> 3 < 4"},
		{"a mention inside brackets", "<<@U1>>", "<@Ana>"},
		{"markers and emoji stay", "*bold* _it_ ~no~ `code` :tada:", "*bold* _it_ ~no~ `code` :tada:"},
		{"a date", "<!date^1763888400^{date_num} {time}|then>", "2025-11-23 10:00 AM"},
		{"a date with a link", "<!date^1763888400^{date_num}^https://e.x|then>", "2025-11-23 (https://e.x)"},
		{"a date that is none", "<!date^soon^{date}|then>", "then"},
		{"a date without format", "<!date^1763888400|then>", "then"},
	} {
		t.Run(c.claim, func(t *testing.T) {
			if got := Mrkdwn(c.text, people{}, madrid, now); got != c.want {
				t.Errorf("Mrkdwn(%q)\n got %q\nwant %q", c.text, got, c.want)
			}
		})
	}
}

func TestWithoutNamesAndZoneIdsAndFallbacksAreShown(t *testing.T) {
	got := Mrkdwn("<@U1> in <#C1> at <!date^1763888400^{time}|10:00 CET>", nil, nil, time.Time{})
	if want := "@U1 in #C1 at 10:00 CET"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDateTokens(t *testing.T) {
	at := func(y int, m time.Month, d, h, minute int) time.Time {
		return time.Date(y, m, d, h, minute, 5, 0, madrid)
	}
	for _, c := range []struct {
		format string
		at     time.Time
		want   string
	}{
		{"{date_num}", at(2014, 2, 18, 6, 39), "2014-02-18"},
		{"{date}", at(2014, 2, 18, 6, 39), "February 18th, 2014"},
		{"{date_short}", at(2014, 2, 18, 6, 39), "Feb 18, 2014"},
		{"{date_long}", at(2014, 2, 18, 6, 39), "Tuesday, February 18th, 2014"},
		{"{date_pretty}", at(2014, 2, 18, 6, 39), "February 18th, 2014"},
		{"{date_long}", at(2026, 10, 1, 6, 39), "Thursday, October 1st"},
		{"{date}", at(2026, 12, 2, 6, 39), "December 2nd"},
		{"{date}", at(2026, 12, 3, 6, 39), "December 3rd"},
		{"{date}", at(2026, 12, 11, 6, 39), "December 11th"},
		{"{date}", at(2026, 12, 13, 6, 39), "December 13th"},
		{"{date_pretty}", at(2026, 11, 22, 23, 59), "yesterday"},
		{"{date_short_pretty}", at(2026, 11, 23, 0, 0), "today"},
		{"{date_long_pretty}", at(2026, 11, 24, 23, 59), "tomorrow"},
		{"{date_short_pretty}", at(2026, 11, 25, 0, 0), "Nov 25"},
		{"{date_long_pretty}", at(2026, 11, 25, 0, 0), "Wednesday, November 25th"},
		{"{time}", at(2026, 11, 23, 14, 5), "2:05 PM"},
		{"{time_secs}", at(2026, 11, 23, 0, 5), "12:05:05 AM"},
		{"due {date_short} at {time}!", at(2026, 11, 30, 9, 0), "due Nov 30 at 9:00 AM!"},
		{"{ago}", at(2026, 11, 23, 9, 56), "3 minutes ago"},
		{"{ago}", at(2026, 11, 23, 9, 0), "59 minutes ago"},
		{"{ago}", at(2026, 11, 23, 8, 59), "1 hour ago"},
		{"{ago}", at(2026, 11, 26, 11, 0), "in 3 days"},
		{"{ago}", at(2026, 11, 23, 10, 0), "just now"},
		{"{ago}", at(2024, 11, 20, 10, 0), "2 years ago"},
		{"{when}", at(2026, 11, 23, 10, 0), "{when}"},
	} {
		if got := formatDate(c.format, c.at, now); got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.format, c.at, got, c.want)
		}
	}
}

func TestDatesAreShownInTheReadersZone(t *testing.T) {
	text := "<!date^1763852400^{date_num} {time}|then>" // 23:00 UTC on 22 November 2025
	for zone, want := range map[*time.Location]string{
		time.UTC:                          "2025-11-22 11:00 PM",
		madrid:                            "2025-11-23 12:00 AM",
		time.FixedZone("UTC-5", -5*60*60): "2025-11-22 6:00 PM",
	} {
		if got := Mrkdwn(text, nil, zone, now); got != want {
			t.Errorf("in %s: got %q, want %q", zone, got, want)
		}
	}
}

func TestUnmarkDropsMarkersAroundWordsOnly(t *testing.T) {
	for text, want := range map[string]string{
		"*Write* the *summary*":    "Write the summary",
		"*_both_*":                 "both",
		"~old~ `code`, (*new*)":    "old code, (new)",
		"snake_case_name 2*3*4":    "snake_case_name 2*3*4",
		"*one* *two* *three*":      "one two three",
		"* no bold * and * lonely": "* no bold * and * lonely",
	} {
		if got := unmark(text); got != want {
			t.Errorf("unmark(%q) = %q, want %q", text, got, want)
		}
	}
}
