package store

import (
	"encoding/json"
	"reflect"

	"epilogue/flow"
)

// readers holds, by its stored name, how to read each fact of flow.Facts.
var readers = func() map[string]func(json.RawMessage) (flow.Fact, error) {
	m := map[string]func(json.RawMessage) (flow.Fact, error){}
	for _, fact := range flow.Facts() {
		m[fact.FactName()] = reader(reflect.TypeOf(fact))
	}
	return m
}()

// reader reads one kind of fact into a value of its own, never a pointer, as package flow hands them out.
func reader(kind reflect.Type) func(json.RawMessage) (flow.Fact, error) {
	return func(with json.RawMessage) (flow.Fact, error) {
		v := reflect.New(kind)
		if len(with) > 0 {
			if err := json.Unmarshal(with, v.Interface()); err != nil {
				return nil, err
			}
		}
		return v.Elem().Interface().(flow.Fact), nil
	}
}
