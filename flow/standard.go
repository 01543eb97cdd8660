package flow

import "time"

// Standard is the process of a fresh install: one flow for every incident, entry ask.
func Standard() Process {
	lead := Assignee{Role: LeadRole}
	return Process{
		Version: 1,
		Flows: []Flow{{
			Key: "standard", Name: "Standard", Entry: Ask, OptOut: Everyone,
			Statuses: []Status{
				{Key: "documenting", Name: "Documenting", Tasks: []Template{
					{Key: "review-timeline", Kind: ReviewTimeline, Title: "Review the incident timeline", Assignee: lead},
					{Key: "create-postmortem", Kind: CreatePostmortem, Title: "Create a post-mortem document", Assignee: lead},
					{Key: "schedule-debrief", Kind: ScheduleDebrief, Title: "Schedule the debrief", Assignee: lead},
				}},
				{Key: "reviewing", Name: "Reviewing", Tasks: []Template{
					{Key: "complete-postmortem", Kind: CompletePostmortem, Title: "Mark the post-mortem as complete", Assignee: lead},
					{Key: "share-postmortem", Kind: SharePostmortem, Title: "Share the post-mortem", Assignee: lead},
					{Key: "review-followups", Kind: ReviewFollowUps, Title: "Review follow-ups", Assignee: lead},
				}},
			},
		}},
		ActiveStatuses: []Label{{Key: "investigating", Name: "Investigating"}, {Key: "fixing", Name: "Fixing"}, {Key: "monitoring", Name: "Monitoring"}},
		Severities:     []Label{{Key: "minor", Name: "Minor"}, {Key: "major", Name: "Major"}, {Key: "critical", Name: "Critical"}},
		Types:          []Label{{Key: "default", Name: "Default"}},
		Roles: []Role{
			{Key: LeadRole, Name: "Incident Lead", Description: "Leads the response and sees to it that the incident is closed."},
			{Key: "communications", Name: "Communications Lead", Description: "Keeps everyone who is affected informed."},
			{Key: "scribe", Name: "Scribe", Description: "Writes down what happens."},
		},
		Calendar: Calendar{WorkingDays: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}},

		Templates: StandardTemplates(),
	}
}
