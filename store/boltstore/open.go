package boltstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/oklog/ulid/v2"
	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"epilogue/flow"
	"epilogue/store"
)

// Options change how a file is opened. The zero value is right for a server.
type Options struct {
	MustExist bool // ErrNotFound instead of a new file, as a tool wants it
	NetworkFS bool // open the file on a network file system too, where locks and syncs may not keep their word

	LockTimeout time.Duration // how long to wait for another process to let go; 0 means 2 s

	// InitialMmapSize is the address space to reserve, in bytes; 0 means 1 GiB. While the file is smaller, no reader, however slow, keeps
	// a commit waiting.
	InitialMmapSize int

	// NoSync leaves it to the system when what was committed reaches the disk: a power cut may take it back, or the whole file. It is only for
	// tests: those that commit ten thousands of times and lose no power, and those that have to notice it.
	NoSync bool

	// Fault lets tests fail commits: its error is taken for the disk's. It is called by one goroutine at a time.
	Fault func(FaultPoint) error

	// Unread is told of each record that cannot be read, when a list passes it over or when it is a job that is set aside; nil: nobody is. It is
	// called from any goroutine, and must neither block nor use the store.
	Unread func(error)

	openFile func(name string, flag int, perm os.FileMode) (*os.File, error)
	boot     func() string // nil: what the kernel says
}

// Schema numbers the layout of the file. A program reads its own, brings lower ones up to it (upgrade.go), and refuses higher ones.
const Schema = 3

var keySchema = []byte("schema")

// DB is an open store.
type DB struct {
	path    string
	bolt    *bbolt.DB
	fault   func(FaultPoint) error
	unread  func(error)
	process atomic.Pointer[store.ProcessVersion]

	queue   chan *request
	closing sync.RWMutex // held for reading while a request enters the queue
	closed  bool
	stopped chan struct{} // closed when the writer has ended

	incidents  *memo[flow.IncidentID, decoded]
	people     *memo[flow.UserID, store.Person]
	deliveries *deliveries

	boot string // names this run of the machine

	// Only the writer uses these.
	broken   error
	isMarked bool // see mark
	ids      *ulid.MonotonicEntropy
}

var _ store.Store = (*DB)(nil)

// Open opens the file at path, or makes a new one if there is none; its directory must exist. What is wrong is ErrLocked (with who
// holds it), ErrDamaged, ErrNewer, ErrReadOnly, ErrNoRoom or ErrNotFound, in a sentence for the operator. A file that cannot be opened is left as it is.
func Open(path string, o Options) (*DB, error) {
	o = o.withDefaults()
	db, err := open(path, o)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return db, nil
}

func (o Options) withDefaults() Options {
	if o.LockTimeout == 0 {
		o.LockTimeout = 2 * time.Second
	}
	if o.InitialMmapSize == 0 {
		o.InitialMmapSize = 1 << 30
	}
	if o.Fault == nil {
		o.Fault = func(FaultPoint) error { return nil }
	}
	if o.Unread == nil {
		o.Unread = func(error) {}
	}
	if o.boot == nil {
		o.boot = bootID
	}
	return o
}

// bolt are the options of bbolt. Whether the list of free pages is written is decided with each commit.
func (o Options) bolt() *bbolt.Options {
	return &bbolt.Options{
		Timeout:         o.LockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true,
		InitialMmapSize: o.InitialMmapSize,
		NoSync:          o.NoSync,
		OpenFile:        o.openFile,
	}
}

func open(path string, o Options) (*DB, error) {
	if err := prepareFile(path, o); err != nil {
		return nil, err
	}
	if err := inspect(path, o, false); err != nil {
		return nil, explain(path, err)
	}
	db := &DB{
		path: path, fault: o.Fault, unread: o.Unread, boot: o.boot(), ids: ulid.Monotonic(rand.Reader, 0),
		queue: make(chan *request, maxGroup), stopped: make(chan struct{}), incidents: newIncidents(), people: newPeople(), deliveries: newDeliveries(),
	}
	err := guard(func() (err error) {
		db.bolt, err = bbolt.Open(path, 0o600, o.bolt())
		return err
	})
	if err != nil {
		return nil, explain(path, err)
	}
	if err := db.start(); err != nil {
		return nil, errors.Join(err, db.bolt.Close())
	}
	if err := db.upgrade(); err != nil {
		return nil, errors.Join(explain(path, err), db.Close())
	}
	if err := db.endLeases(); err != nil {
		return nil, errors.Join(explain(path, err), db.Close())
	}
	return db, nil
}

// start reads what is kept in memory and begins to serve.
func (db *DB) start() error {
	err := db.view(context.Background(), func(tx *bbolt.Tx) error {
		v, err := db.currentProcess(tx)
		db.process.Store(&v)
		return errors.Join(err, db.deliveries.load(tx, db.unread))
	})
	if err != nil {
		return err
	}
	db.sweepCopies()
	db.writeOwner()
	go db.writer()
	return nil
}

// Close ends the store after everything that waits was written.
func (db *DB) Close() error {
	db.closing.Lock()
	if db.closed {
		db.closing.Unlock()
		return store.ErrClosed
	}
	db.closed = true
	close(db.queue)
	db.closing.Unlock()
	<-db.stopped
	db.unmark()
	_ = os.Remove(ownerFile(db.path)) // it is only looked at while the file is locked
	return wrap(db.bolt.Close(), "close store %s", db.path)
}

func (db *DB) isClosed() bool {
	db.closing.RLock()
	defer db.closing.RUnlock()
	return db.closed
}

// explain says in a sentence what opening failed of.
func explain(path string, err error) error {
	if errors.Is(err, store.ErrDamaged) {
		return fmt.Errorf("%w; it was left as it is: keep it, and restore a backup under its name", err)
	}
	for _, said := range []error{store.ErrNewer, store.ErrReadOnly, store.ErrLocked, store.ErrNoRoom, store.ErrNotFound} {
		if errors.Is(err, said) {
			return err
		}
	}
	var pathError *fs.PathError
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%w: %s; stop it first, or ask it", store.ErrLocked, owner(path))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", store.ErrReadOnly, err)
	case noRoom(err):
		return fmt.Errorf("%w: make some, then start again: %w", store.ErrNoRoom, err)
	case errors.As(err, &pathError):
		return err
	case strings.HasSuffix(err.Error(), syscall.ENOMEM.Error()): // bbolt flattens it to text
		return fmt.Errorf("a limit on memory or address space leaves no room to map the file: %w", err)
	}
	return explain(path, damaged(err))
}

func damaged(why error) error { return fmt.Errorf("%w: %w", store.ErrDamaged, why) }

func ownerFile(path string) string { return path + ".owner" }

// writeOwner notes who holds the file, for the message that another process gives. It is a courtesy: without it the message knows less.
func (db *DB) writeOwner() {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	note := "process " + strconv.Itoa(os.Getpid()) + " on " + host
	_ = os.WriteFile(ownerFile(db.path), []byte(note+"\n"), 0o600)
}

func owner(path string) string {
	note, err := os.ReadFile(ownerFile(path))
	if err != nil || len(note) == 0 {
		return "it did not say who it is"
	}
	return "it is " + strings.TrimSpace(string(note))
}

// sweepCopies removes what a Check left behind that was killed. Only who holds the store makes such copies.
func (db *DB) sweepCopies() {
	old, err := filepath.Glob(escapeGlob(filepath.Join(filepath.Dir(db.path), copyName(db.path))) + "*")
	if err != nil {
		return
	}
	for _, name := range old {
		_ = os.Remove(name)
	}
}

// escapeGlob takes their meaning from the characters that Glob would interpret.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}
