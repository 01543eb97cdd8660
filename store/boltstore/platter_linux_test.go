package boltstore_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// platter is a model of a disk with one directory, as mean as a disk may be. What was written to a file is on it once a sync of the file has
// ended that began after the write; a name, once the directory was synced. Until then any part of it may be there and any part not, down to
// single sectors of a write, whatever the order in which it was asked for.
type platter struct {
	dir     string
	names   map[string]*inode // as the process sees them
	durable map[string]*inode // as they are on the disk
	renamed []renaming        // not on the disk for certain
	offset  map[string]int64  // where the next plain write to a file goes
}

// inode is the content of a file, whatever its names.
type inode struct {
	content content // on the disk for certain
	pending []op
}

type content struct {
	bytes []byte // zeros from here to size
	size  int64
}

// renaming is a change of a name: it goes (of is nil), or is that of another file from now on.
type renaming struct {
	name string
	of   *inode
	end  int
}

func newPlatter(dir string) *platter {
	return &platter{dir: dir, names: map[string]*inode{}, durable: map[string]*inode{}, offset: map[string]int64{}}
}

// do has the disk hear of the next op.
func (p *platter) do(o op) error {
	if o.path != p.dir && !strings.HasPrefix(o.path, p.dir+"/") {
		return nil // printed
	}
	f := p.names[o.path]
	switch {
	case o.isSync() && o.path == p.dir:
		p.syncNames(o.from)
		return nil
	case o.call == "openat":
		return p.open(o, f)
	case f == nil:
		return fmt.Errorf("%s: there is no such file", o)
	}
	switch o.call {
	case "fsync", "fdatasync":
		f.sync(o.from)
	case "write":
		o.at = p.offset[o.path]
		p.offset[o.path] += int64(len(o.data))
		f.pending = append(f.pending, o)
	case "pwrite64", "ftruncate":
		f.pending = append(f.pending, o)
	case "link":
		p.rename(o.to, f, o.end)
	case "rename":
		p.rename(o.to, f, o.end)
		p.rename(o.path, nil, o.end)
	case "unlink":
		p.rename(o.path, nil, o.end)
	}
	return nil
}

func (p *platter) open(o op, f *inode) error {
	p.offset[o.path] = 0
	if f == nil && o.creates {
		p.rename(o.path, &inode{}, o.end)
		return nil
	}
	if f != nil && o.empties {
		o.call = "ftruncate"
		f.pending = append(f.pending, o)
	}
	return nil
}

func (p *platter) rename(name string, of *inode, end int) {
	p.renamed = append(p.renamed, renaming{name, of, end})
	rename(p.names, renaming{name: name, of: of})
}

func rename(names map[string]*inode, r renaming) {
	if r.of == nil {
		delete(names, r.name)
		return
	}
	names[r.name] = r.of
}

func (p *platter) syncNames(began int) {
	p.renamed = slices.DeleteFunc(p.renamed, func(r renaming) bool {
		if r.end < began {
			rename(p.durable, r)
		}
		return r.end < began
	})
}

func (f *inode) sync(began int) {
	f.pending = slices.DeleteFunc(f.pending, func(o op) bool {
		if o.end < began {
			f.content.apply(o)
		}
		return o.end < began
	})
}

func (c *content) apply(o op) {
	if o.call == "ftruncate" {
		c.size = o.size
		c.bytes = c.bytes[:min(int64(len(c.bytes)), o.size)]
		return
	}
	c.write(o.data, o.at)
}

func (c *content) write(data []byte, at int64) {
	end := at + int64(len(data))
	if more := end - int64(len(c.bytes)); more > 0 {
		c.bytes = append(c.bytes, make([]byte, more)...)
	}
	copy(c.bytes[at:], data)
	c.size = max(c.size, end)
}

// fate says what becomes of what is not on the disk for certain when the power goes.
type fate int

const (
	allLost fate = iota
	allKept
	someKept
	someTorn // down to sectors
	fates
)

func (f fate) String() string {
	return []string{"nothing unsynced is kept", "everything is kept", "some of what is unsynced is kept", "some of what is unsynced is kept, and torn"}[f]
}

func (f fate) keeps(rnd *rand.Rand) bool { return f == allKept || f != allLost && rnd.IntN(2) == 0 }

// cut writes what is on the disk after the power went into another directory.
func (p *platter) cut(t *testing.T, into string, f fate, rnd *rand.Rand) {
	t.Helper()
	names := maps.Clone(p.durable)
	for _, r := range p.renamed {
		if f.keeps(rnd) {
			rename(names, r)
		}
	}
	contents := map[*inode]content{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		of := names[name]
		c, written := contents[of]
		if !written {
			c = of.afterwards(f, rnd)
			contents[of] = c
		}
		path := filepath.Join(into, filepath.Base(name))
		must(t, os.WriteFile(path, c.bytes, 0o600))
		must(t, os.Truncate(path, c.size))
	}
}

// afterwards is what a file holds after the power went.
func (f *inode) afterwards(fate fate, rnd *rand.Rand) content {
	c := content{bytes: slices.Clone(f.content.bytes), size: f.content.size}
	for _, o := range f.pending {
		switch {
		case fate == someTorn && o.call != "ftruncate" && rnd.IntN(2) == 0:
			c.tear(o, []int{512, 4096}[rnd.IntN(2)], rnd)
		case fate.keeps(rnd):
			c.apply(o)
		}
	}
	return c
}

// tear writes some sectors of a write.
func (c *content) tear(o op, sector int, rnd *rand.Rand) {
	for from := 0; from < len(o.data); from += sector {
		if rnd.IntN(2) == 0 {
			c.write(o.data[from:min(from+sector, len(o.data))], o.at+int64(from))
		}
	}
}
