package config

import "testing"

func TestACalendarNeedsAnOrganizerAndOneKindOfCredentials(t *testing.T) {
	key := NewSecret("{}")
	for _, c := range []struct {
		name string
		Calendar
		ok bool
	}{
		{"none", Calendar{}, true},
		{"a key", Calendar{Organizer: "a@b.example", Credentials: key}, true},
		{"no key", Calendar{Organizer: "a@b.example", Impersonate: "s@p.iam.gserviceaccount.com"}, true},
		{"nobody's", Calendar{Credentials: key}, false},
		{"nobody's either", Calendar{Impersonate: "s@p.iam.gserviceaccount.com"}, false},
		{"no credentials", Calendar{Organizer: "a@b.example"}, false},
		{"both", Calendar{Organizer: "a@b.example", Credentials: key, Impersonate: "s@p.iam.gserviceaccount.com"}, false},
	} {
		if err := c.CheckCalendar(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
