package train

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"cosinelab/datasets/fault"
	"cosinelab/engine/tensor"
)

// Source is a tensor to be written. It is read when its turn comes, so that the values of a file are never in
// memory as a whole.
type Source struct {
	Shape tensor.Shape
	Read  func(into []float32) error
}

// Held makes sources of tensors that are in memory already.
func Held(tensors map[string]tensor.Tensor) map[string]Source {
	held := make(map[string]Source, len(tensors))
	for name, x := range tensors {
		held[name] = Source{x.Shape, func(into []float32) error {
			copy(into, x.Data)
			return nil
		}}
	}
	return held
}

// view lets a source be written as F32: it is what the package safetensors asks of a tensor.
type view struct {
	from Source
	*buffers
}

// buffers serve one tensor after the other: the writer is done with one before it asks for the next.
type buffers struct {
	values []float32
	bytes  []byte
	err    error // of the first that could not be read
}

func (v view) DType() safetensors.DType { return safetensors.F32 }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.from.Shape))
	for i, d := range v.from.Shape {
		shape[i] = uint64(d)
	}
	return shape
}

// Data reads the tensor and returns its little-endian bytes, good until the next call. It cannot fail, so a
// read that does is noted for WriteTensors to return.
func (v view) Data() []byte {
	n := v.from.Shape.Len()
	v.values = slices.Grow(v.values[:0], n)[:n]
	if err := v.from.Read(v.values); err != nil && v.err == nil {
		v.err = err
	}
	v.bytes = slices.Grow(v.bytes[:0], 4*n)
	for _, x := range v.values {
		v.bytes = binary.LittleEndian.AppendUint32(v.bytes, math.Float32bits(x))
	}
	return v.bytes
}

func (v view) DataLen() uint64 { return uint64(4 * v.from.Shape.Len()) }

// WriteTensors writes float32 tensors and metadata in the safetensors format. After an error, out holds part
// of a file.
func WriteTensors(out io.Writer, tensors map[string]Source, meta map[string]string) error {
	var b buffers
	views := make(map[string]view, len(tensors))
	for name, x := range tensors {
		views[name] = view{x, &b}
	}
	return errors.Join(safetensors.SerializeToWriter(views, meta, out), b.err)
}

// maxTensors bounds what ReadTensors takes into memory: 2 GiB, several times the largest checkpoint.
const maxTensors = 2 << 30

// readHeader reads a safetensors file as a whole, and says where its tensors lie in the data.
func readHeader(in io.Reader) (data []byte, infos map[string]*safetensors.TensorInfo, meta map[string]string,
	err error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxTensors+1))
	if err != nil {
		return nil, nil, nil, fault.New("safetensors", err)
	}
	if len(raw) > maxTensors {
		return nil, nil, nil, fault.New("safetensors", fault.New("too-many-bytes", maxTensors))
	}
	n, header, err := safetensors.ReadMetadata(raw)
	if err != nil {
		return nil, nil, nil, fault.New("safetensors", err)
	}
	return raw[8+n:], header.Tensors(), header.Metadata(), nil
}

// ReadTensors reads a safetensors file of F16, BF16, F32 or F64 tensors with its metadata. F64 is rounded; what
// has half the width is exact. Anything else in the file is an error that names the tensor. A checksum, which
// Save adds, must be right.
func ReadTensors(in io.Reader) (map[string]tensor.Tensor, map[string]string, error) {
	data, infos, meta, err := readHeader(in)
	if err != nil {
		return nil, nil, err
	}
	out := map[string]tensor.Tensor{}
	for _, name := range slices.Sorted(maps.Keys(infos)) {
		info := infos[name]
		if out[name], err = decode(info, data[info.DataOffsets[0]:info.DataOffsets[1]]); err != nil {
			return nil, nil, fault.New("safetensors", fault.New("tensor-error", name, err))
		}
	}
	if err := checkSum(out, meta); err != nil {
		return nil, nil, fault.New("safetensors", err)
	}
	return out, meta, nil
}

// decoders read value i of a tensor of their type.
var decoders = map[safetensors.DType]func(data []byte, i int) float32{
	safetensors.F16: func(data []byte, i int) float32 { return half(binary.LittleEndian.Uint16(data[2*i:])) },
	safetensors.BF16: func(data []byte, i int) float32 {
		return math.Float32frombits(uint32(binary.LittleEndian.Uint16(data[2*i:])) << 16)
	},
	safetensors.F32: func(data []byte, i int) float32 {
		return math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	},
	safetensors.F64: func(data []byte, i int) float32 {
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])))
	},
}

// half is a number of 16 bits: a sign, 5 bits of exponent, 10 of fraction (IEEE 754, binary16).
func half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, uint32(bits>>10)&0x1f, uint32(bits)&0x3ff
	switch {
	case exponent == 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	case exponent == 0: // fraction * 2^-24, which float32 has exactly
		x := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(x))
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// shapeOf is the shape of a tensor. The header has been checked to give as many bytes as it needs; extents are
// bounded so that they fit an int wherever this runs.
func shapeOf(info *safetensors.TensorInfo) (tensor.Shape, error) {
	shape := make(tensor.Shape, len(info.Shape))
	for i, d := range info.Shape {
		if d == 0 || d > math.MaxInt32 {
			return nil, fault.New("tensor-extent", i, d, math.MaxInt32)
		}
		shape[i] = int(d)
	}
	return shape, nil
}

// decode reads the values of one tensor.
func decode(info *safetensors.TensorInfo, data []byte) (tensor.Tensor, error) {
	read, ok := decoders[info.DType]
	if !ok {
		return tensor.Tensor{}, fault.New("tensor-type", fmt.Sprint(info.DType))
	}
	shape, err := shapeOf(info)
	if err != nil {
		return tensor.Tensor{}, err
	}
	x := tensor.New(shape...)
	for i := range x.Data {
		x.Data[i] = read(data, i)
	}
	return x, nil
}
