package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
)

// mostFile is the largest upload that is kept.
const mostFile = 64 << 20

// File is an uploaded file.
type File struct {
	Name, Title string
	Channels    []string // where it was shared: "#name" or "DM"
	People      []string // by their handles, in whose direct messages it was shared
	Content     []byte
}

func (f *file) json() obj {
	return obj{
		"id": f.ID, "name": f.Name, "title": f.Title, "size": f.Size, "mimetype": mime.TypeByExtension(path.Ext(f.Name)),
		"filetype": strings.TrimPrefix(path.Ext(f.Name), "."), "user": botUser, "permalink": "https://" + teamDomain + ".slack.com/files/" + f.ID, "channels": notNil(f.Channels),
	}
}

func (s *Server) filesGetUploadURL(a args) (obj, error) {
	size := a.int("length", 0)
	if size <= 0 || size > mostFile {
		return nil, invalidArguments("[ERROR] invalid length")
	}
	f := &file{ID: s.ws.id("F"), Name: path.Base(a["filename"]), Size: size}
	s.ws.Files[f.ID] = f
	return obj{"upload_url": s.URL() + "/upload/" + f.ID, "file_id": f.ID}, nil
}

// serveUpload takes a file's bytes, raw or as the first part of a form. It needs no token: the address is the permission.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	body, err := uploaded(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.ws.Files[r.PathValue("id")]
	if f == nil || f.Uploaded || err != nil || len(body) != f.Size {
		http.Error(w, "upload failed", http.StatusBadRequest)
		return
	}
	f.Content, f.Uploaded = body, true
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = fmt.Fprintf(w, "OK - %d", len(body))
}

func uploaded(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return io.ReadAll(io.LimitReader(r.Body, mostFile+1))
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(io.LimitReader(part, mostFile+1))
		}
	}
}

func (s *Server) filesCompleteUpload(a args) (obj, error) {
	var named []struct{ ID, Title string }
	if json.Unmarshal([]byte(a["files"]), &named) != nil || len(named) == 0 {
		return nil, invalidArguments("[ERROR] missing required field: files")
	}
	var places []*channel
	for _, id := range append(a.list("channels"), a.list("channel_id")...) {
		c, err := s.enterable(id)
		if err != nil {
			return nil, err
		}
		places = append(places, c)
	}
	var ids []string
	files := []obj{}
	for _, n := range named {
		f := s.ws.Files[n.ID]
		if f == nil || !f.Uploaded || f.Done {
			return nil, refuse("file_not_found")
		}
		ids = append(ids, f.ID)
		f.Title = n.Title
		if f.Title == "" {
			f.Title = f.Name
		}
	}
	m, err := content(args{"text": a["initial_comment"], "blocks": a["blocks"]})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		f := s.ws.Files[id]
		f.Done = true
		for _, c := range places {
			f.Channels = append(f.Channels, c.ID)
		}
		files = append(files, f.json())
	}
	for _, c := range places {
		shared := *m
		shared.User, shared.BotID, shared.Subtype, shared.ThreadTS, shared.Files = botUser, botID, "file_share", a["thread_ts"], ids
		s.post(c, &shared)
	}
	s.touch()
	return obj{"files": files}, nil
}

// Files are the files that the app has uploaded and completed, oldest first.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.ws.sortedFiles() {
		if !f.Done {
			continue
		}
		file := File{Name: f.Name, Title: f.Title, Content: f.Content}
		for _, id := range f.Channels {
			c := s.ws.Channels[id]
			file.Channels = append(file.Channels, c.place())
			for _, u := range s.ws.Users {
				if c.Kind == direct && u.ID != botUser && c.has(u.ID) {
					file.People = append(file.People, s.handleOf(u.ID))
				}
			}
		}
		out = append(out, file)
	}
	return out
}
