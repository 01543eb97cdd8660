// Package browser looks at the sandbox's page with a real browser: the stories of an incident told by clicks alone, and the pictures for the
// documentation. It is tests only.
package browser
