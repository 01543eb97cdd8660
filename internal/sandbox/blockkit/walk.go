package blockkit

// maxDepth bounds how far nested blocks are followed; Slack itself allows two levels.
const maxDepth = 8

// eachBlock calls visit for every block in reading order, a container before its children.
func eachBlock(blocks []object, visit func(block object)) {
	eachBlockTo(maxDepth, blocks, visit)
}

func eachBlockTo(depth int, blocks []object, visit func(block object)) {
	if depth == 0 {
		return
	}
	for _, b := range blocks {
		visit(b)
		eachBlockTo(depth-1, children(b), visit)
	}
}

// children are the blocks inside a block.
func children(block object) []object {
	switch str(block, "type") {
	case "container":
		return objects(list(block, "child_blocks"))
	case "carousel":
		return objects(list(block, "elements"))
	case "layout":
		var out []object
		for _, row := range objects(list(block, "rows")) {
			for _, item := range objects(list(row, "items")) {
				if b := obj(item, "block"); b != nil {
					out = append(out, b)
				}
			}
		}
		return out
	}
	return nil
}

// interactive are the elements of one block, without its children, that a person can press or fill in.
func interactive(block object) []object {
	var candidates []object
	switch str(block, "type") {
	case "section":
		candidates = append(candidates, obj(block, "accessory"))
	case "actions", "context_actions":
		candidates = objects(list(block, "elements"))
	case "input":
		candidates = append(candidates, obj(block, "element"))
	case "card":
		candidates = objects(list(block, "actions"))
	case "data_table":
		for _, row := range list(block, "rows") {
			cells, _ := row.([]any)
			for _, cell := range objects(cells) {
				candidates = append(candidates, obj(cell, "element"))
			}
		}
	}
	var out []object
	for _, e := range candidates {
		if kind := str(e, "type"); kind != "" && kind != "image" {
			out = append(out, e)
		}
	}
	return out
}
