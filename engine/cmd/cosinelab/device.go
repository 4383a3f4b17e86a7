package main

import (
	"flag"
	"fmt"
	"runtime"

	"cosinelab/assets/words"
	"cosinelab/engine/backend"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// device is a device by name. Only what can run in this program is listed.
type device struct {
	name  string
	about words.Key
	open  func(cores int) backend.Device
}

// defaultDevice is the first of allDevices.
const defaultDevice = "cpu"

func allDevices() []device {
	onCores := func(cores int) backend.Device { return cpu.New().OnCores(cores) }
	return []device{{defaultDevice, "cli-device-cpu", onCores}}
}

// deviceFlag declares the flag -device.
func (a *app) deviceFlag(f *flag.FlagSet) *string {
	return f.String("device", defaultDevice, a.w.Say("cli-flag-device"))
}

// openDevice opens the device of this name on all cores.
func openDevice(name string) (backend.Device, error) {
	dev, _, err := openWorkers(name, 1)
	return dev, err
}

// workersOf is how many workers an experiment can use, and the machine has cores for.
func workersOf(sp spec.Spec) int {
	return max(1, min(train.Shards*len(sp.Seeds)*len(sp.Arms), runtime.GOMAXPROCS(0)))
}

// openWorkers opens a device for each of several workers, at most one for each core; they share the cores.
// dev is that of the worker that everything else runs in, others are beside it.
func openWorkers(name string, workers int) (dev backend.Device, others []experiment.Worker, err error) {
	for _, d := range allDevices() {
		if d.name != name {
			continue
		}
		cores := runtime.GOMAXPROCS(0)
		workers = max(1, min(workers, cores))
		for range workers - 1 {
			others = append(others, experiment.Local(d.open(cores/workers)))
		}
		return d.open(cores / workers), others, nil
	}
	return nil, nil, usage("cli-no-device", name)
}

// machine is the platform, as reports name it: linux/amd64.
func machine() string { return runtime.GOOS + "/" + runtime.GOARCH }

func (a *app) devices(*flag.FlagSet) action {
	return alone("devices", func() error {
		for _, d := range allDevices() {
			about := a.w.Say("cli-device-line", d.about, machine(), runtime.GOMAXPROCS(0))
			fmt.Fprintf(a.out, "%-8s %s\n", d.name, about)
		}
		return nil
	})
}
