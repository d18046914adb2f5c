package cli

// commands lists what the program can do, in the order the help shows it.
type commands struct {
	Version versionCmd `cmd:"" help:"Print the version."`
}
