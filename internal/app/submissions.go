package app

import (
	"context"

	"ruhu/survey/submission"
)

// openSubmissions makes what takes the posts of OpenRosa clients.
func (a *App) openSubmissions(context.Context) error {
	a.Submissions = &submission.Service{Config: submission.Config{Forms: a.Survey}}
	return nil
}
