// Command epilogue is the bot and what its operator needs: running it, trying it without Slack, changing its process by file, backing it up.
//
// Here are flags, wiring and exit codes, no logic: what the commands of a real workspace do is in internal/operator, and the local Slack behind
// "sandbox" and "demo" in internal/local. Read on in commands.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // people's zones must not depend on the machine
)

func main() { os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr)) }

// run is the program without its process. It returns 0, 1 for what went wrong, or 2 for a command line that makes no sense.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // the first signal asks to stop, the second one kills

	err := root(in, out, errOut).Run(ctx, args)
	if err == nil {
		return 0
	}
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintln(errOut, "epilogue: "+line)
	}
	if isUsage(err) {
		return 2
	}
	return 1
}
