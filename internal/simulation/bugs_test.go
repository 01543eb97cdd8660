package simulation

import "testing"

// Each of these was found by a random schedule, and mended. The lines are the shortest that showed it.
func TestWhatOnceWentWrong(t *testing.T) {
	for _, bug := range []struct{ name, was, script string }{
		{
			"a bookmark that was found after an unknown outcome is remembered",
			"its id was not kept, so that the next card got a second bookmark beside the first",
			`
			process ask 1,1 none
			ana declares public w001w
			slack bookmarks.add internal-after 1
			ana closes INC-1 enter w002w
			settle
			ana types INC-1 task 1 done
			settle
			`,
		},
		{
			"a bookmark that was made, and given up without knowing so, is found",
			"its job ended when the bot was put out of the channel, and the next card got a second bookmark",
			`
			process ask 1,1 none
			ana declares public w001w
			slack bookmarks.add internal-after 3
			ana closes INC-1 enter w002w
			kick INC-1
			settle
			ana types INC-1 task 1 done
			settle
			`,
		},
		{
			"an edit of unknown outcome is not taken for one that never was",
			"the state came back to what was shown before, the edit was left out as showing the same, and the message showed what had been in between",
			`
			process ask 1,1 none
			ana declares public w001w
			ana closes INC-1 enter w002w
			settle
			slack chat.update internal-after 2
			ana reopens INC-1 active w003w || ben types INC-1 timeline w004w
			ana closes INC-1 resume w005w
			settle
			`,
		},
		{
			"the button for the last open task says so in a direct message too",
			"settling a task brought only the messages about this task up to date, while the question before the last one stands in the others",
			`
			process ask 2 lead
			ana declares public w001w
			ana types INC-1 role scribe @ben
			ana types INC-1 role scribe @cem
			ana closes INC-1 enter w002w
			ana types INC-1 task add w003w
			ana types INC-1 task 3 assign @ben
			settle
			ana types INC-1 task 1 done
			settle
			`,
		},
		{
			"a channel that was archived for a while is brought up to date",
			"cards and the first message stayed as they were on the day of archiving",
			`
			process ask 1,1 none
			ana declares public w001w
			ana closes INC-1 enter w002w
			settle
			archive INC-1
			ana types INC-1 task 1 done
			settle
			unarchive INC-1
			settle
			`,
		},
		{
			"cards of the past are brought up to date too when the bot comes back into a channel",
			"only the current one was, and a former one kept its buttons",
			`
			process ask 1,1 none
			ana declares private w001w
			ana closes INC-1 enter w002w
			settle
			kick INC-1
			ana types INC-1 task 1 done
			settle
			back INC-1
			settle
			`,
		},
		{
			"the question whether the debrief took place follows a debrief that gets another time",
			"it kept asking about the old time, with buttons that were about the new one",
			`
			process ask 1 none
			ana declares public w001w
			ana plans INC-1 2
			settle
			clock 4h
			settle
			ana plans INC-1 26
			settle
			`,
		},
		{
			"an incident that Slack refuses a channel comes to rest, and says all once it has one",
			"its posts were tried once a minute for ever",
			`
			process ask 2,1 lead
			slack conversations.create refused 2
			ana declares public w001w
			ana types INC-1 update w002w
			wait 20s
			ana retries INC-1
			ana closes INC-1 enter w003w
			ana types INC-1 task 1 done
			settle
			ana types INC-1 task 2 done
			settle
			`,
		},
		{
			"what is left of the last card says what was done when the incident was closed",
			"it counted anew whenever it was drawn, so that a task that was reopened later was missing",
			`
			process ask 2 none kinds
			ana declares public w001w
			ana closes INC-1 enter w002w
			ana plans INC-1 50
			ana types INC-1 task 1 done
			settle
			ana reopens INC-1 active w003w
			ana types INC-1 debrief cancel w004w
			settle
			`,
		},
		{
			"an App Home offers to mark the post-mortem complete once there is one",
			"it went on offering to create one",
			`
			process ask 1,1 lead kinds
			cem declares public w001w
			cem opens-home
			cem closes INC-1 enter w002w
			cem types INC-1 task 1 done
			settle
			ana types INC-1 postmortem https://docs.example/w003w
			settle
			`,
		},
		{
			"direct messages follow the name of an incident",
			"tasks and follow-ups that somebody was given kept the old one",
			`
			process ask 1,1 cem
			ana declares public w001w
			ana closes INC-1 enter w002w
			ana follows-up INC-1 ben w003w
			settle
			ana types INC-1 rename w004w
			settle
			`,
		},
		{
			"an App Home follows the name of an incident of which only follow-ups are in it",
			"they kept the old name",
			`
			cem declares public w001w
			ana opens-home
			cem follows-up INC-1 ana w002w
			cem types INC-1 rename w003w
			settle
			`,
		},
		{
			"a digest shows what it showed to somebody who comes back",
			"it was emptied when the account was deactivated, and stayed so when it was activated again",
			`
			process ask 1,3 lead kinds
			dana declares public w001w
			dana closes INC-1 enter w002w
			clock 26h
			settle
			deactivate dana
			activate dana
			settle
			`,
		},
		{
			"the digest of somebody who was the lead lets go of what nobody has",
			"it went on offering what the new lead is asked about",
			`
			process automatic 3 none plain
			ana declares public w001w
			dana closes INC-1 resume w002w
			clock 26h
			settle
			ana types INC-1 lead @dana
			settle
			`,
		},
		{
			"who opens their App Home while a commit fails sees it drawn afterwards",
			"the event was acknowledged although what it asked for was not saved, and the App Home stayed empty",
			`
			process automatic 3,2 none plain
			cem declares public w001w
			ana declares public w002w
			clock 75h
			cem closes INC-2 enter w003w
			ana types INC-2 task 3 not-doing w004w
			clock 75h
			fail before 8
			cem snoozes INC-1 1 snooze cem
			dana opens-home INC-2 w005w
			cem follows-up INC-2 ben w006w
			`,
		},
		{
			"who needs Slack's word about a channel, and does not get it, is told so",
			"the command was left unacknowledged, and held up its incident meanwhile",
			`
			ben declares public w001w
			slack any very-slow 4
			ana types INC-1 postmortem share #random w002w
			`,
		},
		{
			"who leaves a private channel is no longer asked whether its debrief took place",
			"the question stayed in their direct messages, with the incident's name",
			`
			dana declares private w001w
			dana plans INC-1 26
			clock 75h
			dana closes INC-1 leave w002w
			dana leaves INC-1
			`,
		},
		{
			"a document is made once, however long a crash lasts",
			"that it was reported is remembered for a day; after that the bot made another one and attached it too",
			`
			ana declares private w001w
			dana declares public w002w
			dana closes INC-2 resume w003w
			crash after 5
			dana creates INC-2 || ben types INC-2 task 2 done
			clock 26h
			`,
		},
		{
			"commands that come twice while others are decided settle down",
			"each was decided again and again on the last try of another, which was never stored, until both were given up and left unacknowledged",
			`
			cem declares public w001w
			duplicate 3
			ana types INC-1 timeline w002w || dana types INC-1 timeline w003w
			`,
		},
	} {
		t.Run(bug.name, func(t *testing.T) { live(t, bug.was, written(bug.script)) })
	}
}
