// Package blocks holds the words and pictures of Epilogue: an incident, an event, a refusal or a form becomes Block Kit and a fallback
// text. It is the only package that writes sentences, and the only one that escapes what people typed.
//
// It is pure: no clock, no network, no state. What a picture needs besides the incident comes in as a [Scene]. It decides nothing: which
// buttons make sense is read off the incident, what they are allowed to do is for package flow, and where a picture goes is for package bot.
//
// Everything that is shown goes through [Text], which only escaping constructors can make from what people typed, and everything that is
// sent goes through [Check], which knows Slack's limits.
//
// Reading order: text.go and words.go (how a sentence is made), action.go (what a click carries), kit.go (blocks in short), scene.go,
// card.go and task.go (the picture that people see most), announce.go, thread.go and dm.go (other messages), lists.go, timeline.go,
// home.go, the forms (forms.go, closing.go, taskforms.go), refusal.go, answers.go, help.go, check.go.
package blocks
