package kit

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"epilogue/internal/sandbox/blockkit"
)

var shots = flag.String("shots", "", "write pictures of the gallery into this folder")

// gallery serves a page with every sample, beside the real scripts and styles, under the real policy.
func gallery(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/assets/", http.StripPrefix("/assets/", http.FileServer(http.Dir("../assets"))))
	mux.HandleFunc("/violations.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = fmt.Fprint(w, `window.violations=[];document.addEventListener('securitypolicyviolation',e=>violations.push(e.violatedDirective+' '+e.sourceFile+':'+e.lineNumber))`)
	})
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'")
		_, _ = fmt.Fprint(w, `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Gallery</title><script src="/violations.js"></script>`+
			`<link rel="stylesheet" href="/assets/base.css"><link rel="stylesheet" href="/assets/kit.css"><link rel="stylesheet" href="/assets/modal.css"><script src="/assets/kit.js" defer></script></head><body class="gallery">`)
		for _, name := range slices.Sorted(maps.Keys(samples)) {
			s := form(samples[name])
			s.Kind, s.Key = Message, name
			_, _ = fmt.Fprintf(w, "<section data-sample=%q>%s</section>\n", name, Blocks(s))
		}
		_, _ = fmt.Fprint(w, `</body></html>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// browse opens a browser, or skips the test where there is none.
func browse(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" || testing.Short() {
		t.Skip("needs chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	options = append(options, more...)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

func must[T any](ctx context.Context, t *testing.T, do chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, do)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestInTheBrowserAFormThatNobodyTouchedPostsTheEmptyState(t *testing.T) {
	ctx := browse(t)
	must(ctx, t, chromedp.Navigate(gallery(t)))
	raw := must(ctx, t, chromedp.Evaluate[string](`JSON.stringify(Object.fromEntries([...document.querySelectorAll('[data-sample]')].map(s => [s.dataset.sample, kit.stateOf(s)])))`))
	var all map[string]map[string]map[string][]string
	if err := json.Unmarshal([]byte(raw), &all); err != nil {
		t.Fatal(err)
	}
	for name, block := range samples {
		blocks := json.RawMessage("[" + block + "]")
		want := blockkit.EmptyState(blocks)
		if diff := cmp.Diff(want, leaves(t, blocks, all[name], want, madrid), same); diff != "" {
			t.Errorf("%s (-want +posted):\n%s", name, diff)
		}
	}
	if v := must(ctx, t, chromedp.Evaluate[string](`violations.join('\n')`)); v != "" {
		t.Errorf("against the policy:\n%s", v)
	}
}

// TestPictures is for eyes: it writes what the gallery looks like.
func TestPictures(t *testing.T) {
	if *shots == "" {
		t.Skip("needs -shots")
	}
	for _, c := range []struct {
		name  string
		dark  int // what the browser's engine calls the scheme
		width int64
	}{{"light", 1, 900}, {"dark", 0, 900}, {"narrow", 1, 360}} {
		ctx := browse(t, chromedp.Flag("blink-settings", fmt.Sprintf("preferredColorScheme=%d", c.dark)))
		const height = 1400
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(c.width, height), chromedp.Navigate(gallery(t))); err != nil {
			t.Fatal(err)
		}
		for y := 0; y < must(ctx, t, chromedp.Evaluate[int](`document.documentElement.scrollHeight`)); y += height {
			must(ctx, t, chromedp.Evaluate[int](fmt.Sprintf(`scrollTo(0, %d), 0`, y)))
			file := filepath.Join(*shots, fmt.Sprintf("%s-%d.png", c.name, y/height))
			if err := os.WriteFile(file, must(ctx, t, chromedp.CaptureScreenshot()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
