// Package asm writes WebAssembly modules whose expressions are typed by Go's own types.
package asm

import (
	"errors"
	"fmt"
)

// Type is the encoding of a WebAssembly value type.
type Type byte

// The value types that kernels use.
const (
	TypeI32  Type = 0x7f
	TypeF32  Type = 0x7d
	TypeV128 Type = 0x7b
)

func (t Type) String() string {
	switch t {
	case TypeI32:
		return "i32"
	case TypeF32:
		return "f32"
	case TypeV128:
		return "v128"
	}
	return fmt.Sprintf("type 0x%02x", byte(t))
}

// PageBytes is the unit of memory sizes.
const PageBytes = 1 << 16

// Module collects functions over one linear memory and encodes them in the binary format of the
// WebAssembly specification, release 2.0, plus the relaxed SIMD proposal.
type Module struct {
	memory    memory
	functions []*Func
	note      string
}

type memory struct {
	declared        bool
	module, import_ string // where it comes from; both empty when the module defines it
	export          string
	pages           uint32
}

// ImportMemory makes the module work on another module's memory of at least pages pages, without an upper
// limit.
func (m *Module) ImportMemory(module, name string, pages uint32) {
	m.memory = memory{declared: true, module: module, import_: name, pages: pages}
}

// DefineMemory gives the module its own memory of pages pages, exported under name.
func (m *Module) DefineMemory(name string, pages uint32) {
	m.memory = memory{declared: true, export: name, pages: pages}
}

// Note stores text in a custom section named "note", which engines ignore.
func (m *Module) Note(text string) { m.note = text }

// Export defines a function that hosts see under name; build declares its parameters and writes its body.
func (m *Module) Export(name string, build func(f *Func)) *Func {
	f := m.Func(name, build)
	f.export = true
	return f
}

// Func defines a function that only later functions of the module can call; name appears in errors.
func (m *Module) Func(name string, build func(f *Func)) *Func {
	f := &Func{name: name, index: len(m.functions), module: m}
	m.functions = append(m.functions, f)
	build(f)
	f.finish()
	return f
}

// Encode returns the module's bytes, or every function's first mistake.
func (m *Module) Encode() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	out := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	out = appendSection(out, sectionType, m.types())
	if m.memory.declared && m.memory.export == "" {
		out = appendSection(out, sectionImport, m.imports())
	}
	out = appendSection(out, sectionFunction, m.typeIndices())
	if m.memory.export != "" {
		out = appendSection(out, sectionMemory, appendLimits([]byte{1}, m.memory.pages))
	}
	out = appendSection(out, sectionExport, m.exports())
	out = appendSection(out, sectionCode, m.code())
	if m.note != "" {
		out = appendSection(out, sectionCustom, append(appendName(nil, "note"), m.note...))
	}
	return out, nil
}

func (m *Module) check() error {
	var errs []error
	seen := map[string]bool{}
	for _, f := range m.functions {
		if f.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.name, f.err))
		}
		if f.export && seen[f.name] {
			errs = append(errs, fmt.Errorf("%s: exported twice", f.name))
		}
		seen[f.name] = seen[f.name] || f.export
		if f.usesMemory && !m.memory.declared {
			errs = append(errs, fmt.Errorf("%s: loads or stores, but the module has no memory", f.name))
		}
	}
	return errors.Join(errs...)
}

// The section ids of the binary format.
const (
	sectionCustom   = 0
	sectionType     = 1
	sectionImport   = 2
	sectionFunction = 3
	sectionMemory   = 5
	sectionExport   = 7
	sectionCode     = 10
)

const (
	externFunc   = 0
	externMemory = 2
)

func (m *Module) types() []byte {
	out := appendUint(nil, uint32(len(m.functions)))
	for _, f := range m.functions {
		out = append(out, 0x60)
		out = appendTypes(out, f.params)
		out = appendTypes(out, f.results)
	}
	return out
}

func (m *Module) imports() []byte {
	out := appendName([]byte{1}, m.memory.module)
	out = appendName(out, m.memory.import_)
	return appendLimits(append(out, externMemory), m.memory.pages)
}

func (m *Module) typeIndices() []byte {
	out := appendUint(nil, uint32(len(m.functions)))
	for i := range m.functions {
		out = appendUint(out, uint32(i))
	}
	return out
}

func (m *Module) exports() []byte {
	var out []byte
	count := uint32(0)
	if m.memory.export != "" {
		out = append(appendName(out, m.memory.export), externMemory, 0)
		count++
	}
	for _, f := range m.functions {
		if f.export {
			out = appendUint(append(appendName(out, f.name), externFunc), uint32(f.index))
			count++
		}
	}
	return append(appendUint(nil, count), out...)
}

func (m *Module) code() []byte {
	out := appendUint(nil, uint32(len(m.functions)))
	for _, f := range m.functions {
		body := append(f.localDeclarations(), f.body...)
		out = append(appendUint(out, uint32(len(body))), body...)
	}
	return out
}

func appendSection(out []byte, id byte, content []byte) []byte {
	out = appendUint(append(out, id), uint32(len(content)))
	return append(out, content...)
}

func appendLimits(out []byte, pages uint32) []byte {
	return appendUint(append(out, 0x00), pages)
}

func appendName(out []byte, name string) []byte {
	return append(appendUint(out, uint32(len(name))), name...)
}

func appendTypes(out []byte, types []Type) []byte {
	out = appendUint(out, uint32(len(types)))
	for _, t := range types {
		out = append(out, byte(t))
	}
	return out
}

// appendUint appends v in unsigned LEB128.
func appendUint(out []byte, v uint32) []byte {
	for ; v >= 0x80; v >>= 7 {
		out = append(out, byte(v)|0x80)
	}
	return append(out, byte(v))
}

// appendInt appends v in signed LEB128.
func appendInt(out []byte, v int32) []byte {
	for {
		b := byte(v) & 0x7f
		v >>= 7
		if v == 0 && b&0x40 == 0 || v == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}
