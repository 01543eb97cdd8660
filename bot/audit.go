package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"epilogue/blocks"
	"epilogue/flow"
	"epilogue/store"
)

// auditing is who asked for the timeline as files, how they can be answered, and the files once they are uploaded. It is stored.
type auditing struct {
	By     flow.UserID         `json:"by"`
	Answer string              `json:"answer,omitempty"`
	Files  []slack.FileSummary `json:"files,omitempty"`
	Events int                 `json:"events,omitempty"`
}

// audit is /inc audit: the whole timeline as files, in a direct message to whoever asked, and nowhere else.
func (b *Bot) audit(ctx context.Context, r request, _ typed, inc flow.Incident) (answer, error) {
	job, err := b.auditJob(inc.ID, auditing{By: r.user, Answer: r.respond})
	if err != nil {
		return answer{}, err
	}
	if err := b.store.Enqueue(ctx, job.At, job); err != nil {
		return answer{}, fmt.Errorf("save that the timeline of %s was asked for: %w", inc.ID, err)
	}
	b.outbox.wake()
	return b.tell(r, "", blocks.AuditComing(inc)), nil
}

func (b *Bot) auditJob(id flow.IncidentID, a auditing) (store.Job, error) {
	detail, err := json.Marshal(a)
	job := b.follow(id, flow.Effect{Tell: tellAudit, To: a.By})
	job.Detail = string(detail)
	return job, err
}

// sendAudit uploads the files, which nobody sees, and then, as a job of its own, shares them: sharing is known to have happened when it is tried again.
// Whoever has left a private incident's channel meanwhile gets nothing.
func (b *Bot) sendAudit(ctx context.Context, job store.Job, inc flow.Incident) (store.Outcome, error) {
	var asked auditing
	if err := json.Unmarshal([]byte(job.Detail), &asked); err != nil {
		return store.Outcome{}, fmt.Errorf("%w: read who asked: %w", errFault, err)
	}
	sees, err := b.visible(ctx, asked.By, inc)
	if err != nil || !sees {
		return store.Outcome{}, err
	}
	var out store.Outcome
	if asked.Files == nil {
		out, err = b.uploadAudit(ctx, inc, asked)
	} else {
		err = b.shareAudit(ctx, job, inc, asked)
	}
	if v := verdictOf(err); v == gone || v == refused {
		if wrong := b.answerAudit(ctx, asked, blocks.Say(blocks.AuditRefused(b.scene(ctx), inc, codeOf(err)))); wrong != nil {
			b.log.Info("whoever asked for a timeline cannot be answered", "incident", inc.ID, "err", wrong)
		}
	}
	return out, err
}

func (b *Bot) answerAudit(ctx context.Context, asked auditing, m blocks.Message) error {
	if asked.Answer == "" {
		return nil
	}
	return b.whisper(ctx, asked.Answer, m)
}

// uploadAudit writes the files of this moment and uploads them.
func (b *Bot) uploadAudit(ctx context.Context, inc flow.Incident, asked auditing) (store.Outcome, error) {
	events, err := b.events(ctx, inc.ID, 1, inc.Rev)
	if err != nil {
		return store.Outcome{}, err
	}
	s := b.scene(ctx)
	data, err := blocks.AuditJSON(s, inc, events)
	if err != nil {
		return store.Outcome{}, fmt.Errorf("%w: %w", errFault, err)
	}
	for _, f := range []struct{ ending, content string }{{"md", blocks.AuditMarkdown(s, inc, events)}, {"json", string(data)}} {
		up, err := b.upload(ctx, fmt.Sprintf("%s-timeline.%s", inc.ID, f.ending), f.content)
		if err != nil {
			return store.Outcome{}, err
		}
		asked.Files = append(asked.Files, up)
	}
	asked.Events = len(events)
	job, err := b.auditJob(inc.ID, asked)
	return store.Outcome{Then: []store.Job{job}}, err
}

// upload puts a file where nobody sees it yet.
func (b *Bot) upload(ctx context.Context, name, content string) (slack.FileSummary, error) {
	var to *slack.GetUploadURLExternalResponse
	err := b.pace.call(ctx, "files.getUploadURLExternal", tier4Budget, func(ctx context.Context) (err error) {
		to, err = b.slack.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: len(content)})
		return err
	})
	if err != nil {
		return slack.FileSummary{}, fmt.Errorf("ask where to upload %s: %w", name, err)
	}
	if err := b.slack.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: to.UploadURL, Content: content, Filename: name}); err != nil {
		return slack.FileSummary{}, fmt.Errorf("upload %s: %w", name, err)
	}
	return slack.FileSummary{ID: to.FileID, Title: name}, nil
}

// shareAudit shares the files in one message. Slack does so once: tried again after it had its effect, it knows no such files to complete.
func (b *Bot) shareAudit(ctx context.Context, job store.Job, inc flow.Incident, asked auditing) error {
	p, err := b.dmChannel(ctx, asked.By)
	if err != nil {
		return err
	}
	err = b.pace.call(ctx, "files.completeUploadExternal", tier4Budget, func(ctx context.Context) error {
		_, err := b.slack.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: asked.Files, Channel: string(p.DM), InitialComment: blocks.AuditFiles(inc, asked.Events).String(),
		})
		return err
	})
	if codeOf(err) == "file_not_found" && (job.Claims > 1 || job.Tries > 0) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("share the timeline of %s: %w", inc.ID, err)
	}
	return nil
}
