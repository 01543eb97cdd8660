package kit

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox/blockkit"
)

// posted reads a drawn form the way assets/kit.js does: the strings in each stateful element, by block_id and action_id.
func posted(t *testing.T, html string) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	var block, act, kind, area string
	chips := 0 // they stand in the order in which things were chosen
	put := func(value string) {
		if value != "" {
			out[block][act] = append(out[block][act], value)
		}
	}
	d := xml.NewDecoder(strings.NewReader(html))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			attrs := map[string]string{}
			for _, a := range token.Attr {
				attrs[a.Name.Local] = a.Value
			}
			_, checked := attrs["checked"]
			_, selected := attrs["selected"]
			switch tag := token.Name.Local; {
			case attrs["data-stateful"] != "":
				block, act, kind = attrs["data-block"], attrs["data-act"], attrs["data-type"]
				if out[block] == nil {
					out[block] = map[string][]string{}
				}
				out[block][act] = nil
				chips = 0
			case attrs["class"] == "k-chip":
				i := slices.Index(out[block][act], attrs["data-of"])
				if i < 0 {
					t.Fatalf("the chip %q stands for nothing that is chosen", attrs["data-of"])
				}
				out[block][act][i], out[block][act][chips] = out[block][act][chips], out[block][act][i]
				chips++
			case tag == "option" && selected, tag == "input" && checked:
				put(attrs["value"])
			case tag == "input" && strings.HasPrefix(attrs["class"], "k-field") && attrs["type"] != "file":
				put(attrs["value"])
			case tag == "textarea":
				area = kind
			}
		case xml.CharData:
			if area != "" {
				put(strings.TrimPrefix(string(token), "\n")) // as browsers read it
				area = ""
			}
		}
	}
}

// leaves turns what a form posts into state.values.
func leaves(t *testing.T, blocks json.RawMessage, typed map[string]map[string][]string, was map[string]map[string]json.RawMessage, zone *time.Location) map[string]map[string]json.RawMessage {
	t.Helper()
	out := map[string]map[string]json.RawMessage{}
	for _, el := range blockkit.Elements(blocks) {
		values, stateful := typed[el.BlockID][el.ActionID]
		if !stateful {
			continue
		}
		leaf, err := Leaf(el, values, was[el.BlockID][el.ActionID], zone)
		if err != nil {
			t.Fatal(err)
		}
		if out[el.BlockID] == nil {
			out[el.BlockID] = map[string]json.RawMessage{}
		}
		out[el.BlockID][el.ActionID] = leaf
	}
	return out
}

// same compares JSON by what it says.
var same = cmp.FilterValues(func(_, _ json.RawMessage) bool { return true }, cmp.Comparer(func(a, b json.RawMessage) bool { return cmp.Equal(decode(a), decode(b)) }))

func TestAFormThatNobodyTouchedPostsTheEmptyState(t *testing.T) {
	for name, block := range samples {
		t.Run(name, func(t *testing.T) {
			s := form(block)
			want := blockkit.EmptyState(s.Blocks)
			if diff := cmp.Diff(want, leaves(t, s.Blocks, posted(t, mustDraw(t, s)), want, s.Zone), same); diff != "" {
				t.Errorf("-want +posted:\n%s", diff)
			}
		})
	}
}

