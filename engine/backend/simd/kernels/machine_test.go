package kernels

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cosinelab/engine/backend/simd/asm"

	"github.com/chromedp/chromedp"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// A machine runs kernels: wazero natively, Chromium where it is wanted.
type machine interface {
	// call puts memory at address 0, calls the kernel and copies memory back.
	call(tb testing.TB, memory []byte, kernel string, args []any) float32
}

// onMachines runs the test on wazero, and in Chromium on both builds if the environment asks for it.
func onMachines(t *testing.T, test func(t *testing.T, m machine)) {
	t.Run("wazero", func(t *testing.T) { test(t, native(t)) })
	for name, code := range map[string][]byte{"plain": Plain, "relaxed": Relaxed} {
		t.Run("chromium/"+name, func(t *testing.T) { test(t, browser{openChromium(t, code)}) })
	}
}

// wazeroMachine has the plain build: wazero does not know relaxed SIMD.
type wazeroMachine struct{ memory, kernels api.Module }

var nativeOnce = sync.OnceValues(func() (*wazeroMachine, error) {
	ctx := context.Background()
	host := asm.Module{}
	host.DefineMemory("memory", 256)
	code, err := host.Encode()
	if err != nil {
		return nil, err
	}
	r := wazero.NewRuntime(ctx)
	memory, err := r.InstantiateWithConfig(ctx, code, wazero.NewModuleConfig().WithName("env"))
	if err != nil {
		return nil, err
	}
	kernels, err := r.Instantiate(ctx, Plain)
	return &wazeroMachine{memory, kernels}, err
})

func native(tb testing.TB) machine {
	tb.Helper()
	m, err := nativeOnce()
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func (m *wazeroMachine) call(tb testing.TB, memory []byte, kernel string, args []any) float32 {
	tb.Helper()
	stack := make([]uint64, max(1, len(args)))
	for i, a := range args {
		switch a := a.(type) {
		case int:
			stack[i] = api.EncodeI32(int32(a))
		case float32:
			stack[i] = api.EncodeF32(a)
		}
	}
	f := m.kernels.ExportedFunction(kernel)
	if f == nil {
		tb.Fatalf("no kernel %s", kernel)
	}
	view, _ := m.memory.Memory().Read(0, uint32(len(memory)))
	copy(view, memory)
	if err := f.CallWithStack(context.Background(), stack); err != nil {
		tb.Fatalf("%s%v: %v", kernel, args, err)
	}
	copy(memory, view)
	return api.DecodeF32(stack[0])
}

type browser struct{ ctx context.Context }

func (b browser) call(tb testing.TB, memory []byte, kernel string, args []any) float32 {
	tb.Helper()
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = javaScript(a)
	}
	script := fmt.Sprintf("write(0, %q); globalThis.result = String(kernels[%q](%s)); [result, read(0, %d)]",
		base64.StdEncoding.EncodeToString(memory), kernel, strings.Join(list, ","), len(memory))
	var out [2]string
	if err := chromedp.Run(b.ctx, chromedp.Evaluate(script, &out)); err != nil {
		tb.Fatalf("%s%v: %v", kernel, args, err)
	}
	if _, err := base64.StdEncoding.Decode(memory, []byte(out[1])); err != nil {
		tb.Fatal(err)
	}
	result, _ := strconv.ParseFloat(out[0], 32)
	return float32(result)
}

func javaScript(arg any) string {
	switch a := arg.(type) {
	case float32:
		if math.IsInf(float64(a), 0) || a != a {
			return strings.NewReplacer("+Inf", "Infinity", "-Inf", "-Infinity").Replace(fmt.Sprint(a))
		}
		return strconv.FormatFloat(float64(a), 'g', -1, 64)
	default:
		return fmt.Sprint(a)
	}
}

// arena lays arrays out in a machine's memory with a guard band around each: a kernel that reads a guard
// computes with NaN, one that writes to a guard is found by check.
type arena struct {
	tb     testing.TB
	m      machine
	memory []byte
}

const (
	guardBytes = 64
	scratchAt  = 4 << 20    // behind every arena, in both machines' memories
	guardBits  = 0x7fc5a5a5 // a quiet NaN that nothing computes
)

func newArena(tb testing.TB, m machine) *arena {
	a := &arena{tb: tb, m: m}
	a.guard()
	return a
}

func (a *arena) guard() {
	for range guardBytes / 4 {
		a.memory = binary.LittleEndian.AppendUint32(a.memory, guardBits)
	}
}

// An array is a stretch of the arena: its address and length in floats.
type array struct{ at, size int }

// put adds x, then a guard.
func (a *arena) put(x []float32) array {
	at := len(a.memory)
	for _, v := range x {
		a.memory = binary.LittleEndian.AppendUint32(a.memory, math.Float32bits(v))
	}
	a.guard()
	return array{at, len(x)}
}

// room adds n floats of guard bits, so that what the kernel does not write shows.
func (a *arena) room(n int) array {
	at := len(a.memory)
	for range n {
		a.memory = binary.LittleEndian.AppendUint32(a.memory, guardBits)
	}
	a.guard()
	return array{at, n}
}

func (a *arena) get(x array) []float32 {
	out := make([]float32, x.size)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(a.memory[x.at+4*i:]))
	}
	return out
}

// call runs the kernel and fails the test if it changed any byte outside the arrays named writable.
func (a *arena) call(kernel string, args []any, writable ...array) float32 {
	a.tb.Helper()
	before := append([]byte(nil), a.memory...)
	result := a.m.call(a.tb, a.memory, kernel, args)
	for _, w := range writable {
		copy(before[w.at:w.at+4*w.size], a.memory[w.at:])
	}
	if !bytes.Equal(before, a.memory) {
		at := 0
		for before[at] == a.memory[at] {
			at++
		}
		a.tb.Fatalf("%s%v wrote to byte %d, outside its outputs %v", kernel, args, at, writable)
	}
	return result
}
