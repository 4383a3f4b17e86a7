package detector

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// The entries of a file.
const (
	entryText    = "detector.json"
	entryWeights = "weights.safetensors" // of a network: F32; of a closed form: F64
	entryTail    = "tail.safetensors"    // of a threshold that learns on: F64
)

// most bounds the entries, in bytes: weights as train.ReadTensors does, the text so that what it says fits into
// memory whatever it says.
var most = map[string]uint64{entryText: 8 << 20, entryWeights: 2 << 30, entryTail: 1 << 30}

// Compressed content that grows beyond grown bytes, more than grownTimes as many as it takes, is refused.
const (
	grown      = 32 << 20
	grownTimes = 200
)

// nameExcesses is the tensor of the tail.
const nameExcesses = "spot.excesses"

// file is the text of a detector with the digests of the other entries.
type file struct {
	Detector
	Spec json.RawMessage   `json:"spec"` // parsed strictly
	Sums map[string]string `json:"sums"` // SHA-256 of each entry, in hexadecimal
}

// Write writes a detector as a zip of its text and its weights. The same detector gives the same bytes.
func (d *Detector) Write(out io.Writer) error {
	if err := d.check(); err != nil {
		return err
	}
	text, err := json.Marshal(d.Spec)
	if err != nil {
		return err
	}
	f := file{*d, text, map[string]string{}}
	f.Start.Excesses = nil
	entries, err := d.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		sum := sha256.Sum256(e.content)
		f.Sums[e.name] = hex.EncodeToString(sum[:])
	}
	if text, err = json.MarshalIndent(f, "", "  "); err != nil {
		return err
	}
	z := zip.NewWriter(out)
	for _, e := range append([]entry{{entryText, text}}, entries...) {
		method := zip.Store // weights are random to a compressor
		if e.name == entryText {
			method = zip.Deflate
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		if err != nil {
			return err
		}
		if _, err := w.Write(e.content); err != nil {
			return err
		}
	}
	return z.Close()
}

type entry struct {
	name    string
	content []byte
}

// entries are those beside the text.
func (d *Detector) entries() (all []entry, err error) {
	var weights, tail bytes.Buffer
	if d.Closed() {
		err = train.WriteWide(&weights, d.Fit)
	} else {
		err = train.WriteTensors(&weights, train.Held(d.Weights), nil)
	}
	all = []entry{{entryWeights, weights.Bytes()}}
	if xs := d.Start.Excesses; err == nil && len(xs) > 0 {
		err = train.WriteWide(&tail, map[string]tensor.Wide{
			nameExcesses: {Shape: tensor.Shape{len(xs)}, Data: xs}})
		all = append(all, entry{entryTail, tail.Bytes()})
	}
	return all, err
}

// Read reads a detector. It fails where the file is none, is damaged, or is of another version, and takes no more
// memory than its entries may have, whatever they claim.
func Read(r io.ReaderAt, size int64) (*Detector, error) {
	d, err := read(r, size)
	if err != nil {
		return nil, fault.New("detector-file", err)
	}
	return d, nil
}

func read(r io.ReaderAt, size int64) (*Detector, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.New("detector-no-zip")
	}
	found := map[string]*zip.File{}
	for _, f := range z.File {
		switch {
		case most[f.Name] == 0:
			return nil, fault.New("detector-entry", f.Name, fault.Choices{entryText, entryWeights, entryTail})
		case found[f.Name] != nil:
			return nil, fault.New("detector-entry-twice", f.Name)
		}
		found[f.Name] = f
	}
	for _, name := range []string{entryText, entryWeights} {
		if found[name] == nil {
			return nil, fault.New("detector-entry-missing", name)
		}
	}
	text, err := content(found[entryText])
	if err != nil {
		return nil, err
	}
	f, err := parse(text)
	if err != nil {
		return nil, err
	}
	return f.fill(found)
}

// content reads an entry, within its bounds. The checksum of the zip must be right.
func content(f *zip.File) ([]byte, error) {
	n, from := f.UncompressedSize64, f.CompressedSize64
	if n > most[f.Name] || n > grown && n > grownTimes*from {
		return nil, fault.New("detector-entry-large", f.Name, n, most[f.Name])
	}
	r, err := f.Open()
	if err != nil {
		return nil, fault.New("detector-damaged", f.Name)
	}
	defer r.Close()
	out, err := io.ReadAll(io.LimitReader(r, int64(n)+1))
	if err != nil || uint64(len(out)) != n {
		return nil, fault.New("detector-damaged", f.Name)
	}
	return out, nil
}

// parse reads the text: first its version, since another may have other fields.
func parse(text []byte) (*file, error) {
	var of struct{ Version int }
	if err := json.Unmarshal(text, &of); err != nil {
		return nil, fault.New("detector-text", err)
	}
	if of.Version != Version {
		return nil, fault.New("detector-version", of.Version, Version)
	}
	f := &file{}
	f.Start.Value = metrics.Undefined
	f.Expected = Expected{TrainShare: metrics.Undefined, PerDay: metrics.Undefined}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fault.New("detector-text", err)
	}
	sp, err := spec.Parse(f.Spec)
	if err != nil {
		return nil, err
	}
	f.Detector.Spec = sp
	return f, nil
}

// fill adds what the other entries hold.
func (f *file) fill(found map[string]*zip.File) (*Detector, error) {
	d := &f.Detector
	raw, err := f.entry(found, entryWeights)
	if err != nil {
		return nil, err
	}
	if len(d.Spec.Arms) > 0 && d.Closed() {
		d.Fit, err = train.ReadWide(bytes.NewReader(raw))
	} else {
		d.Weights, _, err = train.ReadTensors(bytes.NewReader(raw))
	}
	if err != nil {
		return nil, err
	}
	if found[entryTail] != nil {
		if raw, err = f.entry(found, entryTail); err != nil {
			return nil, err
		}
		tail, err := train.ReadWide(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		d.Start.Excesses = slices.Clip(tail[nameExcesses].Data)
	}
	return d, d.check()
}

// entry reads an entry whose digest the text holds.
func (f *file) entry(found map[string]*zip.File, name string) ([]byte, error) {
	raw, err := content(found[name])
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(raw); f.Sums[name] != hex.EncodeToString(sum[:]) {
		return nil, fault.New("detector-damaged", name)
	}
	return raw, nil
}

// IsDetector reports whether content that begins so may be a detector: a zip.
func IsDetector(start []byte) bool { return bytes.HasPrefix(start, []byte("PK\x03\x04")) }
