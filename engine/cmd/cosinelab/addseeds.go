package main

import (
	"reflect"

	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
	"cosinelab/engine/experiment"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// before is what the results folder of a run that is resumed holds of seeds that are not trained again: those
// to which more are added, now or by a run that was interrupted. With -add-seeds it makes sp the spec that has
// them. It is empty where there is none.
func (o runOptions) before(sp *spec.Spec) (r spec.Report, err error) {
	if !o.resume {
		return r, nil
	}
	r, there, err := keptIn(o.outFolder())
	if err != nil && o.addSeeds > 0 {
		return r, err
	}
	switch same := there && reflect.DeepEqual(r.Spec, *sp); {
	case o.addSeeds > 0 && !same:
		return r, fault.New("cli-add-seeds-unfinished", o.out)
	case o.addSeeds > 0:
		grown := sp.MoreSeeds(o.addSeeds)
		if err := grown.Validate(); err != nil {
			return r, err
		}
		*sp = grown
	case !there || !sp.GrewFrom(r.Spec):
		return spec.Report{}, nil
	}
	return r, inRun(o.outFolder(), runfile.ReadScores(disk.At(o.outFolder()), &r))
}

// keptIn reads the report in a results folder, if it is there.
func keptIn(dir string) (r spec.Report, there bool, err error) {
	r, there, err = runfile.KeptReport(disk.At(dir))
	return r, there, inRun(dir, err)
}

// fits says what the data do not allow: seeds beside those of other data, or intervals over the data where
// there is nothing to draw from.
func (o runOptions) fits(p *experiment.Prepared, before spec.Report) error {
	if before.Arms != nil {
		if err := sameData(p, before.Data); err != nil {
			return err
		}
	}
	if *o.bootstrap > 0 && !p.Summary.Resampled() {
		return fault.New("resample-segments", len(p.Summary.Segments))
	}
	return nil
}

// grow makes the spec of a folder the one that has more seeds than the results in it. Until those are replaced
// by results of all seeds, -resume goes on from them.
func grow(folder *keep.Folder, given string, before, grown spec.Spec) error {
	if sameSpec(folder, given, grown) == nil { // a run with these seeds was interrupted
		return nil
	}
	if err := sameSpec(folder, given, before); err != nil {
		return err
	}
	return writeJSON(folder, specFile, grown)
}
