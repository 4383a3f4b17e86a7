package asm

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// run instantiates the module that build describes, with one page of memory named "memory".
func run(t *testing.T, build func(m *Module)) api.Module {
	t.Helper()
	m := &Module{}
	m.DefineMemory("memory", 1)
	build(m)
	code, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	t.Cleanup(func() { r.Close(ctx) })
	instance, err := r.Instantiate(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return instance
}

func call(t *testing.T, m api.Module, name string, args ...uint64) uint64 {
	t.Helper()
	out, err := m.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		t.Fatalf("%s%v: %v", name, args, err)
	}
	if len(out) == 0 {
		return 0
	}
	return out[0]
}

func TestConstantsOfEverySizeSurviveEncoding(t *testing.T) {
	values := []int32{0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8192, -8193, math.MaxInt32, math.MinInt32}
	m := run(t, func(m *Module) {
		for i, v := range values {
			m.Export(fmt.Sprint(i), func(f *Func) { f.Return(Int(v)) })
		}
		m.Export("float", func(f *Func) { f.Return(Float(-1.5)) })
	})
	for i, v := range values {
		if got := int32(call(t, m, fmt.Sprint(i))); got != v {
			t.Errorf("constant %d came back as %d", v, got)
		}
	}
	if got := math.Float32frombits(uint32(call(t, m, "float"))); got != -1.5 {
		t.Errorf("constant -1.5 came back as %v", got)
	}
}

func TestUnsignedNumbersFollowLEB128(t *testing.T) {
	for v, want := range map[uint32][]byte{0: {0}, 127: {127}, 128: {0x80, 1}, 624485: {0xe5, 0x8e, 0x26},
		math.MaxUint32: {0xff, 0xff, 0xff, 0xff, 0x0f}} {
		if got := appendUint(nil, v); !bytes.Equal(got, want) {
			t.Errorf("%d encodes as %x, want %x", v, got, want)
		}
	}
}

func TestIntegerInstructionsCompute(t *testing.T) {
	cases := []struct {
		name string
		op   func(a, b I32) I32
		want func(a, b int32) int32
	}{
		{"Eq", I32.Eq, func(a, b int32) int32 { return truth(a == b) }},
		{"Ne", I32.Ne, func(a, b int32) int32 { return truth(a != b) }},
		{"Lt", I32.Lt, func(a, b int32) int32 { return truth(a < b) }},
		{"Gt", I32.Gt, func(a, b int32) int32 { return truth(a > b) }},
		{"Le", I32.Le, func(a, b int32) int32 { return truth(a <= b) }},
		{"Ge", I32.Ge, func(a, b int32) int32 { return truth(a >= b) }},
		{"Add", I32.Add, func(a, b int32) int32 { return a + b }},
		{"Sub", I32.Sub, func(a, b int32) int32 { return a - b }},
		{"Mul", I32.Mul, func(a, b int32) int32 { return a * b }},
		{"And", I32.And, func(a, b int32) int32 { return a & b }},
		{"Or", I32.Or, func(a, b int32) int32 { return a | b }},
		{"Shl", func(a, _ I32) I32 { return a.Shl(3) }, func(a, _ int32) int32 { return a << 3 }},
		{"Shr", func(a, _ I32) I32 { return a.Shr(3) }, func(a, _ int32) int32 { return a >> 3 }},
		{"Min", I32.Min, func(a, b int32) int32 { return min(a, b) }},
		{"Max", I32.Max, func(a, b int32) int32 { return max(a, b) }},
		{"Select", func(a, b I32) I32 { return a.Select(b, Int(7)) }, func(a, b int32) int32 {
			if a != 0 {
				return b
			}
			return 7
		}},
	}
	m := run(t, func(m *Module) {
		for _, c := range cases {
			m.Export(c.name, func(f *Func) { a, b := f.ParamI32(), f.ParamI32(); f.Return(c.op(a, b)) })
		}
	})
	for _, c := range cases {
		for _, a := range []int32{0, 1, -5, 100, math.MaxInt32} {
			for _, b := range []int32{0, 1, -5, 99, math.MinInt32} {
				if got := int32(call(t, m, c.name, uint64(uint32(a)), uint64(uint32(b)))); got != c.want(a,
					b) {
					t.Errorf("%s(%d, %d) = %d, want %d", c.name, a, b, got, c.want(a, b))
				}
			}
		}
	}
}

