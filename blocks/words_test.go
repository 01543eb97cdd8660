package blocks

import (
	"strings"
	"testing"

	"epilogue/flow"
)

func TestEveryProofHasWords(t *testing.T) {
	for _, k := range flow.Kinds() {
		proof := flow.Task{Kind: k}.Proof()
		if proof == "" || k == flow.AssignRole {
			continue
		}
		for _, words := range []Text{Scene{}.proven(proof, ""), Scene{}.proofName(proof)} {
			if strings.Contains(words.String(), proof) {
				t.Errorf("%s: people read %q", k, words)
			}
		}
	}
}
