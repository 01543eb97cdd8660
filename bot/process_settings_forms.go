package bot

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
)

func (b *Bot) labelForm(r request, ref blocks.Ref) processForm {
	l, name, description := flow.List(ref.Want), r.view.field(flow.FieldName), r.view.field(flow.FieldDescription)
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			if ref.Key == "" {
				return flow.AddLabel{List: l, Name: name, Description: description}, nil
			}
			e := flow.EditLabel{List: l, Key: ref.Key}
			for _, saw := range was.Labels(l) {
				if saw.Key == ref.Key {
					e.Name, e.Description = ifChanged(saw.Name, name), ifChanged(saw.Description, description)
				}
			}
			return e, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.LabelForm(d.s, name, description, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onLabels(r),
	}
}

func (b *Bot) calendarForm(r request, ref blocks.Ref) processForm {
	v := r.view
	days, typed := blocks.DaysPicked(v.picked(flow.FieldDays)), v.field(flow.FieldHolidays)
	hours := hoursIn(v)
	return processForm{
		edit: func(_ desk, was flow.Process) (flow.ProcessEdit, error) {
			e := flow.SetCalendar{WorkingDays: days, Holidays: was.Calendar.Holidays, Hours: hours}
			if !v.has(flow.FieldHours) { // a form of an older program
				e.Hours = was.Hours
			}
			if !v.has(flow.FieldHolidays) {
				return e, nil
			}
			var err error
			e.Holidays, err = holidaysIn(typed)
			return e, err
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.CalendarForm(d.s, days, typed, hours, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onSettings(r),
	}
}

// hoursIn reads working hours. What is not filled in is as usual.
func hoursIn(v viewState) flow.WorkingHours {
	h := flow.WorkingHours{}.Known()
	from, err := flow.ParseTimeOfDay(v.field(flow.FieldHours))
	if err == nil {
		h.From = from
	}
	if to, err := flow.ParseTimeOfDay(v.field(flow.FieldHoursTo)); err == nil {
		h.To = to
	}
	h.Digest, err = flow.ParseTimeOfDay(v.field(flow.FieldDigest))
	if err != nil {
		h.Digest = h.From
	}
	return h
}

// holidaysIn reads a day from the beginning of each line.
func holidaysIn(typed string) ([]flow.Date, error) {
	var out []flow.Date
	for line := range strings.Lines(typed) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		d, err := flow.ParseDate(words[0])
		if err != nil {
			return nil, flow.Refusal{Why: flow.NoDay, Field: flow.FieldHolidays}
		}
		out = append(out, d)
	}
	return out, nil
}

func (b *Bot) adminsForm(r request, ref blocks.Ref) processForm {
	v := r.view
	people := v.users(flow.FieldAdmins)
	var groups []flow.GroupID
	for _, id := range v.picked(blocks.FieldGroups) {
		groups = append(groups, flow.GroupID(id))
	}
	return processForm{
		edit: func(d desk, _ flow.Process) (flow.ProcessEdit, error) {
			e := flow.SetAdmins{People: people, Groups: groups}
			for _, id := range people {
				p, err := b.people.person(d.ctx, id)
				if err != nil {
					return nil, err
				}
				if p.Standing != flow.FullMember {
					e.Unfit = append(e.Unfit, id)
				}
			}
			return e, nil
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.AdminsForm(d.s, people, groups, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onSettings(r),
	}
}

func (b *Bot) remindersForm(r request, ref blocks.Ref) processForm {
	v := r.view
	typed := flow.SetReminders{
		Reminders: flow.Reminders{
			Escalation: flow.Escalation{Channel: flow.ChannelID(v.field(flow.FieldEscalation)), Person: flow.UserID(v.field(blocks.FieldPerson))},
			Report:     flow.ChannelID(v.field(flow.FieldChannel)),
		},
		FollowUpEmoji: strings.Trim(strings.TrimSpace(v.field(flow.FieldEmoji)), ":"),
	}
	return processForm{
		edit: func(desk, flow.Process) (flow.ProcessEdit, error) { return typed, nil },
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			return blocks.RemindersForm(d.s, typed, d.from(ref), blocks.Editing{Meanwhile: m}), nil
		},
		below: onSettings(r),
	}
}

func (b *Bot) goBackForm(_ request, ref blocks.Ref) processForm {
	version, bad := strconv.Atoi(ref.Want)
	return processForm{
		edit: func(d desk, _ flow.Process) (flow.ProcessEdit, error) {
			if bad != nil {
				return nil, fmt.Errorf("%w: no version %q to go back to", errFault, ref.Want)
			}
			_, edit, err := d.goBackForm(version, ref, nil)
			return edit, err
		},
		redraw: func(d desk, m *blocks.Meanwhile) (slack.ModalViewRequest, error) {
			view, _, err := d.goBackForm(version, ref, m)
			return view, err
		},
		done: func(desk, flow.Process, flow.Process) (answer, error) {
			return answer{ack: slack.NewClearViewSubmissionResponse()}, nil
		},
	}
}
