package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// free is the memory in bytes that this program can still take: what the machine has, within what its control
// group and its own limit allow; ok is false if nobody says.
func free() (bytes float64, ok bool) {
	least := func(x float64, known bool) {
		if known && (!ok || x < bytes) {
			bytes, ok = max(x, 0), true
		}
	}
	least(available())
	most, known := firstNumber("/sys/fs/cgroup/memory.max")
	used, _ := firstNumber("/sys/fs/cgroup/memory.current")
	least(most-used, known)
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_AS, &limit) == nil && limit.Cur != ^uint64(0) {
		pages, known := firstNumber("/proc/self/statm") // addresses that are taken already
		least(float64(limit.Cur)-pages*float64(os.Getpagesize()), known)
	}
	return bytes, ok
}

// available is what the kernel says can be taken without swapping.
func available() (bytes float64, ok bool) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "MemAvailable:" {
			kib, err := strconv.ParseFloat(fields[1], 64)
			return 1024 * kib, err == nil
		}
	}
	return 0, false
}

// firstNumber is the first number in a file; ok is false if it has none, such as max for no limit.
func firstNumber(file string) (x float64, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	x, err = strconv.ParseFloat(first, 64)
	return x, err == nil
}
