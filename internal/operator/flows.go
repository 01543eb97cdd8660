package operator

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/internal/flowfile"
	"epilogue/internal/ownersocket"
	"epilogue/store"
)

// ExportFlows writes the whole process as a file that ImportFlows takes back.
func ExportFlows(ctx context.Context, c config.Store, w io.Writer) error {
	return use(ctx, c, false, func(s ownersocket.Tool) error {
		p, err := s.Process(ctx)
		if err != nil {
			return fmt.Errorf("read the process: %w", err)
		}
		return writeProcess(w, p)
	})
}

// writeProcess writes a process as YAML; in memory first, since half a file is worse than none.
func writeProcess(w io.Writer, p flow.Process) error {
	var file bytes.Buffer
	if err := flowfile.Write(&file, p); err != nil {
		return fmt.Errorf("export the process: %w", err)
	}
	_, err := w.Write(file.Bytes())
	return err
}

// Importing is how a process is imported.
type Importing struct {
	Name string      // of the file, for messages
	Out  io.Writer   // where it says what changes
	Sure func() bool // asks whether to save; nil: it is sure
	Now  func() time.Time
}

// ImportFlows replaces the process by what a file says, as its next version, after it has said what changes and asked. A file that changes
// nothing makes no version.
func ImportFlows(ctx context.Context, c config.Store, file io.Reader, how Importing) error {
	read, err := flowfile.Read(file, how.Name)
	if err != nil {
		return err
	}
	// A fresh install can get its process before the first start.
	return use(ctx, c, true, func(s ownersocket.Tool) error {
		now, err := s.Process(ctx)
		if err != nil {
			return fmt.Errorf("read the process: %w", err)
		}
		return importProcess(ctx, s, now, read, how)
	})
}

func importProcess(ctx context.Context, s ownersocket.Tool, now, read flow.Process, how Importing) error {
	next, kept := now.Replace(read)
	changes := flow.Diff(now, next)
	if len(changes) == 0 {
		_, err := fmt.Fprintf(how.Out, "%s changes nothing: the process stays at version %d.\n", how.Name, now.Version)
		return err
	}
	if err := preview(how, now, read, next, kept, changes); err != nil {
		return err
	}
	if how.Sure != nil && !how.Sure() {
		return errors.New("nothing was imported; --yes imports without asking")
	}
	err := s.SaveProcess(ctx, store.ProcessVersion{Process: next, At: how.Now().UTC()})
	if errors.Is(err, store.ErrConflict) {
		return errors.New("nothing was imported: the process was changed by somebody else meanwhile; import again to see what changes now")
	}
	if err != nil {
		return fmt.Errorf("save the process: %w", err)
	}
	_, err = fmt.Fprintf(how.Out, "Imported as version %d.\n", next.Version)
	return err
}

// preview says what importing would do.
func preview(how Importing, now, read, next flow.Process, kept []flow.Key, changes []flow.Difference) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s would make version %d of the process:\n", how.Name, next.Version)
	say(&b, changes)
	if len(kept) > 0 {
		fmt.Fprintf(&b, "Not in the file, so retired instead of deleted: %s.\n", keys(kept))
	}
	if read.Version != 0 && read.Version < now.Version {
		fmt.Fprintf(&b, "The file was exported from version %d; what was changed since then is changed back.\n", read.Version)
	}
	_, err := io.WriteString(how.Out, b.String())
	return err
}

// ids are people whom a command knows by their ids only.
type ids struct{}

func (ids) Name(u flow.UserID) string { return string(u) }

// say writes differences as sentences, one a line.
func say(b *strings.Builder, changes []flow.Difference) {
	for _, d := range changes {
		fmt.Fprintf(b, "  - %s\n", blocks.Scene{Names: ids{}}.Difference(d).Plain())
	}
}

func keys(all []flow.Key) string {
	var out []string
	for _, k := range all {
		out = append(out, string(k))
	}
	return strings.Join(out, ", ")
}

// Answer asks a question and reads whether the answer is yes. No answer is no.
func Answer(question string, in io.Reader, out io.Writer) bool {
	fmt.Fprint(out, question+" [y/N] ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		fmt.Fprintln(out) // nobody pressed Enter
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true
	}
	return false
}

// WriteFile puts what write writes into a file, once all of it is there. Empty and "-" mean out.
func WriteFile(path string, out io.Writer, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(out)
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644) //nolint:gosec // it is made to be shared, in Git
}
