// Package page is the sandbox's web page: a Slack for one person a tab, drawn on the server and kept up to date by Server-Sent Events.
//
// It refuses to know what the app is about, and what people may see and do: it draws the values of sandbox.Screen and its like, and hands
// gestures to sandbox.Person. It keeps nothing: who looks and at what stands in the address, all else in the workspace.
//
// There is no build step. htmx navigates and swaps what changed, assets/page.js does what a page cannot do without a script (completion, menus, where
// the list is scrolled to). Nothing is loaded from elsewhere, and no script stands in the HTML.
//
// Read on in viewer.go (who looks), channel.go and items.go (a conversation), live.go (how an open page follows), deeds.go (what is posted), kit (Block
// Kit as HTML), modal.go and home.go (views).
package page

import (
	"crypto/rand"
	"embed"
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"epilogue/internal/sandbox"
)

//go:embed assets templates/*.html
var files embed.FS

// Page serves the workspace of one sandbox.
type Page struct {
	slack *sandbox.Server
	mux   *http.ServeMux
	tmpl  *template.Template
	run   string // another for every run of the server
}

// New is the page of a sandbox. It wants all requests whose paths nobody else takes.
func New(s *sandbox.Server) http.Handler {
	p := &Page{slack: s, mux: http.NewServeMux(), run: rand.Text()[:8]}
	p.tmpl = template.Must(template.New("page").Funcs(functions).Funcs(template.FuncMap{"banner": p.standing}).ParseFS(files, "templates/*.html"))
	p.mux.HandleFunc("GET /{$}", p.enter)
	p.mux.HandleFunc("GET /assets/", serveAsset)
	p.mux.HandleFunc("GET /w/{who}", p.enter)
	p.mux.HandleFunc("GET /w/{who}/home", p.seen(p.showHome))
	p.mux.HandleFunc("GET /w/{who}/browse", p.seen(p.showBrowse))
	p.mux.HandleFunc("GET /w/{who}/complete.json", p.seen(p.complete))
	p.mux.HandleFunc("GET /w/{who}/{conversation}", p.seen(p.showConversation))
	p.mux.HandleFunc("GET /w/{who}/{conversation}/t/{ts}", p.seen(p.showConversation))
	p.mux.HandleFunc("GET /w/{who}/{conversation}/older", p.seen(p.showOlder))
	p.mux.HandleFunc("GET /w/{who}/{conversation}/live", p.seen(p.follow))
	p.mux.HandleFunc("GET /w/{who}/{conversation}/m/{ts}", p.seen(p.showMessage))
	p.deedRoutes(p.mux)
	p.modalRoutes(p.mux)
	p.stageRoutes(p.mux)
	return safely(withoutTokens(p.mux))
}

// policy lets the browser load and run only what this server sends as files of its own.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// safely sets what keeps strangers out. That the request was meant for this machine is checked by the sandbox, for every path.
func safely(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
				http.Error(w, "the sandbox does not answer other sites", http.StatusForbidden)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		}
		next.ServeHTTP(w, r)
	})
}

// build names the files of this build, so that a browser keeps them exactly as long as they are the same.
var build = sync.OnceValue(func() string {
	sum := fnv.New64a()
	_ = fs.WalkDir(files, "assets", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, _ := files.ReadFile(name)
			_, _ = sum.Write(raw)
		}
		return err
	})
	return fmt.Sprintf("%x", sum.Sum64())
})

func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	raw, err := files.ReadFile(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if strings.HasSuffix(name, ".js") {
		kind = "text/javascript; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	if r.URL.Query().Get("v") == build() {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(raw)
}
