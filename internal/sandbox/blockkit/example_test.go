package blockkit_test

import (
	"encoding/json"
	"fmt"
	"time"

	"epilogue/internal/sandbox/blockkit"
)

func ExampleCheckMessage() {
	blocks := json.RawMessage(`[{"type":"section"},{"type":"header","text":{"type":"plain_text","text":""}}]`)
	for _, p := range blockkit.CheckMessage(blocks) {
		fmt.Println(p)
	}
	// Output:
	// must define either `text` or `fields` [json-pointer:/blocks/0/type]
	// must be more than 0 characters [json-pointer:/blocks/1/text/text]
}

func ExampleText() {
	blocks := json.RawMessage(`[
		{"type":"header","text":{"type":"plain_text","text":"INC-7 · API down"}},
		{"type":"section","text":{"type":"mrkdwn","text":"Write the summary, due <!date^1700000000^{date_num}|soon>"},
		 "accessory":{"type":"button","text":{"type":"plain_text","text":"Mark done"}}}]`)
	fmt.Println(blockkit.Text(blocks, nil, time.UTC, time.Unix(1700000000, 0)))
	// Output:
	// INC-7 · API down
	// Write the summary, due 2023-11-14  [Mark done]
}
