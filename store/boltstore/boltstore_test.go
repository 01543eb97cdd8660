package boltstore_test

import (
	"path/filepath"
	"testing"

	"epilogue/store"
	"epilogue/store/boltstore"
	"epilogue/store/storetest"
)

func TestBoltstoreKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, newPath(t)) })
}

func newPath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "epilogue.db")
}

// open opens a store that is closed at the end of the test, if it was not before.
func open(t testing.TB, path string) *boltstore.DB {
	t.Helper()
	return openWith(t, path, boltstore.Options{})
}

func openWith(t testing.TB, path string, o boltstore.Options) *boltstore.DB {
	t.Helper()
	db, err := boltstore.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