func truth(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

func TestFloatInstructionsCompute(t *testing.T) {
	type float = float32
	cases := []struct {
		name string
		op   func(a, b F32) F32
		want func(a, b float) float
	}{
		{"Add", F32.Add, func(a, b float) float { return a + b }},
		{"Mul", F32.Mul, func(a, b float) float { return a * b }},
		{"Div", F32.Div, func(a, b float) float { return a / b }},
		{"Int", func(a, _ F32) F32 { return a.Int().Float() }, func(a, _ float) float {
			if a != a {
				return 0
			}
			return float(math.Trunc(float64(a)))
		}},
		{"Ne", func(a, b F32) F32 { return a.Ne(b).Float() },
			func(a, b float) float { return float(truth(a != b)) }},
	}
	m := run(t, func(m *Module) {
		for _, c := range cases {
			m.Export(c.name, func(f *Func) { a, b := f.ParamF32(), f.ParamF32(); f.Return(c.op(a, b)) })
		}
	})
	nan := float32(math.NaN())
	for _, c := range cases {
		for _, a := range []float32{0, 1.5, -2.25, 7, nan} {
			for _, b := range []float32{0, 1.5, 3, nan} {
				got := math.Float32frombits(uint32(call(t, m, c.name, api.EncodeF32(a), api.EncodeF32(b))))
				if want := c.want(a, b); got != want && (got == got || want == want) {
					t.Errorf("%s(%v, %v) = %v, want %v", c.name, a, b, got, want)
				}
			}
		}
	}
}

// ones is the float32 with all bits set: a true comparison.
var ones = math.Float32frombits(math.MaxUint32)

func mask(b bool) float32 {
	if b {
		return ones
	}
	return 0
}

func onBits(op func(a, b uint32) uint32) func(a, b float32) float32 {
	return func(a, b float32) float32 {
		return math.Float32frombits(op(math.Float32bits(a), math.Float32bits(b)))
	}
}

func TestVectorInstructionsComputeLaneByLane(t *testing.T) {
	cases := []struct {
		name string
		op   func(a, b V128) V128
		want func(a, b float32) float32
	}{
		{"Add", V128.Add, func(a, b float32) float32 { return a + b }},
		{"Sub", V128.Sub, func(a, b float32) float32 { return a - b }},
		{"Mul", V128.Mul, func(a, b float32) float32 { return a * b }},
		{"Div", V128.Div, func(a, b float32) float32 { return a / b }},
		{"Max", V128.Max, func(a, b float32) float32 { return max(a, b) }},
		{"Pmin", V128.Pmin, func(a, b float32) float32 {
			if b < a {
				return b
			}
			return a
		}},
		{"Pmax", V128.Pmax, func(a, b float32) float32 {
			if a < b {
				return b
			}
			return a
		}},
		{"Abs", func(a, _ V128) V128 { return a.Abs() },
			func(a, _ float32) float32 { return float32(math.Abs(float64(a))) }},
		{"Neg", func(a, _ V128) V128 { return a.Neg() }, func(a, _ float32) float32 { return -a }},
		{"Sqrt", func(a, _ V128) V128 { return a.Sqrt() },
			func(a, _ float32) float32 { return float32(math.Sqrt(float64(a))) }},
		{"Eq", V128.Eq, func(a, b float32) float32 { return mask(a == b) }},
		{"Lt", V128.Lt, func(a, b float32) float32 { return mask(a < b) }},
		{"Gt", V128.Gt, func(a, b float32) float32 { return mask(a > b) }},
		{"Ge", V128.Ge, func(a, b float32) float32 { return mask(a >= b) }},
		{"Not", func(a, _ V128) V128 { return a.Not() }, onBits(func(a, _ uint32) uint32 { return ^a })},
		{"And", V128.And, onBits(func(a, b uint32) uint32 { return a & b })},
		{"AndNot", V128.AndNot, onBits(func(a, b uint32) uint32 { return a &^ b })},
		{"Or", V128.Or, onBits(func(a, b uint32) uint32 { return a | b })},
		{"IntAdd", V128.IntAdd, onBits(func(a, b uint32) uint32 { return a + b })},
		{"IntSub", V128.IntSub, onBits(func(a, b uint32) uint32 { return a - b })},
		{"IntShl", func(a, _ V128) V128 { return a.IntShl(5) },
			onBits(func(a, _ uint32) uint32 { return a << 5 })},
		{"IntShr", func(a, _ V128) V128 { return a.IntShr(5) },
			onBits(func(a, _ uint32) uint32 { return uint32(int32(a) >> 5) })},
		{"IntToFloat", func(a, _ V128) V128 { return a.IntToFloat() },
			func(a, _ float32) float32 { return float32(int32(math.Float32bits(a))) }},
		{"Select", func(a, b V128) V128 { return a.Lt(b).Select(a, Floats(9)) }, func(a, b float32) float32 {
			if a < b {
				return a
			}
			return 9
		}},
	}
	m := run(t, func(m *Module) {
		for _, c := range cases {
			m.Export(c.name, func(f *Func) {
				at := f.ParamI32()
				at.Store(32, c.op(at.Load(0), at.Load(16)))
			})
		}
	})
	left := []float32{0, -1.5, 3e5, float32(math.Inf(1)), float32(math.NaN()), 2, 2, -7}
	right := []float32{1, -1.5, 7, 1, 2, float32(math.NaN()), 1e-40, 7}
	for _, c := range cases {
		for start := 0; start < len(left); start += 4 {
			got := vectorCall(t, m, c.name, left[start:start+4], right[start:start+4])
			for i := range 4 {
				a, b := left[start+i], right[start+i]
				if want := c.want(a, b); math.Float32bits(got[i]) != math.Float32bits(want) &&
					(got[i] == got[i] || want == want) {
					t.Errorf("%s(%v, %v) = %v, want %v", c.name, a, b, got[i], want)
				}
			}
		}
	}
}

func vectorCall(t *testing.T, m api.Module, name string, a, b []float32) (out [4]float32) {
	t.Helper()
	for i := range 4 {
		m.Memory().WriteFloat32Le(uint32(64+4*i), a[i])
		m.Memory().WriteFloat32Le(uint32(64+16+4*i), b[i])
	}
	call(t, m, name, 64)
	for i := range 4 {
		out[i], _ = m.Memory().ReadFloat32Le(uint32(64 + 32 + 4*i))
	}
	return out
}

func TestLanesAndShufflesMoveWhatTheyName(t *testing.T) {
	cases := []struct {
		name string
		op   func(at I32, a, b V128) V128
		want [4]float32
	}{
		{"Shuffle", func(_ I32, a, b V128) V128 { return a.Shuffle(b, [4]int{7, 0, 5, 2}) },
			[4]float32{8, 1, 6, 3}},
		{"Lane", func(_ I32, a, _ V128) V128 { return a.Lane(2).Splat() }, [4]float32{3, 3, 3, 3}},
		{"LoadLane", func(at I32, a, _ V128) V128 { return at.LoadLane(16, a, 3) }, [4]float32{1, 2, 3, 5}},
		{"LoadSplat", func(at I32, _, _ V128) V128 { return at.LoadSplat(20) }, [4]float32{6, 6, 6, 6}},
		{"Lanes", func(I32, V128, V128) V128 {
			return Lanes(0, math.Float32bits(1), math.Float32bits(2), 0)
		}, [4]float32{0, 1, 2, 0}},
		{"IntSplat", func(at I32, _, _ V128) V128 { return at.Splat().IntToFloat() },
			[4]float32{64, 64, 64, 64}},
		{"LoadI32", func(at I32, _, _ V128) V128 {
			return at.LoadI32(4).Sub(at.LoadI32(0)).Splat().IntToFloat()
		}, [4]float32{1 << 23, 1 << 23, 1 << 23, 1 << 23}},
		{"LoadF32", func(at I32, _, _ V128) V128 { return at.LoadF32(4).Splat() }, [4]float32{2, 2, 2, 2}},
	}
	m := run(t, func(m *Module) {
		for _, c := range cases {
			m.Export(c.name, func(f *Func) {
				at := f.ParamI32()
				at.Store(32, c.op(at, at.Load(0), at.Load(16)))
			})
		}
		m.Export("StoreLane", func(f *Func) {
			at := f.ParamI32()
			at.Store(32, Floats(0))
			at.StoreLane(40, at.Load(0), 1)
			at.StoreF32(36, at.LoadF32(16))
			at.StoreF32(32, at.LoadF32(0))
		})
	})
	a, b := []float32{1, 2, 3, 4}, []float32{5, 6, 7, 8}
	for _, c := range cases {
		if got := vectorCall(t, m, c.name, a, b); got != c.want {
			t.Errorf("%s = %v, want %v", c.name, got, c.want)
		}
	}
	if got, want := vectorCall(t, m, "StoreLane", a, b), [4]float32{1, 5, 2, 0}; got != want {
		t.Errorf("StoreLane = %v, want %v", got, want)
	}
}

func TestControlFlowRunsWhatItSays(t *testing.T) {
	m := run(t, func(m *Module) {
		m.Export("sum", func(f *Func) { // of 0, 3, 6, ... below n
			n := f.ParamI32()
			i, total := f.I32(), f.I32()
			f.For(i, Int(0), n, 3, func() { total.Set(total.Add(i)) })
			f.Return(total)
		})
		m.Export("repeat", func(f *Func) { // the remainder of n by 5
			n := f.ParamI32()
			f.Repeat(n, 5, func() {})
			f.Return(n)
		})
		m.Export("switch", func(f *Func) {
			i := f.ParamI32()
			out := f.LetI32(Int(-1))
			f.Switch(i, func() { out.Set(Int(10)) }, func() { out.Set(Int(11)) }, func() { out.Set(Int(12)) })
			f.Return(out)
		})
		m.Export("collatz", func(f *Func) { // steps until 1, through both kinds of labels
			n := f.ParamI32()
			steps := f.I32()
			f.Block(func(end *Label) {
				f.Loop(func(again *Label) {
					end.BrIf(n.Le(Int(1)))
					f.IfElse(n.And(Int(1)), func() { n.Set(n.Mul(Int(3)).Add(Int(1))) },
						func() { n.Set(n.Shr(1)) })
					steps.Set(steps.Add(Int(1)))
					again.Br()
				})
			})
			f.Return(steps)
		})
		keep := m.Func("keep", func(f *Func) { at, x := f.ParamI32(), f.ParamF32(); at.StoreF32(8, x) })
		m.Export("call", func(f *Func) {
			x := f.ParamI32()
			f.Call(keep, Int(16), x.Mul(x).Float())
			f.Return(x.Mul(Int(0)).Add(Int(24)).LoadF32(0).Int())
		})
		m.Export("early", func(f *Func) {
			x := f.ParamI32()
			f.If(x, func() { f.Return(Int(1)) })
			f.Return(Int(2))
		})
	})
	cases := []struct {
		name      string
		arg, want int32
	}{
		{"sum", 10, 18}, {"sum", 0, 0}, {"sum", -4, 0}, {"sum", 1, 0},
		{"repeat", 13, 3}, {"repeat", 4, 4}, {"repeat", -7, -7},
		{"switch", 0, 10}, {"switch", 1, 11}, {"switch", 2, 12}, {"switch", 3, -1}, {"switch", -1, -1},
		{"collatz", 27, 111}, {"collatz", 1, 0}, {"call", 5, 25}, {"early", 0, 2}, {"early", 3, 1},
	}
	for _, c := range cases {
		if got := int32(call(t, m, c.name, uint64(uint32(c.arg)))); got != c.want {
			t.Errorf("%s(%d) = %d, want %d", c.name, c.arg, got, c.want)
		}
	}
}

func TestImportedMemoryAcceptsAMemoryWithoutLimit(t *testing.T) {
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	host, guest := &Module{}, &Module{}
	host.DefineMemory("memory", 2)
	guest.ImportMemory("env", "memory", 0)
	guest.Export("poke", func(f *Func) { at := f.ParamI32(); at.StoreF32(4, Float(42)) })
	hostCode, err := host.Encode()
	if err != nil {
		t.Fatal(err)
	}
	guestCode, err := guest.Encode()
	if err != nil {
		t.Fatal(err)
	}
	env, err := r.InstantiateWithConfig(ctx, hostCode, wazero.NewModuleConfig().WithName("env"))
	if err != nil {
		t.Fatal(err)
	}
	instance, err := r.Instantiate(ctx, guestCode)
	if err != nil {
		t.Fatal(err)
	}
	call(t, instance, "poke", 8)
	if got, _ := env.Memory().ReadFloat32Le(12); got != 42 {
		t.Errorf("memory holds %v, want 42", got)
	}
}

func TestRelaxedInstructionsEncodeAsTheProposalSays(t *testing.T) {
	f := &Func{}
	a := f.V128()
	for op, got := range map[byte]V128{0x85: a.RelaxedMadd(a, a), 0x86: a.RelaxedNmadd(a, a)} {
		want := []byte{opLocalGet, 0, opLocalGet, 0, opLocalGet, 0, 0xfd, op, 0x02}
		if !bytes.Equal(got.code, want) {
			t.Errorf("encoded as %x, want %x", got.code, want)
		}
	}
	if lanes := Lanes(1, 2, 3, 4).code[2:]; binary.LittleEndian.Uint32(lanes[4:]) != 2 {
		t.Errorf("lanes encoded as %x, want little endian 1, 2, 3, 4", lanes)
	}
}

func TestMistakesAreNamedWithTheirFunction(t *testing.T) {
	var stolen I32
	var left *Label
	var g, returns *Func
	cases := []struct {
		name  string
		build func(f *Func)
		want  string
	}{
		{"foreign", func(f *Func) { f.I32().Set(stolen) }, "foreign: uses a variable of owner"},
		{"mixed", func(f *Func) { f.Return(f.I32().Add(stolen)) },
			"mixed: mixes variables of mixed with variables of owner"},
		{"borrowed", func(f *Func) { f.Return(stolen) }, "borrowed: uses a variable of owner"},
		{"constant", func(f *Func) { f.I32().Add(Int(1)).Set(Int(2)) },
			"constant: set of an expression that is not a variable"},
		{"lane", func(f *Func) { f.F32().Set(f.V128().Lane(4)) }, "lane: lane 4, want 0 to 3"},
		{"shuffle", func(f *Func) { v := f.V128(); v.Set(v.Shuffle(v, [4]int{0, 8, 0, 0})) },
			"shuffle: shuffle of lane 8, want 0 to 7"},
		{"label", func(f *Func) { f.Block(func(l *Label) { left = l }); left.Br() },
			"label: a jump to a label from outside its block"},
		{"arity", func(f *Func) { f.Call(g, f.I32()) },
			"arity: call of owner with [i32] for nothing, want [i32 f32] for []"},
		{"missing", func(f *Func) { f.Return(f.I32().Add(I32{})) }, "missing: an operand is missing"},
		{"result", func(f *Func) { f.Call(returns) },
			"result: call of returns with [] for nothing, want [] for [i32]"},
		{"end", func(f *Func) { f.If(f.I32(), func() { f.Return(Int(1)) }) },
			"end: does not end with Return"},
		{"types", func(f *Func) { f.If(f.I32(), func() { f.Return(Int(1)) }); f.Return(Float(1)) },
			"types: returns [f32], before it returned [i32]"},
		{"pair", func(f *Func) { f.Return(Int(1), Int(2)) }, "pair: returns 2 values, want at most 1"},
		{"late", func(f *Func) { f.I32(); f.ParamI32() },
			"late: a parameter is declared after a variable or statement"},
		{"memory", func(f *Func) { f.Return(f.I32().LoadF32(0)) },
			"memory: loads or stores, but the module has no memory"},
	}
	for _, c := range cases {
		m := &Module{}
		g = m.Func("owner", func(f *Func) { stolen = f.ParamI32(); f.ParamF32() })
		returns = m.Func("returns", func(f *Func) { f.Return(Int(1)) })
		m.Func(c.name, c.build)
		if _, err := m.Encode(); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	m := &Module{}
	m.Export("twice", func(*Func) {})
	m.Export("twice", func(*Func) {})
	if _, err := m.Encode(); err == nil || err.Error() != "twice: exported twice" {
		t.Errorf("error %v, want twice: exported twice", err)
	}
}
