package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
)

// shard is the part of the cells that a process computes: those whose place has this remainder.
type shard struct{ index, count int }

// has reports whether the cell at a place belongs to the shard.
func (s shard) has(place int) bool { return place%s.count == s.index }

// array is how a scheduler numbers shards: first, first + step, ... The folder remembers the first one, so that
// a later array of some of its numbers, such as 3,7-9, computes exactly theirs.
type array struct {
	First int `json:"first"`
	Step  int `json:"step"`
	Count int `json:"count"`
}

// arrayFile holds it.
const arrayFile = "array.json"

func (a array) last() int { return a.First + (a.Count-1)*a.Step }

// shardOf is the shard that a number of the array stands for; false if it has none of this number.
func (a array) shardOf(number int) (shard, bool) {
	i := number - a.First
	if a.Step < 1 || i < 0 || i%a.Step != 0 || i/a.Step >= a.Count {
		return shard{}, false
	}
	return shard{i / a.Step, a.Count}, true
}

// numbers writes the numbers of shards as sbatch --array takes them: 3,7-9.
func (a array) numbers(shards []int) string {
	slices.Sort(shards)
	var parts []string
	for i := 0; i < len(shards); {
		j := i
		for j+1 < len(shards) && shards[j+1] == shards[j]+1 && a.Step == 1 {
			j++
		}
		part := strconv.Itoa(a.First + a.Step*shards[i])
		if j > i {
			part += "-" + strconv.Itoa(a.First+a.Step*shards[j])
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ",")
}

// numbered is what the command line, or else a scheduler, says of this process: its number in an array; a
// count of 0 says that it is none.
type numbered struct {
	number int
	in     array
	gaps   bool // the array leaves numbers out
}

// numberedBy reads -shard, or the variables of Slurm's arrays and of Kubernetes' indexed jobs.
func numberedBy(flag string, getenv func(string) string) (n numbered, err error) {
	if flag == "all" {
		return n, nil
	}
	if flag != "" {
		i, count, ok := strings.Cut(flag, "/")
		index, err1 := strconv.Atoi(i)
		of, err2 := strconv.Atoi(count)
		if !ok || err1 != nil || err2 != nil || index < 0 || index >= of {
			return n, usage("cli-flag-value", "-shard", flag, fault.Word("cli-want-shard"))
		}
		return numbered{number: index, in: array{0, 1, of}}, nil
	}
	var wrong error
	number := func(name string, absent int) int {
		text := getenv(name)
		if text == "" {
			return absent
		}
		x, err := strconv.Atoi(text)
		if (err != nil || x < 0) && wrong == nil {
			wrong = usage("cli-variable", name, text)
		}
		return x
	}
	switch {
	case getenv("SLURM_ARRAY_TASK_ID") != "":
		n.number = number("SLURM_ARRAY_TASK_ID", 0)
		n.in = array{number("SLURM_ARRAY_TASK_MIN", 0), max(1, number("SLURM_ARRAY_TASK_STEP", 1)), 1}
		count := number("SLURM_ARRAY_TASK_COUNT", 1)
		n.in.Count = max(1, (number("SLURM_ARRAY_TASK_MAX", n.in.First+(count-1)*n.in.Step)-n.in.First)/n.in.Step+1)
		n.gaps = count != n.in.Count
	case getenv("JOB_COMPLETION_INDEX") != "":
		if getenv("JOB_COMPLETIONS") == "" {
			return n, usage("cli-completions")
		}
		n.number = number("JOB_COMPLETION_INDEX", 0)
		n.in = array{0, 1, max(1, number("JOB_COMPLETIONS", 1))}
	}
	return n, wrong
}

// shard is the part of the cells that the process computes, all of them if it has no number. The folder's array
// is that of before, if it has the numbers of this one; else it becomes this one. The caller writes there alone.
func (n numbered) shard(folder *keep.Folder) (shard, error) {
	if n.in.Count == 0 {
		return shard{0, 1}, nil
	}
	var before array
	if err := readJSON(folder, arrayFile, &before); err != nil {
		return shard{}, err
	}
	mine, ok := before.shardOf(n.number)
	if _, fits := before.shardOf(n.in.last()); ok && fits {
		return mine, nil
	}
	if n.gaps {
		return shard{}, usage("cli-array-gaps")
	}
	mine, ok = n.in.shardOf(n.number)
	if !ok {
		return shard{}, usage("cli-variable", "SLURM_ARRAY_TASK_ID", fmt.Sprint(n.number))
	}
	return mine, writeJSON(folder, arrayFile, n.in)
}
