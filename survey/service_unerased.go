package survey

import (
	"context"
	"strings"

	"ruhu/internal/errs"
	"ruhu/sync"
)

// ErasedAt is when something of a grid was erased or withheld, ms; Grid "" = whoever wrote it (Worker).
type ErasedAt struct {
	Grid   string
	Worker string // worker id
	At     int64
}

// Unerased returns, for devices of both streams of a street, what was erased or withheld there and they have not pulled,
// oldest first; who of them could hold it is for those to say who know their grids. A device that never confirmed a pull has
// confirmed nothing. For registrars and administrators. Codes: forbidden, out-of-area.
func (s *Service) Unerased(ctx context.Context, a Actor, street string, devices []string) (map[string][]ErasedAt, error) {
	const op = "unconfirmed erasures"
	if err := a.mayIdentity(op); err != nil {
		return nil, err
	}
	if !Within(a.Area, street) || KindOf(street) != Street {
		return nil, errs.New(errs.OutOfArea, op, "street %s", printable(street))
	}
	out := map[string][]ErasedAt{}
	for prefix, st := range map[string]Stream{"dv_": s.answers, "rg_": s.registry} {
		err := st.Store.View(ctx, func(r sync.Reader) error {
			pulled := map[string]uint64{}
			for _, id := range devices {
				if !strings.HasPrefix(id, prefix) {
					continue
				}
				d, _, err := r.Device(id)
				if err != nil {
					return err
				}
				pulled[id] = d.Pulled
			}
			return unerased(r, street, pulled, out)
		})
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	return out, nil
}

func unerased(r sync.Reader, street string, pulled map[string]uint64, out map[string][]ErasedAt) error {
	const page = 500
	for after := uint64(0); len(pulled) > 0; {
		events, err := r.Events(street, []sync.EventKind{sync.EventErase, sync.EventWithhold}, after, page)
		if err != nil {
			return err
		}
		for id, at := range pulled {
			for _, e := range events {
				if e.Seq > at {
					out[id] = append(out[id], ErasedAt{e.Grid, e.Worker, e.At})
				}
			}
		}
		if len(events) < page {
			return nil
		}
		after = events[len(events)-1].Seq
	}
	return nil
}
