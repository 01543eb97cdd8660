package blockkit

import "fmt"

// Fields that modals and Home views share.
var viewFields = []field{
	must("blocks", func(c *checker, at string, v any) { c.payload(at, v, 1, maxViewBlocks) }),
	may("private_metadata", chars(0, 3000)),
	may("callback_id", chars(0, 255)),
	may("external_id", chars(0, 255)),
}

// views holds the views themselves.
var views = map[surface]shape{
	modal: {also: inputsHaveSubmit, fields: with(viewFields,
		must("title", plain(24)),
		may("submit", plain(24)),
		may("close", plain(24)),
		may("clear_on_close", boolean),
		may("notify_on_close", boolean),
	)},
	home: {fields: viewFields},
}

// inputsHaveSubmit wants a submit button in a modal that has inputs. The pointer, which names a property that does
// not exist, is Slack's.
func inputsHaveSubmit(c *checker, at string, o object) {
	if _, there := o["submit"]; there {
		return
	}
	for i, b := range list(o, "blocks") {
		block, _ := b.(object)
		if str(block, "type") == "input" {
			c.refuse(fmt.Sprintf("%s/blocks/%d/input", at, i), "must define `submit` to use an `input` block in modals")
		}
	}
}
