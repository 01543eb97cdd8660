package local
import ("testing";"log/slog";"os")
func TestX(t *testing.T) {
	l, err := Start(t.Context(), Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil { t.Fatal(err) }
	defer l.Stop()
	err = l.Demo(t.Context(), os.Stdout)
	os.Stdout.WriteString(l.Slack.Transcript())
	if err != nil { t.Fatal(err) }
}
