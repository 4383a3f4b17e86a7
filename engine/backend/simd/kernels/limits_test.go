package kernels

import (
	"go/ast"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A call is one of every kernel: the arrays it has with their sizes, and what else it is told. Strides that
// are not listed are cols. Arrays that a kernel only reads hold normals, and those in positive their amounts.
type call struct {
	kernel   string
	set      map[string]float64
	arrays   map[string]int
	writes   []string // arrays it writes, which may be among those that it reads
	positive []string
	linear   []string // arrays that the results are proportional to, all together
	deaf     []string // arrays whose NaN gives 0, as the kernel's Doc says
}

// dense is a call on arrays of n numbers.
func dense(kernel string, inputs, linear string) call {
	c := call{kernel: kernel, set: map[string]float64{"n": 9}, arrays: map[string]int{},
		linear: strings.Fields(linear)}
	for _, x := range strings.Fields(inputs) {
		c.arrays[x] = 9
	}
	return c
}

// write names the arrays of n numbers that the kernel writes.
func (c call) write(names ...string) call {
	for _, name := range names {
		if c.arrays[name] == 0 {
			c.arrays[name] = 9
		}
	}
	c.writes = names
	return c
}

// calls are at least one for each kernel.
func calls() (list []call) {
	for _, name := range []string{"exp", "tanh", "sigmoid", "softplus", "erf", "gelu"} {
		list = append(list, dense(name, "x", "").write("y"))
	}
	for _, name := range []string{"log", "sqrt"} {
		c := dense(name, "x", "").write("y")
		c.positive = []string{"x"}
		list = append(list, c)
	}
	reluGrad := dense("relu_grad", "y dy", "dy").write("dx")
	reluGrad.deaf = []string{"y"}
	list = append(list,
		dense("relu", "x", "x").write("y"), dense("gelu_both", "x", "").write("y", "slope"),
		dense("add", "a b", "a b").write("y"), dense("sub", "a b", "a b").write("y"),
		dense("max", "a b", "a b").write("y"),
		dense("mul", "a b", "a").write("y"), dense("div", "a b", "a").write("y"),
		dense("tanh_grad", "y dy", "dy").write("dx"), dense("sigmoid_grad", "y dy", "dy").write("dx"),
		reluGrad,
		dense("scale", "x", "x").write("y").with("factor", 0.7), dense("sum", "x", "x"))
	for name, linear := range map[string]string{"add": "a b", "sub": "a b", "max": "a b", "mul": "a",
		"div": "a"} {
		list = append(list, rows(name+"_grid", "a b", linear, "y").with("denseA", 1, "denseB", 1))
	}
	list = append(list,
		rows("row_sum", "x", "x").size("y", 3, true), rows("row_dot", "a b", "a").size("y", 3, true),
		rows("col_sum", "x", "x y").size("y", 7, true),
		rows("softmax", "x", "", "y").with("scale", 0.7),
		rows("softmax_grad", "y dy", "dy", "dx").with("scale", 0.7),
		rows("norm", "x", "", "xhat", "y").with("eps", 1e-5).size("weight", 7, false).size("bias", 7,
			false).size("rstd", 3, true),
		rows("norm_grad", "xhat dy", "dy dweight dbias", "dx").size("weight", 7, false).size("rstd", 3,
			false).
			size("dweight", 7, true).size("dbias", 7, true),
		associations("association").size("d", 3, true).with("ldd", 1),
		associations("association_grad", "gs", "gp", "ds").size("gs", 3, false).size("gp", 3,
			false).size("dsigma", 3, true).
			size("ds", 21, true).with("ldgs", 1, "ldgp", 1, "lddsigma", 1, "add", 1))
	return append(list, models()...)
}

// models are the kernels of optimiser, recurrences, influences, products.
func models() []call {
	adam := dense("adam", "param grad m v", "").write("param", "m", "v")
	adam.positive = []string{"v"}
	adam = adam.with("scale", 0.5, "decay", 0.01, "beta1", 0.9, "gain1", 0.1, "beta2", 0.999, "gain2", 0.001,
		"unbias1", 10, "unbias2", 1000,
		"rate", 0.01, "eps", 1e-8)
	cell := func(kernel, linear string, sizes map[string]int, writes ...string) call {
		c := call{kernel: kernel, set: map[string]float64{"rows": 2, "hidden": 5}, arrays: sizes,
			writes: writes, linear: strings.Fields(linear)}
		for name, n := range sizes {
			c.set["ld"+name] = float64(n / 2)
		}
		return c
	}
	influence := func(kernel, linear string, sizes map[string]int, writes string) call {
		return call{kernel: kernel, set: map[string]float64{"channels": 3, "features": 5}, arrays: sizes,
			writes: []string{writes}, linear: strings.Fields(linear)}
	}
	influenceGrad := influence("influence_grad", "dy dboth", map[string]int{"weights": 9, "both": 30,
		"dy": 15, "dboth": 30}, "dboth")
	influenceGrad.deaf = []string{"both"}
	product := call{set: map[string]float64{"m": 7, "n": 9, "k": 5, "alpha": 0.7, "rsA": 5, "csA": 1,
		"rsB": 9, "csB": 1, "beta": 0.3,
		"ldc": 9, "ldr": 9, "scratch": scratchAt, "count": 2, "stepA": 35, "stepC": 63},
		writes: []string{"c"}}
	one, batch, activated := product, product, product
	one.kernel, one.arrays, one.linear = "sgemm", map[string]int{"a": 35, "b": 45, "c": 63, "bias": 9,
		"residual": 63}, strings.Fields("a c bias residual")
	batch.kernel, batch.arrays, batch.linear = "sgemm_batch", map[string]int{"a": 70, "b": 45, "c": 126},
		strings.Fields("a c")
	activated.kernel, activated.arrays, activated.writes = "sgemm", map[string]int{"a": 35, "b": 45, "c": 63,
		"bias": 9, "slope": 63}, []string{"c", "slope"}
	return []call{adam, one, batch, activated.with("gelu", 1),
		cell("lstm_cell", "", map[string]int{"z": 40, "before": 10, "c": 10, "h": 10}, "z", "c", "h"),
		cell("lstm_cell_grad", "dh dc", map[string]int{"gates": 40, "before": 10, "c": 10, "dh": 10,
			"dc": 10, "dz": 40}, "dc", "dz"),
		cell("gru_cell", "", map[string]int{"x": 30, "y": 30, "before": 10, "h": 10}, "x", "h"),
		cell("gru_cell_grad", "dh", map[string]int{"gates": 30, "y": 30, "before": 10, "dh": 10, "dx": 30,
			"dy": 30, "dbefore": 10},
			"dx", "dy", "dbefore"),
		influence("influence", "weights", map[string]int{"weights": 9, "both": 30, "y": 15}, "y"),
		influenceGrad,
		influence("influence_grad_weights", "dy sums", map[string]int{"both": 30, "dy": 15, "sums": 36},
			"sums"),
	}
}

// rows is a call on matrices of three rows.
func rows(kernel, inputs, linear string, writes ...string) call {
	c := call{kernel: kernel, set: map[string]float64{"rows": 3, "cols": 7}, arrays: map[string]int{},
		linear: strings.Fields(linear), writes: writes}
	for _, name := range append(strings.Fields(inputs), writes...) {
		c.arrays[name] = 21
	}
	return c
}

// associations is a call on rows of attention weights.
func associations(kernel string, linear ...string) call {
	c := rows(kernel, "s", "").with("first", 2, "scale", 1, "ldsigma", 1).size("sigma", 3, false).size("row",
		7, true)
	c.positive, c.linear = []string{"s", "sigma"}, linear
	return c
}

// with sets arguments: names and numbers in turn.
func (c call) with(set ...any) call {
	c.set = maps.Clone(c.set)
	for i := 0; i < len(set); i += 2 {
		switch v := set[i+1].(type) {
		case int:
			c.set[set[i].(string)] = float64(v)
		case float64:
			c.set[set[i].(string)] = v
		}
	}
	return c
}

// size gives an array another size.
func (c call) size(name string, n int, written bool) call {
	c.arrays[name] = n
	if written {
		c.writes = append(slices.Clone(c.writes), name)
	}
	return c
}

// values are fresh contents for all arrays.
func (c call) values() map[string][]float32 {
	out := map[string][]float32{}
	for i, name := range c.names() {
		x := normals(rand.New(rand.NewPCG(51, uint64(i))), c.arrays[name])
		for k, v := range x {
			if slices.Contains(c.positive, name) {
				x[k] = float32(math.Min(0.9, 0.1+math.Abs(float64(v))/3))
			}
		}
		out[name] = x
	}
	return out
}

// names are those of the arrays, sorted.
func (c call) names() (names []string) {
	for name := range c.arrays {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// run calls the kernel with these contents, and returns what it left in the arrays it writes, and its result;
// scratch is left out.
func (c call) run(t *testing.T, m machine, values map[string][]float32) map[string][]float32 {
	t.Helper()
	memory := newArena(t, m)
	at := map[string]array{}
	var writable []array
	for _, name := range c.names() {
		at[name] = memory.put(values[name])
		if slices.Contains(c.writes, name) {
			writable = append(writable, at[name])
		}
	}
	result := memory.call(c.kernel, c.args(t, at), writable...)
	out := map[string][]float32{}
	for _, name := range c.writes {
		if name != "row" {
			out[name] = memory.get(at[name])
		}
	}
	if len(c.writes) == 0 {
		out["result"] = []float32{result}
	}
	return out
}

// args are those of the kernel's table entry, in order.
func (c call) args(t *testing.T, at map[string]array) (args []any) {
	t.Helper()
	k := All[slices.IndexFunc(All, func(k Kernel) bool { return k.Name == c.kernel })]
	for _, field := range parsed(t, k).Params.List {
		for _, name := range field.Names {
			x, there := c.set[name.Name]
			if a, ok := at[name.Name]; ok {
				args = append(args, a.at)
				continue
			}
			if !there && strings.HasPrefix(name.Name, "ld") {
				x = c.set["cols"]
			}
			if field.Type.(*ast.Ident).Name == "f32" {
				args = append(args, float32(x))
			} else {
				args = append(args, int(x))
			}
		}
	}
	return args
}

// changed returns the values with element i of one array replaced.
func changed(values map[string][]float32, name string, i int, v float32) map[string][]float32 {
	out := map[string][]float32{}
	for n, x := range values {
		out[n] = slices.Clone(x)
	}
	out[name][i] = v
	return out
}

func TestEveryKernelHasACall(t *testing.T) {
	for _, k := range All {
		// one has no data, the other has a test with NaN of its own
		elsewhere := k.Name == "roofline" || k.Name == "gather"
		if !elsewhere && !slices.ContainsFunc(calls(), func(c call) bool { return c.kernel == k.Name }) {
			t.Errorf("%s is not among the calls", k.Name)
		}
	}
}

// TestEveryKernelPassesOnNaN puts NaN into some elements of every array, one at a time. What another number
// there changes has to become NaN.
func TestEveryKernelPassesOnNaN(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		for _, c := range calls() {
			values, found := c.values(), false
			base := c.run(t, m, values)
			for _, name := range c.names() {
				if slices.Contains(c.deaf, name) {
					continue
				}
				for _, i := range []int{0, c.arrays[name] / 2, c.arrays[name] - 1} {
					v := values[name][i]
					up, back := c.run(t, m, changed(values, name, i, v*1.5)),
						c.run(t, m, changed(values, name, i, -v))
					if slices.Contains(c.positive, name) {
						back = up
					}
					nan := c.run(t, m, changed(values, name, i, float32(math.NaN())))
					for out, x := range base {
						for k := range x {
							got := nan[out][k]
							depends := up[out][k] != x[k] || back[out][k] != x[k]
							found = found || depends
							if depends && got == got {
								t.Errorf("%s: with NaN in %s[%d], %s[%d] is %v", c.kernel, name, i, out, k,
									got)
							}
						}
					}
				}
			}
			if !found {
				t.Errorf("%s: no result depends on anything", c.kernel)
			}
		}
	})
}

// TestKernelsKeepTheirDigitsAtEveryScale multiplies what a kernel is linear in by powers of two: its results
// must be multiplied by the same, exactly, or, as denormals, to some units in the last place.
func TestKernelsKeepTheirDigitsAtEveryScale(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		for _, c := range calls() {
			if len(c.linear) == 0 {
				continue
			}
			values := c.values()
			base := c.run(t, m, values)
			for _, exponent := range []int{100, -100, -140} {
				scaled := c.values()
				for _, name := range c.linear {
					for i, v := range scaled[name] {
						scaled[name][i] = float32(math.Ldexp(float64(v), exponent))
					}
				}
				slack := 0.0
				if exponent < -126 {
					slack = 64 * 0x1p-149
				}
				for out, x := range c.run(t, m, scaled) {
					for k, v := range x {
						if want := math.Ldexp(float64(base[out][k]),
							exponent); !(math.Abs(float64(v)-want) <= slack) {
							t.Errorf("%s times 2^%d: %s[%d] is %v, want %v", c.kernel, exponent, out, k, v,
								want)
						}
					}
				}
			}
		}
	})
}

func TestCellsAndTheOptimiserBearHugeAndTinyNumbers(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		for _, c := range calls() {
			if !slices.Contains([]string{"lstm_cell", "gru_cell", "adam", "tanh", "sigmoid", "erf", "relu"},
				c.kernel) {
				continue
			}
			for _, size := range []float64{1e-45, 1e-40, 1e-30, 1e18} {
				values := c.values()
				for _, name := range []string{"x", "y", "z", "grad"} {
					for i, v := range values[name] {
						values[name][i] = float32(math.Copysign(size, float64(v)))
					}
				}
				for out, x := range c.run(t, m, values) {
					for k, v := range x {
						if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
							t.Errorf("%s of numbers of size %g: %s[%d] is %v", c.kernel, size, out, k, v)
						}
					}
				}
			}
		}
	})
}
