package datasets

import (
	"encoding/binary"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/table"
)

// valuesOf reads the channels of a table, row by row.
func valuesOf(t *testing.T, f File) ([]float64, error) {
	t.Helper()
	p, err := readPortion(t.Context(), f, table.Want{}, "")
	if err != nil {
		return nil, err
	}
	return flat(p.raw), nil
}

func TestNpyItemTypes(t *testing.T) {
	for _, test := range []struct {
		descr string
		order binary.AppendByteOrder
		data  any
	}{
		{"<f8", binary.LittleEndian, []float64{-1.5, 2, 0, 7}},
		{">f8", binary.BigEndian, []float64{-1.5, 2, 0, 7}},
		{"<f4", binary.LittleEndian, []float32{-1.5, 2, 0, 7}},
		{"<f2", binary.LittleEndian, []uint16{0xbe00, 0x4000, 0, 0x4700}},
		{"<i8", binary.LittleEndian, []int64{-1, 2, 0, 7}},
		{">i4", binary.BigEndian, []int32{-1, 2, 0, 7}},
		{"<i2", binary.LittleEndian, []int16{-1, 2, 0, 7}},
		{"|i1", binary.LittleEndian, []int8{-1, 2, 0, 7}},
		{"<u8", binary.LittleEndian, []uint64{1, 2, 0, 7}},
		{"<u4", binary.LittleEndian, []uint32{1, 2, 0, 7}},
		{">u2", binary.BigEndian, []uint16{1, 2, 0, 7}},
		{"|u1", binary.LittleEndian, []uint8{1, 2, 0, 7}},
		{"|b1", binary.LittleEndian, []bool{true, true, false, true}},
	} {
		raw, err := binary.Append(nil, test.order.(binary.ByteOrder), test.data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := valuesOf(t, inMemory("x.npy",
			npyHeader(test.descr, "False", "(2, 2)")+string(raw)))
		if err != nil {
			t.Errorf("%s: %v", test.descr, err)
			continue
		}
		want := []float64{-1, 2, 0, 7}
		switch test.descr[1] {
		case 'f':
			want[0] = -1.5
		case 'u':
			want[0] = 1
		case 'b':
			want = []float64{1, 1, 0, 1}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", test.descr, got, want)
		}
	}
}

func TestFortranOrderIsTurnedIntoRows(t *testing.T) {
	raw, _ := binary.Append(nil, binary.LittleEndian, []float64{1, 2, 3, 4, 5, 6})
	got, err := valuesOf(t, inMemory("x.npy", npyHeader("<f8", "True", "(2, 3)")+string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{1, 3, 5, 2, 4, 6}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNpyErrorsSayWhere(t *testing.T) {
	good := npyFile(2, 2, 1, 2, 3, 4)
	for _, test := range []struct {
		content string
		want    table.Want
		message string
	}{
		{good[:7], table.Want{}, "x.npy: npy header: the file is cut off"},
		{good[:30], table.Want{}, "x.npy: npy header: the file is cut off"},
		{good[:len(good)-1], table.Want{}, "x.npy: row 2, column 2: the file is cut off, want 2 rows"},
		{good[:len(good)-24], table.Want{}, "x.npy: row 1, column 2: the file is cut off, want 2 rows"},
		{good + "x", table.Want{}, "x.npy: more bytes than 2 rows of 2 columns"},
		{npyFile(1, 2, math.Inf(-1), 1), table.Want{}, "x.npy: row 1, column 1: -Inf, want a finite number"},
		{npyFile(1, 2, 1, 1e300), table.Want{}, "x.npy: row 1, column 2: 1e+300, want a number within ±1.8e19, whose square is still finite"},
		{good, table.Want{Fields: 55}, "x.npy: 2 columns, want 55"},
		{good, table.Want{Labels: true}, "x.npy: 2 columns, want one with the labels"},
		{good, Options{Label: "y"}.want(), "x.npy: no column “y”: the columns of an array have no names; its place is a number from 1 to 2"},
		{npyHeader("<c8", "False", "(1,)"), table.Want{},
			"x.npy: npy items of type “<c8”, want float64, float32, float16, an integer type, bool or datetime64"},
		{npyHeader("<f8", "Maybe", "(1,)"), table.Want{},
			"x.npy: npy header: fortran_order is neither True nor False"},
		{npyHeader("<f8", "False", "()"), table.Want{},
			"x.npy: npy array of 0 dimensions, want (steps, channels) or (steps,)"},
		{npyHeader("<f8", "False", "(1, 2, 3)"), table.Want{},
			"x.npy: npy array of 3 dimensions, want (steps, channels) or (steps,)"},
		{npyHeader("<f8", "False", "(0, 5)"), table.Want{}, "x.npy: npy array of shape (0, 5): no values"},
		{npyHeader("<f8", "False", "(-3, 5)"), table.Want{},
			"x.npy: npy header: shape (-3, 5), want whole numbers"},
		{npyHeader("<f8", "False", "7"), table.Want{}, "x.npy: npy header: no shape"},
		{npyHeader("<f8", "False", "(9000000000, 9000000000)"), table.Want{},
			"x.npy: npy array of shape (9000000000, 9000000000): more than 134\u2009217\u2009728 values, " +
				"want a smaller array"},
		{table.NpyMagic + "\x02\x00\xff\xff\xff\xff", table.Want{},
			"x.npy: npy header of 4\u2009294\u2009967\u2009295 bytes, want at most 65\u2009536"},
		{table.NpyMagic + "\x01\x00\x02\x00{}", table.Want{},
			"x.npy: npy header: no item type, want a plain one such as '<f8'"},
	} {
		_, err := readPortion(t.Context(), inMemory("x.npy", test.content), test.want, "")
		wantError(t, err, test.message)
	}
}

// The largest claim that is not refused at once is maxValues items; with ten of them there, next to nothing
// may be allocated.
func TestAHeaderAllocatesNothing(t *testing.T) {
	file := inMemory("x.npy", npyHeader("<f8", "False", "(1220161, 110)")+strings.Repeat("\x00", 80))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readTable(t.Context(), file, table.Want{})
	runtime.ReadMemStats(&after)
	wantError(t, err, "x.npy: row 1, column 11: the file is cut off, want 1220161 rows")
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes allocated for ten items", got)
	}
}
