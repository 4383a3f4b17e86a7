package train

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"cosinelab/engine/tensor"
)

// view lets a tensor be written as F32.
type view struct{ tensor tensor.Tensor }

func (v view) DType() safetensors.DType { return safetensors.F32 }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.tensor.Shape))
	for i, d := range v.tensor.Shape {
		shape[i] = uint64(d)
	}
	return shape
}

func (v view) Data() []byte {
	data := make([]byte, 0, v.DataLen())
	for _, x := range v.tensor.Data {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	return data
}

func (v view) DataLen() uint64 { return uint64(4 * len(v.tensor.Data)) }

// WriteTensors writes float32 tensors and metadata in the safetensors format.
func WriteTensors(out io.Writer, tensors map[string]tensor.Tensor, meta map[string]string) error {
	views := make(map[string]view, len(tensors))
	for name, x := range tensors {
		views[name] = view{x}
	}
	return safetensors.SerializeToWriter(views, meta, out)
}

// maxTensors bounds what ReadTensors takes into memory: 2 GiB, several times the largest checkpoint.
const maxTensors = 2 << 30

// ReadTensors reads a safetensors file of F32 or F64 tensors with its metadata. F64 is rounded.
func ReadTensors(in io.Reader) (map[string]tensor.Tensor, map[string]string, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxTensors+1))
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	if len(raw) > maxTensors {
		return nil, nil, fmt.Errorf("safetensors: more than %d bytes", maxTensors)
	}
	n, header, err := safetensors.ReadMetadata(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("safetensors: %w", err)
	}
	data, infos := raw[8+n:], header.Tensors()
	out := map[string]tensor.Tensor{}
	for _, name := range slices.Sorted(maps.Keys(infos)) {
		info := infos[name]
		if out[name], err = decode(info, data[info.DataOffsets[0]:info.DataOffsets[1]]); err != nil {
			return nil, nil, fmt.Errorf("safetensors: tensor %s: %w", name, err)
		}
	}
	return out, header.Metadata(), nil
}

// decode reads the values of one tensor; the header has been checked to give as many bytes as its shape needs.
func decode(info *safetensors.TensorInfo, data []byte) (tensor.Tensor, error) {
	if info.DType != safetensors.F32 && info.DType != safetensors.F64 {
		return tensor.Tensor{}, fmt.Errorf("type %v, want F32 or F64", info.DType)
	}
	shape := make(tensor.Shape, len(info.Shape))
	for i, d := range info.Shape {
		if d == 0 || d > math.MaxInt32 {
			return tensor.Tensor{}, fmt.Errorf("axis %d has extent %d, want 1 to %d", i, d, math.MaxInt32)
		}
		shape[i] = int(d)
	}
	x := tensor.New(shape...)
	for i := range x.Data {
		if info.DType == safetensors.F32 {
			x.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		} else {
			x.Data[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])))
		}
	}
	return x, nil
}
