package main

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
)

// runCells runs the cells that are not finished, parallel of them at once. Cells of the same set and seed
// share a teacher, so they run one after the other. A cell that fails does not stop the others; the errors of
// all are returned together, an interruption, if there was one, beside them. Cores are divided among the cells: one training run on
// many cores leaves more of them idle than many on one each.
func runCells(ctx context.Context, cells []*cell, sets map[string]*datasets.Set, parallel int,
	p *tableProgress) (err, stopped error) {
	dev := cpu.New().OnCores(runtime.GOMAXPROCS(0) / parallel)
	var group errgroup.Group
	group.SetLimit(parallel)
	var failed []error
	for _, shared := range byTeacher(cells) {
		group.Go(func() error {
			teacher := &teacherStore{folder: shared[0].kept, name: shared[0].teacher()}
			for _, c := range shared {
				err := c.run(ctx, sets[c.set], dev, teacher, p)
				if errors.Is(err, context.Canceled) {
					return err
				}
				if err != nil {
					p.failed(c, err)
				}
			}
			return nil
		})
	}
	stopped = group.Wait()
	for _, c := range cells {
		if c.err != nil && !errors.Is(c.err, context.Canceled) {
			failed = append(failed, c.fault(c.err))
		}
	}
	return errors.Join(failed...), stopped
}

// byTeacher groups the cells of each set and seed, which plan lists one after the other.
func byTeacher(cells []*cell) (groups [][]*cell) {
	for i, c := range cells {
		if i == 0 || c.set != cells[i-1].set || c.seed != cells[i-1].seed {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], c)
	}
	return groups
}
