package config

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden is all that a secret shows.
const hidden = "<secret>"

// Secret is a value that must not be printed. However it is formatted, marshaled or logged it
// shows "<secret>", or nothing when it is empty, which tells an operator what was never set.
// The zero value is the empty secret.
type Secret struct {
	// A pointer, because fmt cannot call methods on unexported fields of a struct that holds a
	// Secret: it then prints an address.
	value *string
}

// NewSecret hides a value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal is the value itself, for the one call that needs it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.value == nil }

// Equal reports whether both hide the same value; == compares where they are kept.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// String hides the value.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return hidden
}

// GoString hides the value.
func (s Secret) GoString() string { return s.String() }

// Format hides the value from every verb, %d and %x included.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.String()) // fmt.State keeps its own errors
}

// MarshalText hides the value from JSON, YAML, XML and whatever else asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the value from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
