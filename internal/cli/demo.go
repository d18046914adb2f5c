package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ruhu/auth"
	"ruhu/internal/clock"
	"ruhu/internal/config"
	"ruhu/internal/demo"
	"ruhu/internal/errs"
	hostphone "ruhu/internal/phone"
	"ruhu/store/durable"
	"ruhu/sync/phone"
)

type demoCmd struct {
	dataFlag
	Listen     string `help:"Address to serve at." default:"127.0.0.1:8080" env:"RUHU_LISTEN"`
	Interviews int    `help:"How many interviews the workers bring in." default:"2000"`
	Seed       uint64 `help:"Households, opinions and answers are drawn from it." default:"1"`
	IKnow      bool   `help:"Listen beyond this machine: the passwords are public." name:"i-know"`
	Once       bool   `help:"End when the district is filled instead of serving it."`
}

// demoMark is written when a district is complete; a folder without it is not a demo, or one that was interrupted.
const demoMark = "demo.json"

// Run fills an invented district through the real sync and serves it; a folder that is filled already is served at once.
func (c demoCmd) Run(e *env) error {
	const op = "demo"
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return errs.New(errs.Usage, op, "--listen %q is not host:port", c.Listen)
	}
	if !config.Loopback(host) && !c.IKnow {
		return errs.New(errs.Rule, op, "%s is not this machine only, and the demo's passwords are public", c.Listen).
			WithHint("listen on 127.0.0.1, or say --i-know")
	}
	if c.Interviews < 1 || c.Interviews > 20000 {
		return errs.New(errs.Usage, op, "--interviews is 1 to 20000")
	}
	mark := filepath.Join(c.Data, demoMark)
	report, filled, err := readMark(mark)
	if err != nil {
		return err
	}
	if !filled {
		if err := mustBeEmpty(c.Data); err != nil {
			return err
		}
	}
	cfg := config.Serve{Data: c.Data, Listen: c.Listen, Zone: "Asia/Shanghai", BehindProxy: c.IKnow}
	h, err := start(e.ctx, e, cfg, hostOptions{log: slog.New(slog.NewTextHandler(e.io.Err, &slog.HandlerOptions{Level: slog.LevelWarn})), demo: true, perMinute: 100_000})
	if err != nil {
		return err
	}
	if !filled {
		if report, err = c.fill(e, h, mark); err != nil {
			return errors.Join(err, h.stop())
		}
	}
	phones, err := phoneLinks(e, h)
	if err != nil {
		return errors.Join(err, h.stop())
	}
	if err := c.print(e, h.url, report, phones); err != nil {
		return errors.Join(err, h.stop())
	}
	if c.Once {
		return h.stop()
	}
	return h.wait()
}

func readMark(path string) (r demo.Report, ok bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return r, false, nil
	}
	if err != nil {
		return r, false, errs.WrapCode(errs.ReadOnly, "demo", err)
	}
	return r, true, errs.WrapCode(errs.Damaged, "demo", json.Unmarshal(b, &r))
}

func mustBeEmpty(dir string) error {
	list, err := os.ReadDir(dir)
	if err == nil && len(list) > 0 {
		return errs.New(errs.Conflict, "demo", "%s is not empty and holds no finished demo", dir).
			WithHint("give another --data, or remove the folder if it is an interrupted demo")
	}
	return nil
}

func (c demoCmd) fill(e *env, h *host, mark string) (demo.Report, error) {
	bars := map[string]func(int, int){}
	report, err := demo.Fill(e.ctx, h.app, h.url, demo.Options{Interviews: c.Interviews, Seed: c.Seed, Clock: e.clock,
		Dial: func(url string, clk clock.Clock) phone.Transport { return hostphone.Dial(url, clk) },
		Progress: func(what string, done, total int) {
			if bars[what] == nil {
				bars[what] = e.progress(what)
			}
			bars[what](done, total)
		}})
	if err != nil {
		return report, err
	}
	b, err := json.Marshal(report)
	if err != nil {
		return report, errs.Wrap("demo", err)
	}
	return report, errs.WrapCode(errs.DiskFull, "demo", durable.WriteFile(mark, append(b, '\n'), 0o600))
}

// demoPhone enrols a browser as a phone of one of the demo's people.
type demoPhone struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func phoneLinks(e *env, h *host) ([]demoPhone, error) {
	codes, err := demo.PhoneCodes(e.ctx, h.app)
	if err != nil {
		return nil, err
	}
	var list []demoPhone
	for _, p := range codes {
		list = append(list, demoPhone{p.Name, auth.EnrolURL(h.url, p.Code)})
	}
	return list, nil
}

func (c demoCmd) print(e *env, url string, r demo.Report, phones []demoPhone) error {
	if e.json {
		return e.printJSON(struct {
			URL      string      `json:"url"`
			Office   string      `json:"office"`
			Password string      `json:"password"`
			Phones   []demoPhone `json:"phones"`
			Report   demo.Report `json:"report"`
		}{url, url + "/office/", demo.Password, phones, r})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n演示数据 · everything in it is invented\n\n")
	fmt.Fprintf(&b, "%d households, %d workers, %d interviews came in through sync (took %s)\n", r.Households, r.Workers, r.Interviews, r.Took)
	fmt.Fprintf(&b, "%d lost replies repeated, %d phones with a wrong clock, %d conflicts (%d settled), %d returned, %d corrected, %d approved, %d withdrawn, %d unsent\n",
		r.LostReplies, r.WrongClocks, r.Conflicts, r.Resolved, r.Returned, r.Corrected, r.Approved, r.Withdrawn, r.Unsent)
	versions := slices.Sorted(maps.Keys(r.Versions))
	for i, v := range versions {
		versions[i] = fmt.Sprintf("%d with version %s", r.Versions[v], v)
	}
	fmt.Fprintf(&b, "questionnaire: %s\n%d village sheets, %d appraisal tallies (%d confirmed by a second person), %d volunteers, %d follow-ups, %d back-checks\n\n",
		strings.Join(versions, ", "), r.VillageSheets, r.Tallies, r.Confirmed, r.Volunteers, r.FollowUps, r.BackChecks)
	for _, p := range phones {
		fmt.Fprintf(&b, "phone    %s   as %s, once\n", p.URL, p.Name)
	}
	fmt.Fprintf(&b, "office   %s/office/\n", url)
	fmt.Fprintf(&b, "summary  %s/office/streets/%s\n", url, demo.OfficeStreet)
	names := []string{}
	for _, a := range demo.Accounts() {
		names = append(names, a.Login)
	}
	fmt.Fprintf(&b, "accounts %s, all with the password %s\n\nCtrl-C ends it; the same command again serves the same folder.\n", strings.Join(names, " "), demo.Password)
	_, err := fmt.Fprint(e.io.Out, b.String())
	return err
}
