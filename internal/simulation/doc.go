// Package simulation lets a bot live through random weeks: people who declare, click and opt out, a Slack that limits, resets and refreshes, a
// disk that fails, a process that is killed. Everything is real but time and the network: the rules, a store in a file, the link, the bot and its
// outbox, and a local Slack over connections in memory, all in one testing/synctest bubble, where a week passes at once.
//
// A schedule is a list of lines, such as "ben types INC-1 task 2 done" or "crash before 3". They are made from a seed (schedule_test.go), carried
// out (people_test.go, trouble_test.go), and whenever all is well again, what must hold is looked at (invariants_test.go, announced_test.go,
// pictures_test.go). The seed fixes what happens, not which goroutine runs first; the lines of a schedule that failed are printed, and become a case in
// bugs_test.go, which stays the same when schedules are made differently.
//
//	go test ./internal/simulation -schedules 10000
//	go test ./internal/simulation -run Schedules -seed 4711
//
// It is tests only.
package simulation
