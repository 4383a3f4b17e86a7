package main

import (
	"os"
	"path/filepath"
	"testing"

	"cosinelab/engine/spec"
)

// The studies of the gain that stand beside the program are read by it, and each is planned with the seeds that an
// interval needs.
func TestStudiesAreRead(t *testing.T) {
	files, err := filepath.Glob("specs/gain-*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no studies of the gain in specs: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			study, err := spec.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if len(study.Seeds) < 8 {
				t.Errorf("%d seeds; a study has 8 or more", len(study.Seeds))
			}
		})
	}
}

// The maps of the study are sweeps of weight by epochs, each cell of them an experiment of eight seeds; the table's
// spec has the teacher's arm, all that stands in its place, and what costs no training.
func TestTheStudyIsRead(t *testing.T) {
	files, err := filepath.Glob("specs/study-*.json")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d files of the study, error %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := spec.ParseSweep(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for _, at := range s.Grid() {
			sp, err := s.At(at, 0)
			if err != nil || len(sp.Seeds) < 8 || sp.Examined() == "" || sp.Baseline() == "" {
				t.Errorf("%s at %v: %d seeds, error %v", file, at, len(sp.Seeds), err)
			}
		}
		if filepath.Base(file) == "study-table.json" {
			sp, err := spec.Parse(text)
			if err != nil || sp.Credited() == "" || len(sp.Arms) < 11 {
				t.Errorf("%s: %d arms, error %v", file, len(sp.Arms), err)
			}
			continue
		}
		rows, columns := s.RowsAndColumns()
		if rows < 0 || s.Axes[rows].Name() != "weight" || s.Axes[columns].Field != "train.epochs" {
			t.Errorf("%s has other axes: %+v", file, s.Axes)
		}
	}
}
