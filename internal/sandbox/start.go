package sandbox

// TB is what Start needs of a testing.TB, so that this package does not import testing.
type TB interface {
	Helper()
	Fatal(args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	Failed() bool
}

// Start starts a sandbox for a test and closes it at the end. What its people cannot do ends the test, with the reason; a test that
// failed logs the transcript of the workspace. At most one Options is used.
func Start(t TB, opts ...Options) *Server {
	t.Helper()
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.fail = func(err error) {
		t.Helper()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the sandbox at the end:\n%s", s.Transcript())
		}
		if err := s.Close(); err != nil {
			t.Logf("close the sandbox: %v", err)
		}
	})
	return s
}
