package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
)

// Bytes as people write them.
const (
	megabyte = 1e6
	gigabyte = 1e9
)

// leastMemory is what any experiment wants.
const leastMemory = 100 * megabyte

// otherwise is the memory that an experiment may take where nobody knows how much is free.
const otherwise = 8 * gigabyte

// share is the part of what is free that an experiment may take: estimates are no promises.
const share = 0.8

// memoryFlag declares the flag -memory. The value it returns is read once the flags are: in bytes, without the
// flag a share of what is free.
func (a *app) memoryFlag(f *flag.FlagSet) func() experiment.Limit {
	given := 0.0
	f.Func("memory", a.w.Say("cli-flag-memory"), func(text string) (err error) {
		given, err = bytesOf(text)
		return err
	})
	return func() experiment.Limit {
		l := experiment.Limit{Bytes: given, Told: "want-memory"}
		if given == 0 {
			l.Bytes = otherwise
			if n, ok := free(); ok {
				l.Bytes = share * n
			}
		}
		return l
	}
}

// bytesOf reads a number with its unit: 800MB, 8GB. A number alone counts gigabytes.
func bytesOf(text string) (float64, error) {
	number, unit := strings.ToUpper(strings.TrimSpace(text)), float64(gigabyte)
	if n, ok := strings.CutSuffix(number, "MB"); ok {
		number, unit = n, megabyte
	} else if n, ok := strings.CutSuffix(number, "GB"); ok {
		number = n
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if bytes := x * unit; err == nil && bytes >= leastMemory && bytes <= math.MaxInt64/2 {
		return bytes, nil
	}
	return 0, fault.New("cli-want-memory")
}

// afford returns how many workers an experiment can have, at most so many, or says what it takes more of than
// there is. From then on the program collects its garbage within the limit.
func afford(ctx context.Context, p *experiment.Prepared, most int, beside bool, l experiment.Limit) (int, error) {
	need, err := experiment.Estimate(p, false, ctx.Err)
	if err != nil {
		return 0, err
	}
	workers, err := need.Workers(most, beside, l)
	if err == nil {
		debug.SetMemoryLimit(int64(l.Bytes))
	}
	return workers, err
}

// need prints what an experiment takes.
func (p printer) need(n experiment.Need) {
	who := n.Arm
	if who == "" {
		who = p.w.Say("arm-teacher")
	}
	if n.Model != "" {
		p.line("cli-need-run", who, n.Model, n.Parameters, memory(p, n.Run))
	}
	p.line("cli-need-all", memory(p, n.Run+n.Kept), fmt.Sprintf("%.1e", n.Work))
}

// memory is a number of bytes in words.
func memory(p printer, bytes float64) string {
	if bytes < gigabyte {
		return p.w.Fixed(bytes/megabyte, 1) + " MB"
	}
	return p.w.Fixed(bytes/gigabyte, 1) + " GB"
}