// filled is what somebody types into an element of each type, and the leaf that must come of it.
var filled = map[string]struct {
	element string
	typed   []string
	leaf    string
}{
	"static_select":              {`"options":[{"text":{"type":"plain_text","text":"A"},"value":"a"},{"text":{"type":"plain_text","text":"B"},"value":"b"}]`, []string{"b"}, `"selected_option":{"text":{"type":"plain_text","text":"B"},"value":"b"}`},
	"multi_static_select":        {`"option_groups":[{"label":{"type":"plain_text","text":"G"},"options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}]}]`, []string{"a"}, `"selected_options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}]`},
	"external_select":            {``, []string{"x"}, `"selected_option":{"value":"x"}`},
	"multi_external_select":      {``, []string{"x", "y"}, `"selected_options":[{"value":"x"},{"value":"y"}]`},
	"users_select":               {``, []string{"U1"}, `"selected_user":"U1"`},
	"multi_users_select":         {``, []string{"U1", "U2"}, `"selected_users":["U1","U2"]`},
	"conversations_select":       {``, []string{"C1"}, `"selected_conversation":"C1"`},
	"multi_conversations_select": {``, []string{"C1"}, `"selected_conversations":["C1"]`},
	"channels_select":            {``, []string{"C1"}, `"selected_channel":"C1"`},
	"multi_channels_select":      {``, []string{"C1"}, `"selected_channels":["C1"]`},
	"checkboxes":                 {`"options":[{"text":{"type":"mrkdwn","text":"*A*"},"value":"a"}]`, []string{"a"}, `"selected_options":[{"text":{"type":"mrkdwn","text":"*A*"},"value":"a"}]`},
	"radio_buttons":              {`"options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}]`, []string{"a"}, `"selected_option":{"text":{"type":"plain_text","text":"A"},"value":"a"}`},
	"datepicker":                 {``, []string{"2026-12-03"}, `"selected_date":"2026-12-03"`},
	"timepicker":                 {`"timezone":"Europe/Madrid"`, []string{"14:05"}, `"selected_time":"14:05","timezone":"Europe/Madrid"`},
	"datetimepicker":             {``, []string{"2026-12-03T14:16"}, `"selected_date_time":1796303760`},
	"plain_text_input":           {``, []string{" a <b>\n"}, `"value":" a <b>\n"`},
	"email_text_input":           {``, []string{"a@b.c"}, `"value":"a@b.c"`},
	"url_text_input":             {``, []string{"https://e.x"}, `"value":"https://e.x"`},
	"number_input":               {`"is_decimal_allowed":true`, []string{"3.50"}, `"value":"3.50"`},
	"rich_text_input":            {``, []string{"a\nb"}, `"rich_text_value":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a\nb"}]}]}`},
	"file_input":                 {``, []string{"F1"}, `"files":[{"id":"F1"}]`},
}

func TestWhatIsTypedComesBackInTheShapeOfTheLeaf(t *testing.T) {
	for kind, c := range filled {
		t.Run(kind, func(t *testing.T) {
			more := ""
			if c.element != "" {
				more = "," + c.element
			}
			blocks := json.RawMessage(`[{"type":"input","block_id":"b","label":{"type":"plain_text","text":"L"},"element":{"type":"` + kind + `","action_id":"a"` + more + `}}]`)
			was := blockkit.EmptyState(blocks)
			got := leaves(t, blocks, map[string]map[string][]string{"b": {"a": c.typed}}, was, madrid)["b"]["a"]
			if diff := cmp.Diff(json.RawMessage(`{"type":"`+kind+`",`+c.leaf+`}`), got, same); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			s := form("")
			s.Blocks, s.State = blocks, map[string]map[string]json.RawMessage{"b": {"a": got}}
			if diff := cmp.Diff(c.typed, posted(t, mustDraw(t, s))["b"]["a"]); diff != "" {
				t.Errorf("drawn again it holds something else (-want +got):\n%s", diff)
			}
			empty, err := Leaf(blockkit.Elements(blocks)[0], []string{""}, got, madrid)
			if diff := cmp.Diff(was["b"]["a"], empty, same); err != nil || diff != "" {
				t.Errorf("emptied: %v\n%s", err, diff)
			}
		})
	}
	for _, kind := range []string{"button", "overflow"} {
		if _, err := Leaf(blockkit.Element{Type: kind}, []string{"x"}, nil, nil); err == nil {
			t.Errorf("a %s holds a value", kind)
		}
	}
}

func TestSeveralValuesForOneAreAnErrorAndSoIsAMomentThatIsNone(t *testing.T) {
	for kind, typed := range map[string][]string{"users_select": {"U1", "U2"}, "datetimepicker": {"soon"}} {
		if leaf, err := Leaf(blockkit.Element{Type: kind}, typed, nil, nil); err == nil {
			t.Errorf("%s: %s", kind, leaf)
		}
	}
}

func TestAMomentThatWasNotChangedKeepsItsSeconds(t *testing.T) {
	leaf, err := Leaf(blockkit.Element{Type: "datetimepicker"}, []string{"2026-12-03T14:16"}, json.RawMessage(`{"type":"datetimepicker","selected_date_time":1796303765}`), madrid)
	if want := `{"selected_date_time":1796303765,"type":"datetimepicker"}`; err != nil || string(leaf) != want {
		t.Errorf("got %s, %v; want %s", leaf, err, want)
	}
}
