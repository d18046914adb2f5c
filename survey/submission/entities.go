package submission

import (
	"context"

	"ruhu/schema/instance"
	"ruhu/sync"
)

// apply hands an instance's entity nodes on and notes that it was done. What cannot be done now stays due.
func (s *Service) apply(ctx context.Context, log Log, n *Node, record string, nodes []instance.EntityNode) {
	ctx = context.WithoutCancel(ctx)
	err := s.Entities.Apply(ctx, Posted{Stream: string(log.Engine.Stream), Record: record, InstanceID: n.Instance, Key: n.key(), Edits: n.Parent, Form: n.Meta.Form, Version: n.Meta.Version,
		Worker: n.Meta.Worker, Street: n.Meta.Street, Grid: n.Meta.Grid, At: n.Meta.At, Nodes: nodes})
	if err == nil {
		err = log.Store.Update(ctx, func(tx sync.Tx) error {
			led, err := log.Ledger(tx)
			if err != nil {
				return err
			}
			return led.Applied(n.No)
		})
	}
	if err != nil {
		s.Fault(err)
	}
}

// ApplyDue applies the entity nodes of instances for which that could not be done when they came. Call it at the start and
// now and then.
func (s *Service) ApplyDue(ctx context.Context) error {
	if s.Entities == nil {
		return nil
	}
	const page = 100
	for _, log := range []Log{s.Answers, s.Registry} {
		for after, more := int64(0), true; more; {
			var due []Node
			var read []*instance.Instance
			err := log.view(ctx, func(_ sync.Reader, known Reader) error {
				var err error
				if due, err = known.Due(after, page); err != nil {
					return err
				}
				read = make([]*instance.Instance, len(due))
				for i := range due {
					if read[i], err = s.readNode(known, &due[i]); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			for i := range due {
				if read[i] != nil {
					s.apply(ctx, log, &due[i], due[i].Record, read[i].Entities)
				}
				after = due[i].No
			}
			more = len(due) == page
		}
	}
	return nil
}

// readNode reads a stored node by itself; nil where there is nothing to read.
func (s *Service) readNode(known Reader, n *Node) (*instance.Instance, error) {
	form := s.Forms.Snapshot().Get(n.Meta.Form, n.Meta.Version)
	if n.Gone || form == nil || len(n.Meta.Bodies) == 0 {
		return nil, nil
	}
	body, err := known.Body(n, n.Meta.Bodies[0])
	if err != nil {
		return nil, err
	}
	doc, err := instance.Open(body)
	if err != nil {
		return nil, err
	}
	return readDocument(n, form, doc)
}
