package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"go.etcd.io/bbolt"
)

// More of bbolt's file format: what a page of keys looks like. Behind the header come as many elements as it counts, of 16 bytes each; those of a
// branch name the pages below it, those of a leaf say where its keys and values are, seen from the element.
const (
	branchFlag   = 0x01
	leafFlag     = 0x02
	elementSize  = 16
	branchChild  = 8    // behind the position of the key and its size, 4 each
	bucketFlag   = 0x01 // the first 4 of a leaf's element
	leafPosition = 4    // of the key; the value follows it
	leafKeySize  = 8
	leafSize     = 12 // of the value
)

// checkTree follows the pages of keys from the root into some of the buckets, and wants only one way to lead to each. bbolt never asks: where a page
// leads back to itself it goes around until it has all memory, which ends the process. So this goes before everything that walks.
func checkTree(tx *bbolt.Tx, into func(bucket []byte) bool) error {
	f, err := os.Open(tx.DB().Path())
	if err != nil {
		return err
	}
	t := tree{f: f, into: into, page: uint64(tx.DB().Info().PageSize)}
	return errors.Join(t.check(tx), f.Close())
}

// everyBucket and onlyMeta are for checkTree. What is asked of every file, however large, is only in meta.
func everyBucket([]byte) bool { return true }

func onlyMeta(bucket []byte) bool { return bytes.Equal(bucket, bMeta) }

type tree struct {
	f     io.ReaderAt
	into  func(bucket []byte) bool
	page  uint64 // its size
	pages uint64 // how many there are
	seen  []bool
	todo  []uint64
}

func (t *tree) check(tx *bbolt.Tx) error {
	meta, err := currentMeta(t.f, tx, int64(t.page))
	if err != nil {
		return err
	}
	t.pages, t.todo = meta.pages, []uint64{meta.root}
	t.seen = make([]bool, t.pages)
	for len(t.todo) > 0 {
		id := t.todo[len(t.todo)-1]
		t.todo = t.todo[:len(t.todo)-1]
		if err := t.visit(id); err != nil {
			return damaged(err)
		}
	}
	return nil
}

// visit looks at a page and notes what it leads to.
func (t *tree) visit(id uint64) error {
	if id < 2 || id >= t.pages {
		return fmt.Errorf("a page leads to page %d of %d", id, t.pages)
	}
	header, err := readAt(t.f, id*t.page, pageHeader)
	if err != nil {
		return err
	}
	last := id + uint64(binary.NativeEndian.Uint32(header[12:]))
	if binary.NativeEndian.Uint64(header) != id || last >= t.pages {
		return fmt.Errorf("page %d is none", id)
	}
	for p := id; p <= last; p++ {
		if t.seen[p] {
			return fmt.Errorf("two ways lead to page %d", p)
		}
		t.seen[p] = true
	}
	body, err := readAt(t.f, id*t.page, int((last-id+1)*t.page))
	if err != nil {
		return err
	}
	flags, count := binary.NativeEndian.Uint16(header[8:]), int(binary.NativeEndian.Uint16(header[10:]))
	elements := body[pageHeader:]
	if count*elementSize > len(elements) {
		return fmt.Errorf("page %d has no room for its %d keys", id, count)
	}
	for ; count > 0; count, elements = count-1, elements[elementSize:] {
		switch flags {
		case branchFlag:
			t.todo = append(t.todo, binary.NativeEndian.Uint64(elements[branchChild:]))
		case leafFlag:
			if err := t.leaf(elements); err != nil {
				return fmt.Errorf("page %d: %w", id, err)
			}
		default:
			return fmt.Errorf("page %d has no keys, but the flags %#x", id, flags)
		}
	}
	return nil
}

// leaf looks at the first of a leaf's elements. The value of a bucket begins with its root, which is 0 while it has none of its own.
func (t *tree) leaf(elements []byte) error {
	name := uint64(binary.NativeEndian.Uint32(elements[leafPosition:]))
	value := name + uint64(binary.NativeEndian.Uint32(elements[leafKeySize:]))
	size := uint64(binary.NativeEndian.Uint32(elements[leafSize:]))
	if value+size > uint64(len(elements)) {
		return errors.New("a value ends behind it")
	}
	if binary.NativeEndian.Uint32(elements)&bucketFlag == 0 || !t.into(elements[name:value]) {
		return nil
	}
	if size < 16 {
		return errors.New("a bucket has no root")
	}
	if root := binary.NativeEndian.Uint64(elements[value:]); root != 0 {
		t.todo = append(t.todo, root)
	}
	return nil
}
