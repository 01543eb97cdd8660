package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"epilogue/flow"
	"epilogue/store"
)

// The corpus in testdata/v1 are records as programs before this one wrote them. Files are added (go test ./store -update writes those that are
// missing) and never changed: whoever has to change one has broken a store that somebody runs.
var update = flag.Bool("update", false, "write the files of the corpus that are missing")

const corpus = "testdata/v1"

// kinds are the kinds of records by the first word of their file's name: how to read one and write it again.
var kinds = map[string]func([]byte) (any, []byte, error){
	"incident": again(store.DecodeIncident, store.EncodeIncident),
	"event":    again(store.DecodeEvent, store.EncodeEvent),
	"process":  again(store.DecodeProcess, store.EncodeProcess),
	"job":      again(store.DecodeJob, store.EncodeJob),
	"person":   again(store.DecodePerson, store.EncodePerson),
	"channel":  again(store.DecodeChannel, store.EncodeChannel),
}

func again[V any](decode func([]byte) (V, error), encode func(V) ([]byte, error)) func([]byte) (any, []byte, error) {
	return func(record []byte) (any, []byte, error) {
		v, err := decode(record)
		if err != nil {
			return nil, nil, err
		}
		b, err := encode(v)
		return v, b, err
	}
}

func TestEveryRecordOfThePastIsReadAndWrittenTheSame(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			want := readFile(t, name)
			kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".json"), "-")
			_, record, err := kinds[kind](append([]byte{store.Format}, want...))
			if err != nil {
				t.Fatal(err)
			}
			if record[0] != store.Format {
				t.Errorf("format is %d", record[0])
			}
			if diff := cmp.Diff(parse(t, want), parse(t, record[1:])); diff != "" {
				t.Errorf("written again (-past +now):\n%s", diff)
			}
		})
	}
}

func TestTheCorpusHasEveryFactAndKindOfRecordWithEveryField(t *testing.T) {
	for name, sample := range samples() {
		t.Run(name, func(t *testing.T) {
			kind, _, _ := strings.Cut(name, "-")
			_, record, err := kinds[kind](encoded(t, sample))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(corpus, name+".json")
			if *update {
				writeIfMissing(t, path, record[1:])
			}
			// A field that was added since is in another file of the same name with a number: event-declared-2.json.
			covered := map[string]bool{}
			later, err := filepath.Glob(filepath.Join(corpus, name+"-[0-9]*.json"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range append(later, path) {
				fields("", parse(t, readFile(t, file)), covered)
			}
			wanted := map[string]bool{}
			fields("", parse(t, record[1:]), wanted)
			for field := range wanted {
				if !covered[field] {
					t.Errorf("no file of the corpus has %s", field)
				}
			}
		})
	}
}

func TestARecordIsOneTagBeforePlainJSON(t *testing.T) {
	record, err := store.EncodePerson(store.Person{ID: "UANA", Name: "Ana <&>"})
	if err != nil {
		t.Fatal(err)
	}
	want := "\x01" + `{"id":"UANA","name":"Ana <&>","standing":"","known":"0001-01-01T00:00:00Z"}`
	if diff := cmp.Diff(want, string(record)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	event := func(s string) []byte { return append([]byte{store.Format}, s...) }
	tests := []struct {
		name   string
		record []byte
		want   error
	}{
		{"a record of a newer program", []byte{store.Format + 1, '{', '}'}, store.ErrNewer},
		{"a tag that never was", []byte{0, '{', '}'}, store.ErrDamaged},
		{"no record", nil, store.ErrDamaged},
		{"half a record", event(`{"seq":1,"fact":"note-ad`), store.ErrDamaged},
		{"an unknown fact", event(`{"seq":1,"fact":"incident-merged","with":{}}`), store.ErrNewer},
		{"a fact of the wrong form", event(`{"seq":1,"fact":"note-added","with":{"text":7}}`), store.ErrDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := store.DecodeEvent(tt.record)
			if !errors.Is(err, tt.want) {
				t.Errorf("error is %v, want %v", err, tt.want)
			}
			if errors.Is(tt.want, store.ErrNewer) && errors.Is(err, store.ErrDamaged) {
				t.Errorf("%v is taken for damage as well", err)
			}
		})
	}
}

func TestTheTypedErrorsNameWhatIsUnknown(t *testing.T) {
	_, err := store.DecodeEvent(append([]byte{store.Format}, `{"seq":1,"fact":"incident-merged"}`...))
	if unknown, ok := errors.AsType[store.UnknownFactError](err); !ok || unknown.Name != "incident-merged" {
		t.Errorf("error is %v", err)
	}
	_, err = store.DecodeJob([]byte{9})
	if unknown, ok := errors.AsType[store.UnknownFormatError](err); !ok || unknown.Tag != 9 {
		t.Errorf("error is %v", err)
	}
}

func TestAnEventWithoutAFactIsNotWritten(t *testing.T) {
	if _, err := store.EncodeEvent(flow.Event{Seq: 1}); err == nil {
		t.Error("it is")
	}
}

func FuzzNoBytesMakeADecoderPanicAndWhatIsReadIsWrittenTheSame(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]byte{store.Format}, b...))
	}
	f.Add([]byte{})
	f.Add([]byte{store.Format + 1})
	f.Fuzz(func(t *testing.T, record []byte) {
		for kind, rewrite := range kinds {
			v, first, err := rewrite(record)
			if err != nil {
				continue // also where it can be read and not be written, as a year after 9999
			}
			w, second, err := rewrite(first)
			if err != nil {
				t.Fatalf("%s: %q is written and not read: %v", kind, first, err)
			}
			if !bytes.Equal(first, second) {
				t.Errorf("%s: %#v is written as %s, %#v as %s", kind, v, first, w, second)
			}
		}
	})
}

// samples are one value of every fact and kind of record, with no field empty.
func samples() map[string]any {
	all := map[string]any{
		"incident": filled[flow.Incident](), "process": filled[store.ProcessVersion](), "job": filled[store.Job](),
		"person": filled[store.Person](), "channel": filled[store.Channel](),
	}
	for _, fact := range flow.Facts() {
		v := reflect.New(reflect.TypeOf(fact)).Elem()
		fill(v, "")
		ev := filled[flow.Event]()
		ev.Fact = v.Interface().(flow.Fact)
		all["event-"+fact.FactName()] = ev
	}
	return all
}

func encoded(t *testing.T, sample any) []byte {
	t.Helper()
	var record []byte
	var err error
	switch v := sample.(type) {
	case flow.Incident:
		record, err = store.EncodeIncident(v)
	case flow.Event:
		record, err = store.EncodeEvent(v)
	case store.ProcessVersion:
		record, err = store.EncodeProcess(v)
	case store.Job:
		record, err = store.EncodeJob(v)
	case store.Person:
		record, err = store.EncodePerson(v)
	case store.Channel:
		record, err = store.EncodeChannel(v)
	default:
		t.Fatalf("no encoder for %T", v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// fields collects the paths of all fields in parsed JSON. Keys of maps are told apart by nothing, as are the elements of lists.
func fields(path string, v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			into[path+"."+k] = true
			fields(path+"."+k, e, into)
		}
	case []any:
		for _, e := range v {
			fields(path+"[]", e, into)
		}
	}
}

func writeIfMissing(t *testing.T, path string, record []byte) {
	t.Helper()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	var b bytes.Buffer
	if err := json.Indent(&b, record, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; go test ./store -update writes what is missing", err)
	}
	return b
}

func parse(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
