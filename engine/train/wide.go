package train

import (
	"encoding/binary"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"cosinelab/datasets/fault"
	"cosinelab/engine/tensor"
)

// wideView lets a float64 array be written as F64.
type wideView struct{ x tensor.Wide }

func (v wideView) DType() safetensors.DType { return safetensors.F64 }
func (v wideView) DataLen() uint64          { return uint64(8 * len(v.x.Data)) }

func (v wideView) Shape() []uint64 {
	shape := make([]uint64, len(v.x.Shape))
	for i, d := range v.x.Shape {
		shape[i] = uint64(d)
	}
	return shape
}

func (v wideView) Data() []byte {
	out := make([]byte, 0, 8*len(v.x.Data))
	for _, x := range v.x.Data {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
	}
	return out
}

// WriteWide writes float64 tensors in the safetensors format. After an error, out holds part of a file.
func WriteWide(out io.Writer, tensors map[string]tensor.Wide) error {
	views := make(map[string]wideView, len(tensors))
	for name, x := range tensors {
		views[name] = wideView{x}
	}
	return safetensors.SerializeToWriter(views, nil, out)
}

// ReadWide reads a safetensors file of F64 tensors. Anything else in it is an error that names the tensor.
func ReadWide(in io.Reader) (map[string]tensor.Wide, error) {
	data, infos, _, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	out := map[string]tensor.Wide{}
	for _, name := range slices.Sorted(maps.Keys(infos)) {
		info := infos[name]
		shape, err := shapeOf(info)
		if err == nil && info.DType != safetensors.F64 {
			err = fault.New("tensor-not-wide", info.DType.String())
		}
		if err != nil {
			return nil, fault.New("safetensors", fault.New("tensor-error", name, err))
		}
		x := tensor.Wide{Shape: shape, Data: make([]float64, shape.Len())}
		raw := data[info.DataOffsets[0]:info.DataOffsets[1]]
		for i := range x.Data {
			x.Data[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
		out[name] = x
	}
	return out, nil
}
