package dbfile

import (
	"context"
	"io/fs"
	"regexp"

	"ruhu/internal/errs"
)

// MigrateAlso applies a further, independent set of migrations to an open file, remembered in a table of its own
// ("survey_migrations"). For tables of another owner in the same file. The same codes as Open.
func (f *File) MigrateAlso(ctx context.Context, set fs.FS, table string) error {
	if !regexp.MustCompile(`^[a-z_]+$`).MatchString(table) || table == migrationsTable {
		return errs.New(errs.Internal, "migrate", "%q is no name for a further migrations table", table)
	}
	return f.alone(ctx, func(c *conn) error { return f.migrate(c, set, table) })
}
