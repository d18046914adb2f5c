package cli

import (
	"bufio"
	"fmt"
	"strings"

	"golang.org/x/term"

	"os"

	"ruhu/auth"
	"ruhu/internal/app"
	"ruhu/internal/errs"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Open an account."`
	List    userListCmd    `cmd:"" help:"List accounts."`
	Disable userDisableCmd `cmd:"" help:"Disable an account; its sessions end within 5 s."`
	Passwd  userPasswdCmd  `cmd:"" help:"Set a password."`
}

type userView struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Login    string `json:"login,omitempty"`
	Role     string `json:"role"`
	Area     string `json:"area"`
	Disabled bool   `json:"disabled,omitempty"`
}

func viewUser(u auth.User) userView {
	return userView{ID: u.ID, Name: u.Name, Login: u.Login, Role: string(u.Role), Area: u.Area, Disabled: u.Disabled != 0}
}

type userAddCmd struct {
	dataFlag
	Name          string `arg:"" help:"User name to sign in with."`
	Role          string `required:"" help:"worker, reviewer, registrar, researcher, viewer, auditor or admin."`
	Area          string `help:"Area code: district 6, street 9, village 12, grid 15 digits. Empty = the whole installation."`
	Show          string `help:"Name to show. Default: the user name."`
	PasswordStdin bool   `help:"Read the password from standard input instead of asking."`
}

// Run opens the account and prints {id,name,role,area} with --json.
func (c userAddCmd) Run(e *env) error {
	password, err := e.password(c.PasswordStdin)
	if err != nil {
		return err
	}
	return c.with(e, func(a *app.App) error {
		u, err := a.Auth.CreateUser(e.ctx, operator("user add"), auth.NewUser{Login: c.Name, Name: c.Show, Role: auth.Role(c.Role), Area: c.Area, Password: password})
		if err != nil {
			return err
		}
		return e.print(viewUser(u), "%s  %s  %s  %s\n", u.ID, u.Login, u.Role, u.Area)
	})
}

// password reads a password: a line of standard input, or twice from the terminal without echo.
func (e *env) password(stdin bool) (string, error) {
	const op = "read password"
	if stdin || !isTerminal(e.io.In) {
		if !stdin {
			return "", errs.New(errs.Usage, op, "no terminal to ask on").WithHint("give --password-stdin and the password on standard input")
		}
		line, err := bufio.NewReader(e.io.In).ReadString('\n')
		if err != nil && line == "" {
			return "", errs.New(errs.Usage, op, "no password on standard input")
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(e.io.Err, prompt)
		b, err := term.ReadPassword(int(e.io.In.(*os.File).Fd()))
		fmt.Fprintln(e.io.Err)
		return string(b), err
	}
	first, err := ask("Password: ")
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	second, err := ask("Again: ")
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	if first != second {
		return "", errs.New(errs.Invalid, op, "the two passwords differ")
	}
	return first, nil
}

type userListCmd struct {
	dataFlag
	Area string `help:"Only accounts of this area."`
	Role string `help:"Only this role."`
}

// Run lists accounts, one a line.
func (c userListCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		cursor := ""
		for {
			list, next, err := a.Auth.Users(e.ctx, operator("user list"), auth.UserFilter{Area: c.Area, Role: auth.Role(c.Role)}, cursor)
			if err != nil {
				return err
			}
			for _, u := range list {
				state := ""
				if u.Disabled != 0 {
					state = "disabled"
				}
				if err := e.print(viewUser(u), "%-28s %-16s %-11s %-15s %s\n", u.ID, or(u.Login, u.Name), u.Role, or(u.Area, "all"), state); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			cursor = next
		}
	})
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

type userDisableCmd struct {
	dataFlag
	Name   string `arg:"" help:"User name."`
	Enable bool   `help:"Enable it again."`
}

// Run disables or enables the account.
func (c userDisableCmd) Run(e *env) error {
	return c.with(e, func(a *app.App) error {
		off := !c.Enable
		return changeUser(e, a, c.Name, "user disable", auth.UserChange{Disabled: &off})
	})
}

type userPasswdCmd struct {
	dataFlag
	Name          string `arg:"" help:"User name."`
	PasswordStdin bool   `help:"Read the password from standard input instead of asking."`
}

// Run sets the password.
func (c userPasswdCmd) Run(e *env) error {
	password, err := e.password(c.PasswordStdin)
	if err != nil {
		return err
	}
	return c.with(e, func(a *app.App) error {
		return changeUser(e, a, c.Name, "user passwd", auth.UserChange{Password: &password})
	})
}

func changeUser(e *env, a *app.App, login, command string, change auth.UserChange) error {
	u, err := a.Auth.UserByLogin(e.ctx, login)
	if err != nil {
		return err
	}
	if u, err = a.Auth.ChangeUser(e.ctx, operator(command), u.ID, change); err != nil {
		return err
	}
	return e.print(viewUser(u), "%s  %s changed\n", u.ID, u.Login)
}
