package operator

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"epilogue/flow"
	"epilogue/internal/config"
	"epilogue/internal/ownersocket"
	"epilogue/store"
	"epilogue/store/boltstore"
)

// exported is the first line of an export.
var exported = []string{
	"incident", "name", "severity", "type", "stage", "status", "flow", "lead", "declared", "resolved", "closed", "opted out",
	"task", "title", "state", "assignee", "due", "date changes", "settled", "settled by", "reason",
}

// Export writes every task of every incident as a line of CSV; an incident without tasks has a line of its own. Private incidents are left out unless
// they are asked for. It reads a copy of the store, so that people do not wait for it.
func Export(ctx context.Context, c config.Store, private bool, w io.Writer) error {
	return use(ctx, c, false, func(s ownersocket.Tool) error {
		dir, err := os.MkdirTemp(filepath.Dir(c.Path), ".export-*")
		if err != nil {
			return fmt.Errorf("make room for a copy of the store: %w", err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		copied := filepath.Join(dir, "copy.db")
		if err := boltstore.BackupTo(ctx, s, copied); err != nil {
			return err
		}
		db, err := boltstore.Open(copied, boltstore.Options{MustExist: true, NetworkFS: c.AllowNetworkFilesystem})
		if err != nil {
			return err
		}
		return errors.Join(export(ctx, db, private, w), db.Close())
	})
}

func export(ctx context.Context, s store.Store, private bool, w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(exported); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	process, err := s.Process(ctx)
	if err != nil {
		return fmt.Errorf("read the process: %w", err)
	}
	for q := (store.Query{Limit: 500}); ; {
		page, err := s.List(ctx, q)
		if err != nil {
			return fmt.Errorf("list incidents: %w", err)
		}
		for _, inc := range page.Items {
			if inc.Private && !private {
				continue
			}
			for _, line := range linesOf(process, inc) {
				if err := out.Write(line); err != nil {
					return fmt.Errorf("write the export: %w", err)
				}
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}

func linesOf(p flow.Process, inc flow.Incident) [][]string {
	status, followed := p.StatusName(inc.Status), ""
	if inc.Snapshot != nil {
		followed = inc.Snapshot.Name
		if inc.Stage != flow.Active {
			status = inc.Snapshot.StatusName(inc.Status)
		}
	}
	optedOut := ""
	if inc.OptedOut != nil {
		optedOut = inc.OptedOut.Reason
	}
	head := []string{
		inc.ID.String(), cell(inc.Name), cell(p.SeverityName(inc.Severity)), cell(p.TypeName(inc.Type)), string(inc.Stage), cell(status), cell(followed),
		string(inc.Lead()), moment(inc.DeclaredAt), moment(inc.ResolvedAt), moment(inc.ClosedAt), cell(optedOut),
	}
	var out [][]string
	for _, t := range inc.Tasks {
		out = append(out, append(head[:len(head):len(head)],
			strconv.Itoa(int(t.Number)), cell(t.Title), string(t.State), string(t.Assignee), t.Due.String(), strconv.Itoa(t.DueChanges),
			moment(t.Settled.At), string(t.Settled.By), cell(t.Settled.Reason)))
	}
	if len(out) == 0 {
		out = append(out, append(head, make([]string, len(exported)-len(head))...))
	}
	return out
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// cell is what people typed, so that no spreadsheet takes it for a formula.
func cell(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}
