// Command ruhu is the whole system in one binary: sync server, demo, headless phone and the
// operator's commands. `ruhu --help` lists them; internal/cli holds one file a command.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // civil dates must not depend on what the machine has installed

	"ruhu/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
