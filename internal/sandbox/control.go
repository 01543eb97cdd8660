package sandbox

import "net/http"

func (s *Server) controlRoutes(mux *http.ServeMux) {}
