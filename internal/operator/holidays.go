package operator

import (
	"context"
	"fmt"
	"io"
	"slices"

	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
)

// ImportHolidays adds the days off of an iCalendar file to those of the process, as its next version, after it has said what changes and asked. None is
// taken away.
func ImportHolidays(ctx context.Context, c config.Store, file io.Reader, how Importing) error {
	days, err := ReadHolidays(file, flow.DateOf(how.Now()))
	if err != nil {
		return fmt.Errorf("%s: %w", how.Name, err)
	}
	return use(ctx, c, true, func(s ownersocket.Tool) error {
		now, err := s.Process(ctx)
		if err != nil {
			return fmt.Errorf("read the process: %w", err)
		}
		next := now
		next.Calendar.Holidays = slices.Clone(now.Calendar.Holidays)
		for _, d := range days {
			if !slices.Contains(next.Calendar.Holidays, d) {
				next.Calendar.Holidays = append(next.Calendar.Holidays, d)
			}
		}
		return importProcess(ctx, s, now, next, how)
	})
}
