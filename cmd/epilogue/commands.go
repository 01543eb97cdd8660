package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"epilogue/bot"
	"epilogue/internal/config"
	"epilogue/internal/operator"
)

// root is the whole command line.
func root(in io.Reader, out, errOut io.Writer) *cli.Command {
	return strict(&cli.Command{
		Name:  "epilogue",
		Usage: "walks people through what comes after an incident, in Slack",
		Description: "To look at it first, without Slack: epilogue demo, then epilogue sandbox --demo.\n" +
			"In your own workspace: make an app of what epilogue manifest prints, then SLACK_BOT_TOKEN=… SLACK_APP_TOKEN=… epilogue run.",
		Reader: in, Writer: out, ErrWriter: errOut,
		HideVersion:    true,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // run prints it
		Commands: []*cli.Command{
			runCommand(), sandboxCommand(), demoCommand(), manifestCommand(),
			flowsCommand(), exportCommand(), backupCommand(), checkCommand(), doctorCommand(), versionCommand(), helpCommand(),
		},
	})
}

const configFlag = "config"

// withConfig is the flag of every command that reads the configuration.
func withConfig(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{&cli.StringFlag{
		Name: configFlag, Aliases: []string{"c"}, TakesFile: true, HideDefault: true,
		Usage: "read the configuration from `FILE`; without it from " + config.DefaultFile + ", if there is one, and the environment",
	}}, more...)
}

func load(c *cli.Command) (config.Config, error) {
	return config.Load(c.String(configFlag), os.LookupEnv)
}

// configured is the action of a command that takes so many words and reads the configuration. Words that were not given are empty.
func configured(least, most int, do func(ctx context.Context, c *cli.Command, conf config.Config, args []string) error) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		args, err := words(c, least, most)
		if err != nil {
			return err
		}
		conf, err := load(c)
		if err != nil {
			return err
		}
		return do(ctx, c, conf, args)
	}
}

func runCommand() *cli.Command {
	return &cli.Command{
		Name: "run", Usage: "run the bot in your Slack workspace",
		Description: "Runs until it gets SIGINT or SIGTERM; then it finishes what it has begun and ends. A second signal ends it at once.\n" +
			"It needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN; config.example.yaml describes everything else.",
		Flags: withConfig(&cli.BoolFlag{
			Name:  "take-over",
			Usage: "take the place of the bot that runs on the same store, without a click being lost; it ends then",
		}),
		Action: configured(0, 0, func(ctx context.Context, c *cli.Command, conf config.Config, _ []string) error {
			return operator.Run(ctx, conf, operator.Logger(conf.Log, c.Root().ErrWriter), c.Bool("take-over"))
		}),
	}
}

func manifestCommand() *cli.Command {
	return &cli.Command{
		Name: "manifest", Usage: "print the app manifest for https://api.slack.com/apps",
		Description: "Create an app there \"from a manifest\", and paste this. It asks for exactly the scopes and events that the bot uses.",
		Flags:       withConfig(),
		Action: configured(0, 0, func(_ context.Context, c *cli.Command, conf config.Config, _ []string) error {
			_, err := c.Root().Writer.Write(bot.Manifest(conf.Commands.Name))
			return err
		}),
	}
}

