// Package member takes one member out of a JSON object without decoding it. Most of what Slack sends is one member that the reader does not
// need, or needs only as it is: an envelope's payload, a click's echoed message.
//
// It refuses to know JSON's grammar: what it returns is for a decoder, which does.
package member

import "bytes"

// Cut returns the value of the first member of an object that has this name, as it is written there, and a copy of the object with null in its
// place. What is not an object, or has no such member, comes back as it is, with no value; so does one whose name is
// written with escapes. Of bytes that are not JSON it makes something, and does not panic.
func Cut(object []byte, name string) (value, rest []byte) {
	depth, key := 0, false // key: a name may come next, if depth is 1
	for i := 0; i < len(object); {
		switch object[i] {
		case '{', '[':
			depth++
			key = object[i] == '{'
		case '}', ']':
			depth--
		case ',':
			key = true
		case '"':
			end := stringEnd(object, i)
			if depth == 1 && key && string(object[i+1:max(i+1, end-1)]) == name {
				return cutAt(object, end)
			}
			i, key = end, false
			continue
		}
		i++
	}
	return nil, object
}

// cutAt takes out the value that follows a member's name.
func cutAt(b []byte, nameEnd int) (value, rest []byte) {
	colon := bytes.IndexByte(b[nameEnd:], ':')
	if colon < 0 {
		return nil, b
	}
	from := nameEnd + colon + 1
	to := valueEnd(b, from)
	rest = make([]byte, 0, len(b)-(to-from)+len("null"))
	return bytes.Trim(b[from:to:to], " \t\r\n"), append(append(append(rest, b[:from]...), "null"...), b[to:]...)
}

// valueEnd is where the value that begins at or behind i ends.
func valueEnd(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}

// stringEnd is the place behind the string that begins at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		quote := bytes.IndexByte(b[i:], '"')
		if quote < 0 {
			break
		}
		i += quote
		slashes := 0
		for b[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i + 1
		}
	}
	return len(b)
}
