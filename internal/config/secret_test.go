package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestASecretShowsItselfToNobody(t *testing.T) {
	const value = "xoxb-hush"
	secret := NewSecret(value)
	type holder struct {
		Open   Secret
		hidden Secret
		List   []Secret
	}
	held := holder{secret, secret, []Secret{secret}}
	withSecret := Default()
	withSecret.Slack.BotToken = secret

	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s", "%U"} {
		for _, v := range []any{secret, &secret, held, &held, withSecret, &withSecret, []any{secret}, map[string]Secret{"a": secret}} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
	}
	shown = append(shown, fmt.Sprint(secret), fmt.Errorf("with %v: %w", secret, fmt.Errorf("%s", secret)).Error())

	inJSON, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	inYAML, err := yaml.Dump(held)
	if err != nil {
		t.Fatal(err)
	}
	shown = append(shown, string(inJSON), string(inYAML))

	var logs bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logs, nil), slog.NewJSONHandler(&logs, nil)} {
		slog.New(handler).Info("start", "secret", secret, "held", held, "config", withSecret)
	}
	shown = append(shown, logs.String())

	inHex := fmt.Sprintf("%x", value)
	for _, s := range shown {
		if strings.Contains(s, "hush") || strings.Contains(strings.ToLower(s), inHex) || strings.Contains(s, fmt.Sprintf("%d", []byte(value))) {
			t.Errorf("the secret is in %s", s)
		}
	}
	for _, s := range []string{secret.String(), string(inYAML), logs.String(), fmt.Sprintf("%+v", withSecret)} {
		if !strings.Contains(s, "<secret>") {
			t.Errorf("want <secret> in %s", s)
		}
	}
}

func TestASecretIsRevealedOnRequest(t *testing.T) {
	if got := NewSecret("xoxb-1").Reveal(); got != "xoxb-1" {
		t.Errorf("got %q", got)
	}
	if !NewSecret("a").Equal(NewSecret("a")) || NewSecret("a").Equal(NewSecret("b")) {
		t.Error("secrets are equal when their values are")
	}
	var none Secret
	if none.Reveal() != "" || none.String() != "" || !none.Empty() || !NewSecret("").Empty() || NewSecret("a").Empty() {
		t.Error("the zero value is the empty secret, and shows that nothing was set")
	}
}
