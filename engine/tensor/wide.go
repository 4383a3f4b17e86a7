package tensor

// Wide is a dense float64 array: what is fitted by a closed form keeps all its digits.
type Wide struct {
	Shape Shape
	Data  []float64
}
