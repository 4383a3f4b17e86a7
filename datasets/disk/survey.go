package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
)

// Limits of a survey. A folder that reaches them is somebody's home rather than a folder of data sets.
const (
	maxSurveyed = 10_000   // entries that are looked at, hidden ones too
	maxDepth    = 8        // folders within folders; the layouts of benchmarks need three
	maxPassed   = 100      // of what is passed over, so many are named
	maxGlance   = 16 << 20 // bytes of one file that listing may read: a header, a list of channels
)

// Survey looks through a folder, nearest first, for files that can be read. Everything else is passed over
// with a word: what is no file, what may not be read, links that lead nowhere, outside or back, what lies
// too deep. Hidden names are left out without one. The only errors are that the folder itself cannot be
// read, and that ctx has ended. Reading a file of the inventory ends with ctx.
func Survey(ctx context.Context, fsys fs.FS) (*datasets.Inventory, error) {
	s := survey{ctx: ctx, fsys: fsys, queue: []visit{{path: "."}}}
	for len(s.queue) > 0 {
		v := s.queue[0]
		s.queue = s.queue[1:]
		err := s.enter(v)
		if ctx.Err() != nil {
			return nil, fault.New("data-list", ctx.Err())
		}
		if err != nil && v.path == "." {
			return nil, fault.New("data-list", fault.Cause(err))
		}
		s.pass(v.path, err)
		if s.looked > maxSurveyed {
			s.pass(".", fault.New("folder-too-many", maxSurveyed))
			break
		}
	}
	if more := s.unnamed; more > 0 {
		s.note(".", fault.New("folder-more", more))
	}
	inv := datasets.NewInventory(s.files, s.open)
	inv.Passed = s.passed
	return inv, nil
}

// survey is a Survey under way.
type survey struct {
	ctx     context.Context
	fsys    fs.FS
	queue   []visit
	entered []fs.FileInfo // the folders, so that a link back to one of them is known
	looked  int           // entries so far
	files   []datasets.Stored
	passed  []datasets.Passed
	unnamed int // passed over beyond maxPassed
}

// visit is a folder that is to be entered.
type visit struct {
	path   string
	depth  int
	linked bool // by a symbolic link
}

// pass notes why something is passed over; nil is no reason.
func (s *survey) pass(name string, err error) {
	switch {
	case err == nil:
	case len(s.passed) == maxPassed:
		s.unnamed++
	default:
		s.note(name, err)
	}
}

func (s *survey) note(name string, why error) {
	name = strings.ToValidUTF8(name, "\uFFFD") // as JSON would write it
	s.passed = append(s.passed, datasets.Passed{Path: name, Fault: fault.Of(why)})
}

// enter looks at everything that lies directly in a folder.
func (s *survey) enter(v visit) error {
	opened, err := s.fsys.Open(v.path)
	if err != nil {
		return fault.Cause(err)
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err != nil {
		return fault.Cause(err)
	}
	folder, ok := opened.(fs.ReadDirFile)
	if !ok {
		return notAFile(info.Mode())
	}
	if v.linked && s.been(info) {
		return fault.New("folder-again")
	}
	s.entered = append(s.entered, info)
	for s.looked <= maxSurveyed {
		entries, err := folder.ReadDir(256) // a part at a time: there may be millions
		for _, e := range entries {
			if s.looked++; s.looked > maxSurveyed || s.ctx.Err() != nil {
				return nil
			}
			if !strings.HasPrefix(e.Name(), ".") {
				s.look(v, path.Join(v.path, e.Name()), e)
			}
		}
		if err == io.EOF || err == nil && len(entries) == 0 {
			return nil
		}
		if err != nil {
			return fault.Cause(err)
		}
	}
	return nil
}

// been reports whether a folder is one that was entered before.
func (s *survey) been(folder fs.FileInfo) bool {
	for _, e := range s.entered {
		if os.SameFile(e, folder) {
			return true
		}
	}
	return false
}

// look notes a file, queues a folder, passes over whatever else there is.
func (s *survey) look(in visit, name string, e fs.DirEntry) {
	kind, linked := e.Type(), e.Type()&fs.ModeSymlink != 0
	switch {
	case !utf8.ValidString(name):
		s.pass(name, fault.New("folder-name"))
		return
	case linked:
		info, err := fs.Stat(s.fsys, name)
		if err != nil {
			s.pass(name, linkError(err))
			return
		}
		kind = info.Mode().Type()
	}
	switch {
	case kind.IsDir() && in.depth == maxDepth:
		s.pass(name, fault.New("folder-too-deep", maxDepth))
	case kind.IsDir():
		s.queue = append(s.queue, visit{name, in.depth + 1, linked || in.linked})
	case notAFile(kind) != nil:
		s.pass(name, notAFile(kind))
	default:
		s.file(name)
	}
}

// linkError says why a symbolic link cannot be followed.
func linkError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New("folder-link-nowhere")
	case errors.Is(err, fs.ErrPermission):
		return fault.Cause(err)
	}
	return fault.New("folder-link-out")
}

// file notes a file that opens.
func (s *survey) file(name string) {
	opened, err := s.fsys.Open(name)
	if err != nil {
		s.pass(name, fault.Cause(err))
		return
	}
	defer opened.Close()
	info, err := opened.Stat()
	switch {
	case err != nil:
		s.pass(name, fault.Cause(err))
	case !info.Mode().IsRegular():
		s.pass(name, notAFile(info.Mode()))
	default:
		s.files = append(s.files, datasets.Stored{Path: name, Size: info.Size()})
	}
}

// open opens a file for a glance, as listing sets needs it.
func (s *survey) open(name string) (io.ReadCloser, error) {
	opened, err := s.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return &glance{s.ctx, opened, maxGlance}, nil
}

// glance is a file of which only the first bytes may be read, until ctx ends.
type glance struct {
	ctx context.Context
	fs.File
	left int
}

func (g *glance) Read(p []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	if g.left == 0 {
		return 0, fault.New("folder-glance", maxGlance)
	}
	n, err := g.File.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}

// notAFile says what something is that is neither a file nor a folder; nil for those.
func notAFile(mode fs.FileMode) error {
	switch mode = mode.Type(); {
	case mode == 0, mode.IsDir():
		return nil
	case mode&fs.ModeNamedPipe != 0:
		return fault.New("folder-pipe")
	case mode&fs.ModeSocket != 0:
		return fault.New("folder-socket")
	case mode&fs.ModeDevice != 0:
		return fault.New("folder-device")
	}
	return fault.New("folder-special")
}
