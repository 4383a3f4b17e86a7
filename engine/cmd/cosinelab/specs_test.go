package main

import (
	"os"
	"path/filepath"
	"testing"

	"cosinelab/engine/spec"
)

// The studies of the gain that stand beside the program are read by it, and each is planned with the seeds that an interval needs.
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
