package store_test

import (
	"reflect"
	"strings"
	"time"

	"epilogue/flow"
)

// filled is a value without an empty field, the same every time.
func filled[V any]() V {
	var v V
	fill(reflect.ValueOf(&v).Elem(), "")
	return v
}

// fill fills a value; name is that of the field that it is in, which texts repeat so that the corpus can be read.
func fill(v reflect.Value, name string) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 10, 2, 3, 456789000, time.UTC)))
		return
	case flow.Date:
		v.Set(reflect.ValueOf(flow.Date{Year: 2026, Month: time.December, Day: 3}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("some " + strings.ToLower(name))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name)
	case reflect.Map:
		k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(k, "key")
		fill(e, name)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(k, e)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Interface: // the fact of an event: its caller chooses
	default:
		panic("fill knows no " + v.Kind().String())
	}
}
