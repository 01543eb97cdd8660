package fakegoogle

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// The tokens that are taken: Google Calendar's, and the one that a machine of Google's has by itself.
const (
	Token        = "ya29.test"
	MachineToken = "ya29.machine"
)

// Claims are what somebody asked a token for: who, as whom, and to do what.
type Claims struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	Scope   string `json:"scope"`
}

// Asked are the claims of the tokens that were given out. Those for a refresh token are empty.
func (s *Server) Asked() []Claims {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.claims)
}

// token gives a token for what a service account has signed, or for a refresh token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	w.Header().Set("Content-Type", "application/json")
	if s.Refused != "" {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprintf(w, `{"error":%q,"error_description":"refused by the test"}`, s.Refused)
		return
	}
	var c Claims
	switch kind := r.Form.Get("grant_type"); kind {
	case "refresh_token":
		if r.Form.Get("refresh_token") == "" {
			s.complain("a refresh token that is empty")
		}
	case "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": // the latter is how Google's client writes it for keyless ones
		parts := strings.Split(r.Form.Get("assertion"), ".")
		if len(parts) != 3 {
			s.complain("what is to be exchanged for a token is no JWT")
			break
		}
		raw, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err == nil {
			err = json.Unmarshal(raw, &c)
		}
		if err != nil {
			s.complain("the claims cannot be read: " + err.Error())
		}
	default:
		s.complain("a token for " + kind)
	}
	s.mu.Lock()
	s.claims = append(s.claims, c)
	s.mu.Unlock()
	_, _ = fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, Token)
}

// signJwt is IAM's: it signs claims as a service account, for whoever may act as it.
func (s *Server) signJwt(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Payload   string   `json:"payload"`
		Delegates []string `json:"delegates"`
	}
	raw, _ := io.ReadAll(r.Body)
	account, verb, _ := strings.Cut(r.PathValue("account"), ":")
	if err := json.Unmarshal(raw, &body); err != nil || verb != "signJwt" || body.Payload == "" || !strings.Contains(account, "@") {
		s.complain(fmt.Sprintf("IAM does not know %s with %s", r.URL.Path, raw))
	}
	if s.doc != nil {
		for _, p := range s.iam.body(method{}, schema{Ref: "SignJwtRequest"}, raw) {
			s.complain("signJwt" + p)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	refuse := func(f Fault) {
		w.WriteHeader(f.Status)
		_, _ = fmt.Fprintf(w, `{"error":{"code":%d,"message":%q,"status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":%q,"domain":"iam.googleapis.com"}]}}`,
			f.Status, f.Message, f.Reason)
	}
	switch {
	case r.Header.Get("Authorization") != "Bearer "+MachineToken:
		refuse(Fault{Status: http.StatusUnauthorized, Reason: "ACCESS_TOKEN_TYPE_UNSUPPORTED", Message: "Request had invalid authentication credentials."})
	case s.Unsigned != nil:
		refuse(*s.Unsigned)
	default:
		signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(body.Payload)) + ".c2lnbmVk"
		_, _ = fmt.Fprintf(w, `{"keyId":"1","signedJwt":%q}`, signed)
	}
}
