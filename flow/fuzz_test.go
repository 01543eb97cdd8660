package flow_test

import (
	"strings"
	"testing"
	"time"

	"epilogue/flow"
)

func FuzzAReferenceIsReadBackAsItIsWritten(f *testing.F) {
	for _, s := range []string{"INC-42", " inc42\t", "INC-0", "INC-000000001", "INC-9999999999", "İNC-1", "ınc-1", "INC--1", "INC-+1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := flow.ParseReference(s)
		if !ok {
			return
		}
		if again, ok := flow.ParseReference(id.String()); !ok || again != id || id < 1 {
			t.Errorf("%q is %d, which is read back as %d", s, id, again)
		}
		if typed := strings.ToLower(strings.TrimSpace(s)); !strings.HasPrefix(typed, "inc") {
			t.Errorf("%q is read as %s", s, id)
		}
	})
}

func FuzzADayIsReadBackAsItIsWritten(f *testing.F) {
	for _, s := range []string{"2026-12-03", "0000-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "2026-1-2", "-001-01-01"} {
		f.Add(s, 1)
	}
	lordHowe, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		d, err := flow.ParseDate(s)
		if err != nil {
			return
		}
		if d.String() != s {
			t.Errorf("%q is written %q", s, d)
		}
		var again flow.Date
		if b, err := d.MarshalText(); err != nil || again.UnmarshalText(b) != nil || again != d {
			t.Errorf("%q as text is %q, read back %v", s, b, again)
		}
		n %= 3_000_000
		if back := d.AddDays(n).AddDays(-n); back != d {
			t.Errorf("%s, %d days later and earlier, is %s", d, n, back)
		}
		begins, ends := d.In(lordHowe), d.Ends(lordHowe)
		if flow.DateOf(begins) != d || !ends.After(begins) || flow.DateOf(ends.Add(-1)) != d {
			t.Errorf("%s lasts from %s to %s", d, begins, ends)
		}
	})
}
