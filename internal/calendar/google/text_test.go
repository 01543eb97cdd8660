package google

import (
	"testing"

	"pgregory.net/rapid"
)

func TestADescriptionThatPeopleMadeInGooglesPageIsReadAsText(t *testing.T) {
	for html, want := range map[string]string{
		"1. What happened\n2. What helped":                                "1. What happened\n2. What helped",
		"<p>Agenda:</p><ul><li>the <b>pump</b></li><li>us</li></ul>":      "Agenda:\n- the pump\n- us",
		"one<br>two<br/>three&nbsp;&amp; four":                            "one\ntwo\nthree & four",
		`see <a href="https://doc.example/?a=1&amp;b=2">the draft</a>`:    "see the draft (https://doc.example/?a=1&b=2)",
		`<a href="https://doc.example/">https://doc.example/</a>`:         "https://doc.example/",
		"errors < 5 % and a > b":                                          "errors < 5 % and a > b",
		"https://doc.example/?a=1&b=2":                                    "https://doc.example/?a=1&b=2",
		"<!-- pasted -->from a document <span style='color:red'>x</span>": "from a document x",
	} {
		if got := plain(html); got != want {
			t.Errorf("%s: %q, want %q", html, got, want)
		}
	}
}

func TestWhatPeopleTypedIsShownAsItIs(t *testing.T) {
	for typed, want := range map[string]string{
		"1. errors < 5 %":                         "1. errors < 5 %",
		`<a href="https://evil.example">read</a>`: `&lt;a href="https://evil.example"&gt;read&lt;/a&gt;`,
		"we write &lt; as &amp;lt;":               "we write &amp;lt; as &amp;amp;lt;",
	} {
		if got := escaped(typed); got != want {
			t.Errorf("%s goes as %q, want %q", typed, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`([<>&;/a-z" \n]|&lt;|<b>|<br>|&#60;){0,20}`)).Draw(t, "typed")
		if got := plain(escaped(typed)); got != typed {
			t.Fatalf("%q comes back as %q", typed, got)
		}
	})
}