func flowsCommand() *cli.Command {
	return &cli.Command{
		Name: "flows", Usage: "keep flows, statuses, tasks and severities in a file",
		Description: "All of them work while the bot runs, and while it does not.",
		Commands: []*cli.Command{
			{
				Name: "export", Usage: "write the whole process as YAML", ArgsUsage: "[FILE]",
				Description: "Without FILE it is printed.",
				Flags:       withConfig(), Action: configured(0, 1, exportFlows),
			},
			{
				Name: "import", Usage: "replace the process by what a file says", ArgsUsage: "FILE",
				Description: "Says what would change, and asks. Incidents that are in a flow keep the tasks that they have. " +
					"FILE may be -, which reads it from standard input and needs --yes.",
				Flags:  withConfig(&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask, for scripts"}),
				Action: configured(1, 1, importFlows),
			},
			{
				Name: "holidays", Usage: "add the days off of an iCalendar file", ArgsUsage: "FILE",
				Description: "FILE is what authorities and calendar programs publish (.ics). Says what would change, and asks; none is taken away. " +
					"FILE may be -, which reads it from standard input and needs --yes.",
				Flags:  withConfig(&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask, for scripts"}),
				Action: configured(1, 1, importHolidays),
			},
			{
				Name: "diff", Usage: "say what importing a file would change", ArgsUsage: "FILE",
				Description: "Ends with 1 if anything is different, so that a flow in Git and the flow in Slack can be compared. FILE may be -, for standard input.",
				Flags:       withConfig(), Action: configured(1, 1, diffFlows),
			},
			{
				Name: "history", Usage: "say who changed what, and when", Description: "The newest version first. The people who made them are named by their member ids.",
				Flags:  withConfig(&cli.IntFlag{Name: "versions", Aliases: []string{"n"}, Value: 20, Usage: "how many versions to show, at most `N`"}),
				Action: configured(0, 0, flowsHistory),
			},
			{
				Name: "show", Usage: "print an old version as YAML", ArgsUsage: "VERSION",
				Description: "Importing it goes back to that version.",
				Flags:       withConfig(), Action: configured(1, 1, showFlows),
			},
		},
	}
}

func exportFlows(ctx context.Context, c *cli.Command, conf config.Config, args []string) error {
	return operator.WriteFile(args[0], c.Root().Writer, func(w io.Writer) error {
		return operator.ExportFlows(ctx, conf.Store, w)
	})
}

func importFlows(ctx context.Context, c *cli.Command, conf config.Config, args []string) error {
	return importing(ctx, c, conf, args[0], operator.ImportFlows)
}

func importHolidays(ctx context.Context, c *cli.Command, conf config.Config, args []string) error {
	return importing(ctx, c, conf, args[0], operator.ImportHolidays)
}

// importing has a file imported, after it was asked whether to.
func importing(
	ctx context.Context, c *cli.Command, conf config.Config, name string,
	take func(context.Context, config.Store, io.Reader, operator.Importing) error,
) error {
	in, out := c.Root().Reader, c.Root().Writer
	how := operator.Importing{Out: out, Now: time.Now}
	if !c.Bool("yes") {
		if name == "-" {
			return usage{fmt.Errorf("%s - needs --yes: standard input is the file, and cannot answer", c.FullName())}
		}
		how.Sure = func() bool { return operator.Answer("Import it?", in, out) }
	}
	file, called, err := open(c, name)
	if err != nil {
		return err
	}
	defer file.Close()
	how.Name = called
	return take(ctx, conf.Store, file, how)
}

// open opens a file that a command was given, with what to call it: - is standard input.
func open(c *cli.Command, name string) (io.ReadCloser, string, error) {
	if name == "-" {
		return io.NopCloser(c.Root().Reader), "standard input", nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, "", fmt.Errorf("read the process: %w", err)
	}
	return f, name, nil
}

func diffFlows(ctx context.Context, c *cli.Command, conf config.Config, args []string) error {
	file, name, err := open(c, args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	return operator.DiffFlows(ctx, conf.Store, file, name, c.Root().Writer)
}

func flowsHistory(ctx context.Context, c *cli.Command, conf config.Config, _ []string) error {
	return operator.FlowsHistory(ctx, conf, c.Int("versions"), c.Root().Writer)
}

func showFlows(ctx context.Context, c *cli.Command, conf config.Config, args []string) error {
	version, err := strconv.Atoi(strings.TrimPrefix(args[0], "v"))
	if err != nil || version < 1 {
		return usage{fmt.Errorf("%s wants the number of a version, such as 3, not %q; see %q", c.FullName(), args[0], "epilogue flows history")}
	}
	return operator.ShowFlows(ctx, conf.Store, version, c.Root().Writer)
}

func exportCommand() *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "write all incidents and tasks as CSV, also while the bot runs",
		Description: "One line a task; people are named by their Slack ids. Private incidents are left out.",
		Flags:       withConfig(&cli.BoolFlag{Name: "private", Usage: "with private incidents"}),
		Action: configured(0, 0, func(ctx context.Context, c *cli.Command, conf config.Config, _ []string) error {
			return operator.Export(ctx, conf.Store, c.Bool("private"), c.Root().Writer)
		}),
	}
}

func backupCommand() *cli.Command {
	return &cli.Command{
		Name: "backup", Usage: "copy the store into a file, also while the bot runs", ArgsUsage: "FILE",
		Description: "FILE is a whole store: to go back to it, stop the bot and put it where the store was.",
		Flags:       withConfig(),
		Action: configured(1, 1, func(ctx context.Context, c *cli.Command, conf config.Config, args []string) error {
			return operator.Backup(ctx, conf.Store, args[0], c.Root().Writer)
		}),
	}
}

func checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "check configuration, store, tokens and scopes",
		Description: "Changes nothing, and works while the bot runs.",
		Flags:       withConfig(&cli.BoolFlag{Name: "offline", Usage: "do not ask Slack"}),
		Action: configured(0, 0, func(ctx context.Context, c *cli.Command, conf config.Config, _ []string) error {
			return operator.Check(ctx, conf, c.Bool("offline"), c.Root().Writer)
		}),
	}
}

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "check everything, and try the calendar with a real event",
		Description: "What check does, and then it makes an event in the calendar, to which nobody is invited, and deletes it again.",
		Flags:       withConfig(&cli.BoolFlag{Name: "offline", Usage: "ask neither Slack nor the calendar"}),
		Action: configured(0, 0, func(ctx context.Context, c *cli.Command, conf config.Config, _ []string) error {
			return operator.Doctor(ctx, conf, c.Bool("offline"), c.Root().Writer)
		}),
	}
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "say which version this is",
		Action: func(_ context.Context, c *cli.Command) error {
			if _, err := words(c, 0, 0); err != nil {
				return err
			}
			_, err := fmt.Fprintln(c.Root().Writer, "epilogue "+version())
			return err
		},
	}
}
