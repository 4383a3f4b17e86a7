//go:build !js

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/session"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
	"cosinelab/engine/spec"
	"cosinelab/ui/state"
)

// made is the default experiment as it was carried out, and each step of what charts show of it.
type made struct {
	Report    spec.Report
	Catalogue []protocol.Source
	Lines     []protocol.Line
	Values    [][]float32 // by line and step
}

// record returns the default experiment. It is carried out once: the result is kept by a digest of all that it
// depends on, since it takes a while and comes out the same.
func record(ctx context.Context, root string) (*made, error) {
	digest, err := dependencies(ctx, root)
	if err != nil {
		return nil, err
	}
	folder, err := os.UserCacheDir()
	if err != nil {
		folder = filepath.Join(root, "dist")
	}
	name := filepath.Join(folder, "cosinelab", "recorded-"+digest)
	if data, err := os.ReadFile(name); err == nil {
		if m, err := decoded(data); err == nil {
			return m, nil
		}
	}
	m, err := carryOut(ctx)
	if err != nil {
		return nil, fmt.Errorf("the recorded run: %w", err)
	}
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(m); err != nil {
		return nil, err
	}
	if err := replace(name, data.Bytes()); err != nil {
		return nil, err
	}
	return decoded(data.Bytes()) // as every later build has it
}

func decoded(data []byte) (*made, error) {
	m := &made{}
	return m, gob.NewDecoder(bytes.NewReader(data)).Decode(m)
}

// dependencies is a digest of the code that the default experiment is carried out by.
func dependencies(ctx context.Context, root string) (string, error) {
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-f",
		`{{if not .Standard}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .SFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}`,
		"./engine/experiment", "./engine/backend/cpu")
	list.Dir = root
	files, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, file := range strings.Fields(string(files)) {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %x\n", filepath.Base(file), sha256.Sum256(data))
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:12]), nil
}

// client is a page without a screen: it hears the answers of a session.
type client struct {
	session *session.Session
	heard   chan heard
}

type heard struct {
	protocol.Response
	values []float32
}

// ask sends a request and waits for the answer of a type.
func (c client) ask(ctx context.Context, r protocol.Request, answer string) (heard, error) {
	c.session.Handle(r, nil)
	return c.wait(ctx, answer)
}

func (c client) wait(ctx context.Context, answer string) (heard, error) {
	for {
		select {
		case h := <-c.heard:
			if h.Type == protocol.TypeError {
				return h, h.Error.Fault
			}
			if h.Type == answer {
				return h, nil
			}
		case <-ctx.Done():
			return heard{}, ctx.Err()
		}
	}
}

// carryOut asks a session for everything that a page would ask.
func carryOut(ctx context.Context) (*made, error) {
	c := client{&session.Session{Device: cpu.New(), Machine: runtime.GOOS + "/" + runtime.GOARCH,
		Cores: runtime.NumCPU()}, make(chan heard, 1<<16)}
	c.session.Send = func(r protocol.Response, values []float32) { c.heard <- heard{r, values} }
	go c.session.Ready()
	ready, err := c.wait(ctx, protocol.TypeReady)
	if err != nil {
		return nil, err
	}
	sp := spec.Default()
	if _, err := c.ask(ctx, protocol.Request{Type: protocol.TypeOpen, ID: 1, Data: &sp.Data}, protocol.TypeData); err != nil {
		return nil, err
	}
	done, err := c.ask(ctx, protocol.Request{Type: protocol.TypeRun, ID: 2, Spec: &sp}, protocol.TypeReport)
	if err != nil {
		return nil, err
	}
	if done.Report.FailedRuns > 0 {
		return nil, errors.New("some runs failed")
	}
	m := &made{Report: done.Report.WithoutTimings(), Catalogue: ready.Catalogue, Lines: state.LinesOf(*done.Report)}
	view := protocol.View{Lines: m.Lines, Width: m.Report.Data.ScoredSteps}
	view.To = view.Width
	series, err := c.ask(ctx, protocol.Request{Type: protocol.TypeView, ID: 3, View: &view}, protocol.TypeSeries)
	if err != nil {
		return nil, err
	}
	for i := range m.Lines {
		values := make([]float32, view.Width)
		for t := range values {
			values[t] = series.values[3*(i*view.Width+t)+2] // a bucket is one step
		}
		m.Values = append(m.Values, values)
	}
	for _, a := range m.Report.Arms {
		for i := range a.Runs {
			a.Runs[i].Scores, a.Runs[i].Output, a.Runs[i].Errors = nil, nil, nil
		}
	}
	for i := range m.Report.Teachers {
		m.Report.Teachers[i].Output = nil
	}
	return m, nil
}

// Steps that share a value in lines that are not scores: what charts of a usual width show of the whole test part.
const shared = 16

// lines are those of the run as the page has them. Scores have every step: thresholds are moved over them.
func (m *made) lines() []recorded.Line {
	var list []recorded.Line
	for i, of := range m.Lines {
		values := m.Values[i]
		at := func(t int) float64 { return float64(values[t]) }
		if of.Kind == protocol.LineScore {
			threshold := m.threshold(of)
			list = append(list, recorded.Shared(of, 1, len(values),
				func(t int) float64 { return thousandths(at(t), threshold) }, false))
			continue
		}
		list = append(list, recorded.Shared(of, shared, len(values), at, of.Kind == protocol.LineInput))
	}
	return list
}

func (m *made) threshold(of protocol.Line) float64 {
	for _, a := range m.Report.Arms {
		for _, r := range a.Runs {
			if r.Arm == of.Arm && r.Seed == of.Seed {
				return float64(r.Threshold.Value)
			}
		}
	}
	return math.NaN()
}

// thousandths cuts a score, so that what is rounded to hundredths afterwards is the same, but leaves it on its side
// of the threshold.
func thousandths(score, threshold float64) float64 {
	hundredths := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
	cut := math.Floor(1000*score) / 1000
	up := math.Floor(1000*score+1) / 1000
	switch {
	case score > threshold && !(cut > threshold):
		return up
	// A number that is written with a 5 at its end may be less than that, and be rounded down.
	case hundredths(cut) != hundredths(score) && (score > threshold || !(up > threshold)):
		return up
	}
	return cut
}
