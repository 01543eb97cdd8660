package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	tabs "epilogue/internal/browser"
	"epilogue/internal/sandbox"
)

// A page whose scripts come one by one, as over a slow network, must still follow what happens.
func TestAPageWhoseScriptsComeLateFollowsAllTheSame(t *testing.T) {
	a := startApp(t, sandbox.Options{})
	to, err := url.Parse(a.slack.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "hx-sse.min.js") {
			<-time.After(300 * time.Millisecond) // the network is slow
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(slow.CloseClientConnections)
	b := tabs.Open(t, slow.URL+"/w/ana/"+a.channel("#general"))
	a.slack.Person("ben").Says("#general", "Are you there?")
	b.Sees("Are you there?")
}
