// Package phone is the reference replica: what a phone must do, in Go, pure of HTTP and files. The web app is its twin; the
// headless phone (internal/phone) and the simulation (sync/sim) run this code.
//
// A phone keeps three things apart and never mixes them:
//
//   - base: copies of record states as the server sent them, replaced whole by each pull, never joined;
//   - its own logs, one a device: change sets it cut, kept until an answer named their id and a verified backup covers them;
//   - drafts: what is being typed, with the ctx of the screen it is typed on.
//
// What it shows is base with its own sets that base does not cover applied on top. A pull under an open form changes
// neither the form nor its ctx.
//
// # Use
//
//	p, err := phone.Open(phone.Options{Store: …, Transport: …, Clock: …, Rand: …})
//	err = p.Enrol(ctx, code, "my phone", "linux")
//	s, err := p.New(phone.Answers, "hh_sentiment", "2026112301", grid)   // or p.Edit(record)
//	s.Set("q1", "2"); s.Submit()
//	report, err := p.Sync(ctx)
//
// Open on the same store after a crash gives the phone as of the last completed step; every step is one atomic Commit.
// Methods are safe for concurrent use; Push, Pull and Sync wait for each other.
package phone
