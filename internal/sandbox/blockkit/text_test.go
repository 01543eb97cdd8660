package blockkit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTextReadsLikeTheScreen(t *testing.T) {
	for _, c := range []struct{ claim, blocks, want string }{
		{
			"header, section, divider", `[{"type":"header","text":{"type":"plain_text","text":"INC-7 &amp; co"}},{"type":"section","text":{"type":"mrkdwn","text":"*API* down, <@U1> leads"}},{"type":"divider"}]`,
			"INC-7 & co\n*API* down, @Ana leads\n" + dividerLine,
		},
		{"an accessory stands after the text", `[{"type":"section","text":{"type":"mrkdwn","text":"Write"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Mark done"}}}]`, "Write  [Mark done]"},
		{"fields, one a line", `[{"type":"section","fields":[{"type":"mrkdwn","text":"*Sev*\nhigh"},{"type":"plain_text","text":"b"}]}]`, "*Sev*\nhigh\nb"},
		{"context", `[{"type":"context","elements":[{"type":"image","alt_text":"cat"},{"type":"mrkdwn","text":"in <#C1>"}]}]`, "[image: cat]  in #general"},
		{
			"buttons and menus", `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"A"}},{"type":"overflow","options":[]},
			{"type":"static_select","placeholder":{"type":"plain_text","text":"Severity"}},{"type":"users_select","initial_user":"U1"},
			{"type":"multi_static_select","initial_options":[{"text":{"type":"plain_text","text":"x"},"value":"x"},{"text":{"type":"plain_text","text":"y"},"value":"y"}]},
			{"type":"datepicker","initial_date":"2026-11-20"},{"type":"timepicker"},{"type":"datetimepicker","initial_date_time":1763888400}]}]`,
			"[A] ⋮ [Severity ▾] [@Ana ▾] [x, y ▾] [2026-11-20] [Select a time] [2025-11-23 10:00]",
		},
		{
			"ticks", `[{"type":"actions","elements":[{"type":"checkboxes","options":[{"text":{"type":"mrkdwn","text":"*a*"},"value":"a"},{"text":{"type":"plain_text","text":"b"},"value":"b"}],"initial_options":[{"text":{"type":"plain_text","text":"b"},"value":"b"}]}]},
			{"type":"actions","elements":[{"type":"radio_buttons","options":[{"text":{"type":"plain_text","text":"c"},"value":"c"},{"text":{"type":"plain_text","text":"d"},"value":"d"}],"initial_option":{"text":{"type":"plain_text","text":"c"},"value":"c"}}]}]`,
			"[ ] *a*  [x] b\n(•) c  ( ) d",
		},
		{
			"inputs", `[{"type":"input","label":{"type":"plain_text","text":"Name"},"element":{"type":"plain_text_input","initial_value":"api"}},
			{"type":"input","optional":true,"label":{"type":"plain_text","text":"Why"},"hint":{"type":"plain_text","text":"In a word"},"element":{"type":"plain_text_input","placeholder":{"type":"plain_text","text":"because"}}},
			{"type":"input","label":{"type":"plain_text","text":"Empty"},"element":{"type":"plain_text_input"}}]`,
			"Name: [api]\nWhy (optional): [because]\nIn a word\nEmpty: []",
		},
		{"an image", `[{"type":"image","alt_text":"graph","image_url":"https://e.x","title":{"type":"plain_text","text":"Load"}}]`, "Load\n[image: graph]"},
		{
			"rich text", `[{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"text","text":"Hi "},{"type":"user","user_id":"U1"},{"type":"text","text":" & "},{"type":"channel","channel_id":"C1"},{"type":"text","text":" "},{"type":"usergroup","usergroup_id":"S1"},{"type":"text","text":" "},{"type":"broadcast","range":"here"},{"type":"emoji","name":"wave"},{"type":"text","text":"b","style":{"bold":true,"code":true}},{"type":"text","text":" "},{"type":"link","url":"https://e.x","text":"docs"},{"type":"text","text":" "},{"type":"date","timestamp":1763888400,"format":"{date_num}","fallback":"then"}]},
			{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]},
			{"type":"rich_text_list","style":"ordered","indent":1,"offset":2,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"three"}]}]},
			{"type":"rich_text_quote","elements":[{"type":"text","text":"q\nr"}]},
			{"type":"rich_text_preformatted","elements":[{"type":"text","text":"x := 1"}]}]}]`,
			"Hi @Ana & #general @oncall @here:wave:*`b`* docs (https://e.x) 2025-11-23\n• one\n  3. three\n> q\n> r\n```\nx := 1\n```",
		},
		{
			"a table", `[{"type":"table","rows":[[{"type":"raw_text","text":"Task"},{"type":"raw_text","text":"Who"}],[{"type":"raw_number","value":1.50},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"}]}]}]]}]`,
			"Task | Who\n1.50 | @Ana",
		},
		{"a data_table", `[{"type":"data_table","caption":"Open","rows":[[{"type":"raw_text","text":"é"}],[{"type":"action_cell","element":{"type":"button","text":{"type":"plain_text","text":"Go"}}}]]}]`, "Open\né\n[Go]"},
		{"markdown", `[{"type":"markdown","text":"# Title\n\ntext"}]`, "# Title\n\ntext"},
		{"an alert", `[{"type":"alert","level":"warning","text":{"type":"mrkdwn","text":"mind"}}]`, "[warning] mind"},
		{"a carousel of cards", `[{"type":"carousel","elements":[{"type":"card","title":{"type":"mrkdwn","text":"T"},"subtitle":{"type":"mrkdwn","text":"S"},"body":{"type":"mrkdwn","text":"B"},"actions":[{"type":"button","text":{"type":"plain_text","text":"Go"}}]}]}]`, "T\nS\nB\n[Go]"},
		{"a container", `[{"type":"container","title":{"type":"plain_text","text":"Timeline"},"child_blocks":[{"type":"section","text":{"type":"mrkdwn","text":"10:00 opened"}}]}]`, "Timeline\n10:00 opened"},
		{"a layout", `[{"type":"layout","label":"L","is_label_visible":true,"rows":[{"items":[{"block":{"type":"divider"}}]}]}]`, "L\n" + dividerLine},
		{"a plan", `[{"type":"plan","title":"Plan","tasks":[{"task_id":"1","title":"Look","status":"complete"},{"task_id":"2","title":"Act"}]}]`, "Plan\n[complete] Look\n[pending] Act"},
		{"feedback", `[{"type":"context_actions","elements":[{"type":"feedback_buttons","positive_button":{"text":{"type":"plain_text","text":"Good"}},"negative_button":{"text":{"type":"plain_text","text":"Bad"}}}]}]`, "[Good] [Bad]"},
		{"video and chart", `[{"type":"video","title":{"type":"plain_text","text":"Demo"}},{"type":"data_visualization","title":"Load"}]`, "[video: Demo]\n[chart: Load]"},
		{"what nobody knows", `[{"type":"hologram"},{}]`, "[hologram]\n[unknown block]"},
		{"no blocks", `null`, ""},
	} {
		t.Run(c.claim, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Text(json.RawMessage(c.blocks), people{}, madrid, now)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMentionsAreFoundInTextAndBlocks(t *testing.T) {
	blocks := json.RawMessage(`[
		{"type":"section","text":{"type":"mrkdwn","text":"<@U2> <@U2|ben> <#C1> <https://e.x/1|l>"},"fields":[{"type":"mrkdwn","text":"<!subteam^S1|@ops>"}],
		 "accessory":{"type":"overflow","options":[{"text":{"type":"plain_text","text":"<@U77>"},"value":"<@U78>","url":"https://e.x/2"}]}},
		{"type":"context","elements":[{"type":"mrkdwn","text":"<!channel> <!date^1^{date}^https://e.x/3|x>"}]},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"<!everyone>"},"url":"https://e.x/4","confirm":{"text":{"type":"mrkdwn","text":"<@U5>"}}}]},
		{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U3"},{"type":"channel","channel_id":"C3"},{"type":"usergroup","usergroup_id":"S3"},{"type":"broadcast","range":"everyone"},{"type":"link","url":"https://e.x/5"},{"type":"text","text":"<@U79>"}]}]},
		{"type":"markdown","text":"<@U4>"},
		{"type":"image","alt_text":"<@U80>","slack_file":{"url":"https://e.x/file"}}]`)
	want := Mentions{
		Users: []string{"U1", "U2", "U3", "U4", "U5"}, Channels: []string{"C1", "C3"}, Groups: []string{"S1", "S3"},
		Broadcasts: []string{"channel", "everyone", "here"},
		Links:      []string{"https://e.x/1", "https://e.x/2", "https://e.x/3", "https://e.x/4", "https://e.x/5"},
	}
	if diff := cmp.Diff(want, FindMentions("<@U1> <!HERE>", blocks)); diff != "" {
		t.Error(diff)
	}
}

func TestEscapedTextMentionsNobody(t *testing.T) {
	if diff := cmp.Diff(Mentions{}, FindMentions("&lt;!channel&gt; &lt;@U1&gt; @here https://e.x <b>", nil)); diff != "" {
		t.Error(diff)
	}
}

func TestBlocksEchoBackAsSlackWouldSendThem(t *testing.T) {
	n := 0
	gen := func() string { n++; return strings.Repeat("g", n) }
	blocks := json.RawMessage(`[
		{"type":"section","text":{"type":"mrkdwn","text":"<@U1> a & b < c &amp; <https://e.x?a=1&b=2|l>\n> q"},"accessory":{"type":"button","text":{"type":"plain_text","text":"A<B"}}},
		{"type":"header","block_id":"mine","text":{"type":"plain_text","text":"x","emoji":false}},
		{"type":"divider","block_id":""},
		{"type":"context","elements":[{"type":"image","alt_text":"a","image_url":"https://e.x"},{"type":"mrkdwn","text":"v","verbatim":true}]},
		{"type":"container","title":{"type":"plain_text","text":"t"},"child_blocks":[{"type":"divider"}]}]`)
	want := `[
		{"type":"section","block_id":"g","text":{"type":"mrkdwn","text":"<@U1> a &amp; b &lt; c &amp; <https://e.x?a=1&b=2|l>\n&gt; q","verbatim":false},"accessory":{"type":"button","action_id":"gg","text":{"type":"plain_text","text":"A&lt;B","emoji":true}}},
		{"type":"header","block_id":"mine","text":{"type":"plain_text","text":"x","emoji":false}},
		{"type":"divider","block_id":""},
		{"type":"context","block_id":"ggg","elements":[{"type":"image","alt_text":"a","image_url":"https://e.x","fallback":"48x48px image","image_width":48,"image_height":48,"image_bytes":2304},{"type":"mrkdwn","text":"v","verbatim":true}]},
		{"type":"container","block_id":"gggg","title":{"type":"plain_text","text":"t","emoji":true},"child_blocks":[{"type":"divider","block_id":"ggggg"}]}]`
	got := NormalizeBlocks(blocks, gen)
	if diff := cmp.Diff(parsed(t, want), parsed(t, string(got))); diff != "" {
		t.Error(diff)
	}
	if again := NormalizeBlocks(got, gen); string(again) != string(got) {
		t.Errorf("normalizing twice changed\n%s\nto\n%s", got, again)
	}
}

func parsed(t *testing.T, s string) any {
	t.Helper()
	v, ok := decode(json.RawMessage(s))
	if !ok {
		t.Fatalf("no JSON: %s", s)
	}
	return v
}

func TestWhatIsNoArrayIsNotNormalized(t *testing.T) {
	for _, s := range []string{"", "null", "{}", "[", `"x"`} {
		if got := NormalizeBlocks(json.RawMessage(s), func() string { return "id" }); string(got) != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestOptionsWithADescriptionStandOnALineEach(t *testing.T) {
	blocks := `[{"type":"actions","elements":[{"type":"radio_buttons","action_id":"a","options":[
		{"text":{"type":"plain_text","text":"Now"},"value":"1","description":{"type":"plain_text","text":"at once"}},
		{"text":{"type":"plain_text","text":"Later"},"value":"2"}]}]}]`
	want := "( ) Now: at once\n  ( ) Later"
	if got := Text(json.RawMessage(blocks), nil, nil, time.Time{}); got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}
