package kit

import (
	"strings"
	"testing"
)

func TestMrkdwnIsReadAsSlackReadsIt(t *testing.T) {
	for _, c := range []struct{ claim, text, want string }{
		{"styles", "*b* _i_ ~s~ `c`", `<b>b</b> <i>i</i> <s>s</s> <code class="k-code">c</code>`},
		{"styles within styles", "*_both_* and _~*three*~_", `<b><i>both</i></b> and <i><s><b>three</b></s></i>`},
		{"marks inside of words mean themselves", "snake_case_name 2*3*4", `snake_case_name 2*3*4`},
		{"marks beside spaces mean themselves", "* no * and _ no _ and *lonely", `* no * and _ no _ and *lonely`},
		{"punctuation around styles", "(*b*), \"_i_\".", `(<b>b</b>), &#34;<i>i</i>&#34;.`},
		{"styles end with the line", "*one\ntwo*", `*one<br/>two*`},
		{"styles around mentions and links", "*<@U2>* _<https://e.x|x>_", `<b><span class="k-mention">@Ben &lt;b&gt;</span></b> <i><a class="k-link" href="https://e.x" target="_blank" rel="noopener noreferrer">x</a></i>`},
		{"nothing means anything inside of code", "`*b* :eyes: <@U1>`", `<code class="k-code">*b* :eyes: @Ana</code>`},
		{"a block of code", "see\n```\na *b*\n  c\n```\nafter", `see<pre class="k-pre"><code>a *b*` + "\n" + `  c</code></pre>after`},
		{"a block of code within a line", "see ```x``` there", `see <pre class="k-pre"><code>x</code></pre> there`},
		{"a block of code that does not end", "```x", "```x"},
		{"quotes", "a\n&gt; b *c*\n&gt;d\ne", `a<blockquote class="k-quote">b <b>c</b><br/>d</blockquote>e`},
		{"an empty line stays", "a\n\nb", `a<br/><br/>b`},
		{"a mention of oneself", "<@U1>", `<span class="k-mention k-me">@Ana</span>`},
		{"a mention of others", "<@U2|x> <!subteam^S1> <#C1>", `<span class="k-mention">@Ben &lt;b&gt;</span> <span class="k-mention">@oncall</span> <span class="k-mention">#general</span>`},
		{"broadcasts", "<!here>", `<span class="k-mention k-all">@here</span>`},
		{"a date in the viewer's zone", "<!date^1796303760^{date_num} {time}|then>", `<span class="k-date">2026-12-03 2:16 PM</span>`},
		{"a date with a link", "<!date^1796303760^{date_num}^https://e.x|then>", `<a class="k-link" href="https://e.x" target="_blank" rel="noopener noreferrer"><span class="k-date">2026-12-03</span></a>`},
		{"entities, once", "a &lt;b&gt; &amp;amp;", `a &lt;b&gt; &amp;amp;`},
		{"emoji", ":eyes: :wave::skin-tone-3: :flag-de: :nonesuch: 10:30:45", `<span class="k-emoji" role="img" title=":eyes:" aria-label="eyes">👀</span> <span class="k-emoji" role="img" title=":wave::skin-tone-3:" aria-label="wave::skin-tone-3">👋🏼</span> <span class="k-emoji" role="img" title=":flag-de:" aria-label="flag-de">🇩🇪</span> :nonesuch: 10:30:45`},
		{"an emoji after a colon that begins none", "at:eyes:", `at<span class="k-emoji" role="img" title=":eyes:" aria-label="eyes">👀</span>`},
		{"addresses become links", "see https://e.x/a?b=1&amp;c=2.", `see <a class="k-link" href="https://e.x/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">https://e.x/a?b=1&amp;c=2</a>.`},
		{"links that nobody should follow are text", "<javascript:alert(1)|click>", `<span class="k-link k-dead">click</span>`},
		{"mail", "<mailto:a@b.c|write>", `<a class="k-link" href="mailto:a@b.c" target="_blank" rel="noopener noreferrer">write</a>`},
		{"lists are plain text", "• one\n- two\n1. three", `• one<br/>- two<br/>1. three`},
		{"markup of HTML is text", "<b>x</b> & \"y\"", `&lt;b&gt;x&lt;/b&gt; &amp; &#34;y&#34;`},
	} {
		t.Run(c.claim, func(t *testing.T) {
			got := string(Mrkdwn(c.text, ana))
			if got != c.want {
				t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
			}
			if err := harmless(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestVerbatimTextGetsNoLinksOfItsOwn(t *testing.T) {
	if got := string(ana.mrkdwn("https://e.x <https://e.y>", true)); strings.Contains(got, `href="https://e.x"`) || !strings.Contains(got, `href="https://e.y"`) {
		t.Error(got)
	}
}

func TestChannelsAreLinksWhereTheyCanBeOpened(t *testing.T) {
	v := ana
	v.Link = func(to string) string { return "/w/ana/" + strings.TrimPrefix(to, "#") }
	v.Know = func(kind, id string) bool { return kind == "channel" && id == "C1" }
	got := string(Mrkdwn("<#C1> <#C2>", v))
	if want := `<a class="k-mention" href="/w/ana/C1">#general</a> <span class="k-mention">#C2</span>`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLongTextOfMarksTakesNoTime(t *testing.T) {
	for _, text := range []string{strings.Repeat("*a ", 12000), strings.Repeat("`", 40000), strings.Repeat("*_~", 12000), strings.Repeat(":a", 20000), strings.Repeat("<@", 20000)} {
		if got := string(Mrkdwn(text, ana)); len(got) < 1000 {
			t.Errorf("%.20q… became %q", text, got)
		}
	}
}
