package sandbox

import "testing"

func TestTheLogForgetsTheOldestFirst(t *testing.T) {
	var list []int
	for i := range kept + 1 {
		list = keepNew(append(list, i))
	}
	if len(list) != kept+1-kept/10 || list[0] != kept/10 || list[len(list)-1] != kept {
		t.Errorf("%d are kept, from %d to %d", len(list), list[0], list[len(list)-1])
	}
}
