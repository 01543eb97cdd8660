package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// What of bbolt's file format has to be known here, because bbolt does not tell it: where the list of free pages is, and which pages it names.
// It is as the machine writes its numbers.
const (
	pageHeader   = 16         // id 8, flags 2, count 2, overflow 4
	metaRoot     = 16         // behind the header of the first two pages: magic, version, page size, flags 4 each
	metaFreelist = 32         // behind the root and its sequence
	metaPages    = 40         // how many pages there are
	metaTx       = 48         // the transaction that wrote it
	metaSize     = 56         // without the checksum
	noFreelist   = ^uint64(0) // in place of the list's page: there is none
	freelistFlag = 0x10
	manyFree     = 0xFFFF // in place of the count: it is the first number of the list
)

// checkFreePages looks at the list of free pages that a transaction's file has, and reports whether it has one: without it bbolt makes one of all
// pages. A list that cannot be one is an error: bbolt believes it, and writes over what it names.
func checkFreePages(f io.ReaderAt, tx *bbolt.Tx) (written bool, err error) {
	size := uint64(tx.DB().Info().PageSize)
	meta, err := currentMeta(f, tx, int64(size))
	if err != nil || meta.freelist == noFreelist {
		return false, err
	}
	at, pages := meta.freelist, meta.pages
	header, err := readAt(f, at*size, pageHeader)
	if err != nil {
		return false, err
	}
	flags, overflow := binary.NativeEndian.Uint16(header[8:]), uint64(binary.NativeEndian.Uint32(header[12:]))
	if binary.NativeEndian.Uint64(header) != at || flags != freelistFlag || at+overflow >= pages {
		return false, errors.New("its list of free pages is none")
	}
	list, err := readAt(f, at*size, int((overflow+1)*size))
	if err != nil {
		return false, err
	}
	list = list[pageHeader:]
	count := uint64(binary.NativeEndian.Uint16(header[10:]))
	if count == manyFree {
		count, list = binary.NativeEndian.Uint64(list), list[8:]
	}
	if count > uint64(len(list)/8) {
		return false, fmt.Errorf("its list of free pages has room for %d of %d", len(list)/8, count)
	}
	return true, checkIDs(list[:count*8], pages)
}

// checkIDs wants the numbers of pages in their order.
func checkIDs(list []byte, pages uint64) error {
	for last := uint64(1); len(list) > 0; list = list[8:] { // the first two pages are never free
		id := binary.NativeEndian.Uint64(list)
		if id <= last || id >= pages {
			return fmt.Errorf("its list of free pages has page %d of %d behind page %d", id, pages, last)
		}
		last = id
	}
	return nil
}

// metaPage is one of the two first pages: where the keys begin, where the list of free pages is, and how many pages there are.
type metaPage struct{ root, freelist, pages uint64 }

// currentMeta reads the one that a transaction sees.
func currentMeta(f io.ReaderAt, tx *bbolt.Tx, page int64) (metaPage, error) {
	for n := range int64(2) {
		meta, err := readAt(f, uint64(n*page+pageHeader), metaSize)
		if err != nil {
			return metaPage{}, err
		}
		if number := binary.NativeEndian.Uint64; number(meta[metaTx:]) == uint64(tx.ID()) {
			return metaPage{number(meta[metaRoot:]), number(meta[metaFreelist:]), number(meta[metaPages:])}, nil
		}
	}
	return metaPage{}, errors.New("its first pages changed while they were read")
}

func readAt(f io.ReaderAt, at uint64, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := f.ReadAt(b, int64(at)); err != nil {
		return nil, fmt.Errorf("read its pages: %w", err)
	}
	return b, nil
}
