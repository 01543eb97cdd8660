// Package story is what people live through, in a browser and with the real bot: by clicks and keys alone, and without looking behind the scenes.
//
// Its tests say what can be seen, in words that stay: names of tasks and buttons, not sentences. With -pictures DIR they also take the pictures of the README.
package story
