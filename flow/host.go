package flow

import (
	"net/url"
	"strings"
)

// documentHosts are where people write documents: a host, or one that ends in what begins with a dot, and what the path begins with.
var documentHosts = []struct{ host, path string }{
	{"docs.google.com", "/document/"},
	{".notion.so", "/"},
	{"notion.so", "/"},
	{".notion.site", "/"},
	{".atlassian.net", "/wiki/"},
	{".sharepoint.com", "/"},
	{"onedrive.live.com", "/"},
	{"coda.io", "/d/"},
	{"hackmd.io", "/"},
	{".quip.com", "/"},
	{"quip.com", "/"},
	{"paper.dropbox.com", "/doc/"},
	{".slack.com", "/docs/"},
}

// KnownDocument reports whether an address is of a kind where people write documents, and safe to attach.
func KnownDocument(address string) bool {
	address, err := link(FieldLink, address)
	if err != nil {
		return false
	}
	u, err := url.Parse(address)
	if err != nil || u.Path == "" || u.Path == "/" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, known := range documentHosts {
		suffix := strings.HasPrefix(known.host, ".") && strings.HasSuffix(host, known.host)
		if (host == known.host || suffix) && strings.HasPrefix(u.Path, known.path) {
			return true
		}
	}
	return false
}
