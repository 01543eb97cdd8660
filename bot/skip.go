package bot

import "bytes"

// without puts null in the place of one member of a JSON object, so that it is not decoded: of a click, the echoed message is most of the bytes and
// nothing that the bot needs. b must be valid JSON, as the link hands it over; what is not an object, or has no such member, comes back as it is.
func without(b []byte, name string) []byte {
	depth, key := 0, false // key: a name may come next, if depth is 1
	for i := 0; i < len(b); {
		switch b[i] {
		case '{', '[':
			depth++
			key = b[i] == '{'
		case '}', ']':
			depth--
		case ',':
			key = true
		case '"':
			end := stringEnd(b, i)
			if depth == 1 && key && string(b[i+1:max(i+1, end-1)]) == name {
				return nullAt(b, end)
			}
			i, key = end, false
			continue
		}
		i++
	}
	return b
}

// nullAt puts null in the place of the value that follows a member's name.
func nullAt(b []byte, nameEnd int) []byte {
	colon := bytes.IndexByte(b[nameEnd:], ':')
	if colon < 0 {
		return b
	}
	from := nameEnd + colon + 1
	to := valueEnd(b, from)
	out := make([]byte, 0, len(b)-(to-from)+len("null"))
	return append(append(append(out, b[:from]...), "null"...), b[to:]...)
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
