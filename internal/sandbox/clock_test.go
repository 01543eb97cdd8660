package sandbox

import (
	"testing"
	"time"
)

func TestAClockThatBeganAtATimeOfItsOwnWasNotMovedYet(t *testing.T) {
	c := newClock(time.Date(2019, time.May, 4, 12, 0, 0, 0, time.UTC))
	if off := c.Offset(); off != 0 {
		t.Errorf("it is ahead by %v", off)
	}
	c.Move(time.Hour)
	if off := c.Offset(); off != time.Hour {
		t.Errorf("moved by an hour, it is ahead by %v", off)
	}
	c.Reset()
	if now := c.Now(); now.Year() != 2019 || now.Hour() != 12 {
		t.Errorf("moved back, it is %v", now)
	}
}
