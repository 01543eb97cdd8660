package blockkit

import "regexp"

var hexColor = regexp.MustCompile(`^#?[0-9a-fA-F]{6}$`)

// leafStyle is the styling that a piece of rich text can have.
var leafStyle = record(shape{fields: []field{
	may("bold", boolean), may("italic", boolean), may("strike", boolean), may("code", boolean), may("underline", boolean),
	may("highlight", boolean), may("client_highlight", boolean), may("unlink", boolean),
}})

// leafShapes are the pieces that rich text is made of.
var leafShapes = map[string]shape{
	"text":      richLeaf(must("text", chars(1, unlimited))),
	"link":      richLeaf(must("url", link(unlimited)), may("text", chars(0, unlimited)), may("unsafe", boolean)),
	"user":      richLeaf(must("user_id", like("user", person))),
	"usergroup": richLeaf(must("usergroup_id", like("id", anyID))),
	"channel":   richLeaf(must("channel_id", like("id", anyID))),
	"team":      richLeaf(must("team_id", like("id", anyID))),
	"emoji":     richLeaf(must("name", chars(1, unlimited)), may("skin_tone", integer(1, 6)), may("unicode", chars(1, unlimited))),
	"broadcast": richLeaf(must("range", oneOf("here", "channel", "everyone"))),
	"color":     richLeaf(must("value", like("color", hexColor))),
	"date": richLeaf(must("timestamp", integer(0, 1<<53)), must("format", chars(1, unlimited)),
		may("url", link(unlimited)), may("fallback", chars(0, unlimited))),
}

func richLeaf(own ...field) shape { return shape{fields: append(own, may("style", leafStyle))} }

var (
	richLeaves  = listOf(0, unlimited, anyOf(leafShapes))
	richBorder  = may("border", integer(0, 1))
	richSection = map[string]shape{"rich_text_section": {fields: []field{must("elements", richLeaves)}}}

	// richShapes are what a rich_text block is made of.
	richShapes = map[string]shape{
		"rich_text_section": richSection["rich_text_section"],
		"rich_text_list": {fields: []field{
			must("style", oneOf("bullet", "ordered")),
			must("elements", listOf(1, unlimited, anyOf(richSection))),
			may("indent", integer(0, 8)), may("offset", integer(0, unlimited)), richBorder,
		}},
		"rich_text_quote":        {fields: []field{must("elements", richLeaves), richBorder}},
		"rich_text_preformatted": {fields: []field{must("elements", richLeaves), richBorder, may("language", chars(1, unlimited))}},
	}

	richElements = listOf(0, unlimited, anyOf(richShapes))

	// richTextBlock is a rich_text block that stands as a value, not among the blocks.
	richTextBlock = anyOf(map[string]shape{"rich_text": {fields: []field{must("elements", richElements), may("block_id", blockID)}}})
)
