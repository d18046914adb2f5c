package cli

// commands lists what the program can do, in the order the help shows it.
type commands struct {
	Serve      serveCmd      `cmd:"" help:"Serve a data directory: sync, office, API."`
	Demo       demoCmd       `cmd:"" help:"Fill an invented district through the real sync and serve it."`
	Survey     surveyCmd     `cmd:"" help:"Surveys: what is asked, on what legal basis, until when."`
	User       userCmd       `cmd:"" help:"Accounts."`
	Area       areaCmd       `cmd:"" help:"Areas: district, street, village, grid."`
	Household  householdCmd  `cmd:"" help:"Households of the frame."`
	Assign     assignCmd     `cmd:"" help:"Import assignments: household|grid,worker,form,due."`
	Form       formCmd       `cmd:"" help:"Forms and their versions."`
	Enrol      enrolCmd      `cmd:"" help:"Draw a one-time enrolment code for a worker's phone."`
	Export     exportCmd     `cmd:"" help:"Write a table of one snapshot: CSV or XLSX."`
	Summary    summaryCmd    `cmd:"" help:"Write a street's masked summary: HTML or JSON."`
	Backup     backupCmd     `cmd:"" help:"Write a consistent, sealed copy while the server may run."`
	BackupKeys backupKeysCmd `cmd:"" help:"Write the keys: the one file to replace after an erasure."`
	Restore    restoreCmd    `cmd:"" help:"Make a data directory of a backup and its keys; a new epoch begins."`
	Verify     verifyCmd     `cmd:"" help:"Read everything and name what is not what was written."`
	Erase      eraseCmd      `cmd:"" help:"Erase one record everywhere, backups included."`
	Phone      phoneCmd      `cmd:"" help:"A headless phone: the reference client."`
	Simulate   simulateCmd   `cmd:"" help:"Play phones and a server in virtual time with faults, and check every promise."`
	Bench      benchCmd      `cmd:"" help:"Measure, with a floor in the same run."`
	Doctor     doctorCmd     `cmd:"" help:"Open the public URL as a phone would and say what it would miss."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}
