package dbfile

import (
	"context"

	"ruhu/internal/errs"
)

// Read runs fn on one snapshot: whatever is committed meanwhile is not seen. The snapshot is taken by fn's first
// query. fn must not keep tx; ctx interrupts running queries. A snapshot held long keeps the log from shrinking.
func (f *File) Read(ctx context.Context, fn func(tx *Tx) error) error {
	c, err := f.reader(ctx)
	if err != nil {
		return err
	}
	if err := c.exec("BEGIN"); err != nil {
		f.drop(c)
		return mapError("begin read", err)
	}
	tx := &Tx{c: c, ctx: ctx}
	defer func() {
		tx.closeRows()
		if c.exec("ROLLBACK") != nil {
			f.drop(c)
			return
		}
		f.park(c)
	}()
	return fn(tx)
}

func (f *File) reader(ctx context.Context) (*conn, error) {
	const op = "open snapshot"
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, errs.WrapCode(errs.Interrupted, op, ctx.Err())
	}
	select {
	case c := <-f.readers:
		return c, nil
	default:
	}
	sc, err := f.rdb.Conn(ctx)
	if err != nil {
		<-f.slots
		return nil, mapError(op, err)
	}
	c := newConn(sc)
	if _, err := sc.ExecContext(ctx, "PRAGMA cell_size_check=on"); err != nil {
		c.close()
		<-f.slots
		return nil, mapError(op, err)
	}
	return c, nil
}

func (f *File) park(c *conn) {
	f.mu.Lock()
	closed := f.closed
	if !closed {
		f.readers <- c
	}
	f.mu.Unlock()
	if closed {
		c.close()
	}
	<-f.slots
}

func (f *File) drop(c *conn) {
	c.close()
	<-f.slots
}
