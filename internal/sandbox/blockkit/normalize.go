package blockkit

import (
	"encoding/json"
	"fmt"
	"strings"
)

// NormalizeBlocks gives blocks back the way Slack echoes them: missing block_ids and action_ids filled by gen,
// emoji on plain_text and verbatim on mrkdwn objects, stray &, < and > escaped, and a size on images in
// context blocks. gen must give a new id each time. What is there already stays; blocks that are not an array
// come back unchanged. Normalizing twice changes nothing more.
func NormalizeBlocks(blocks json.RawMessage, gen func() string) json.RawMessage {
	v, _ := decode(blocks)
	l, ok := v.([]any)
	if !ok {
		return blocks
	}
	eachBlock(objects(l), func(block object) {
		fill(block, "block_id", gen)
		for _, e := range interactive(block) {
			fill(e, "action_id", gen)
		}
		if str(block, "type") == "context" {
			for _, e := range objects(list(block, "elements")) {
				sizeImage(e)
			}
		}
	})
	normalizeTexts(v)
	return encode(v)
}

func fill(o object, name string, gen func() string) {
	if _, there := o[name]; !there {
		o[name] = gen()
	}
}

// echoedImage is the size of every image in a context block: nothing here fetches images.
const echoedImage = 48

func sizeImage(e object) {
	if _, there := e["fallback"]; there || str(e, "type") != "image" {
		return
	}
	e["fallback"] = fmt.Sprintf("%dx%dpx image", echoedImage, echoedImage)
	e["image_width"] = echoedImage
	e["image_height"] = echoedImage
	e["image_bytes"] = echoedImage * echoedImage
}

// normalizeTexts completes every text object, however deep.
func normalizeTexts(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			normalizeTexts(x)
		}
	case object:
		normalizeText(v)
		for _, x := range v {
			normalizeTexts(x)
		}
	}
}

func normalizeText(o object) {
	text, ok := o["text"].(string)
	if !ok {
		return
	}
	flag := func(name string, value bool) {
		if _, there := o[name]; !there {
			o[name] = value
		}
	}
	switch str(o, "type") {
	case "plain_text":
		o["text"] = escape(text)
		flag("emoji", true)
	case "mrkdwn":
		o["text"] = EscapeStray(text)
		flag("verbatim", false)
	}
}

// EscapeStray escapes what Slack escapes in mrkdwn that it takes in, be it a message's text or a text object: every
// &, < and > that is neither an entity nor part of a mention, a date or a link.
func EscapeStray(mrkdwn string) string {
	var b strings.Builder
	rest := mrkdwn
	for t := range tokens(mrkdwn) {
		if t.kind != literalToken {
			end := strings.IndexByte(rest, '>') + 1
			b.WriteString(rest[:end])
			rest = rest[end:]
			continue
		}
		b.WriteString(escape(t.target))
		rest = rest[len(t.target):]
	}
	return b.String()
}

// escaper leaves entities as they are, so that escaping twice is escaping once.
var escaper = strings.NewReplacer("&amp;", "&amp;", "&lt;", "&lt;", "&gt;", "&gt;", "&", "&amp;", "<", "&lt;", ">", "&gt;")

func escape(s string) string { return escaper.Replace(s) }
