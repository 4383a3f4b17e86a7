package keep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Share makes the folder at a path, if it is not there, and opens it for as many processes as like to, on this
// machine and on others that see the same folder. Who may write where is settled by Claim. A folder that a process
// holds is not shared.
func Share(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, inPlace(path, err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, inPlace(path, err)
	}
	f := &Folder{path: path, root: root}
	if !f.there() {
		return f, nil
	}
	if err := f.claim(); err != nil { // another process holds it; else one that held it was killed
		root.Close()
		return nil, inPlace(path, err)
	}
	f.root.Remove(lockFile)
	err = f.lock.Close()
	f.lock = nil
	return f, inPlace(path, err)
}

// How claims are kept up. A file system between machines need not lock, and their clocks need not agree: an
// owner changes its claim every beat, and one that nobody has seen change for as long as lapse is dead. Tests
// shorten both.
var (
	beat  = 10 * time.Second
	lapse = 60 * time.Second
)

// Claim is a process's word that it alone works in a folder below a shared one, for as long as it lives. The
// word is a file in that folder, made by the one operation that every file system does once (O_EXCL). Taking
// over from a dead owner makes the next file, so that of several who try one succeeds. An owner that was only
// held up, and was taken for dead, may find itself beside another: what is written there must be the same
// whoever writes it.
type Claim struct {
	folder *Folder
	dir    string
	turn   int // the number of its file
	told   Owner
	stop   chan struct{}
	ended  sync.WaitGroup
}

// Owner is what a claim says of the process that has it.
type Owner struct {
	Host    string `json:"host"`
	Process int    `json:"process"`
	// Space tells processes of this number from those of another start of the machine, or of a container.
	Space string `json:"space,omitempty"`
	Token string `json:"token"` // of this claim
	Beats int    `json:"beats"`
}

// claimPrefix is what names of claims begin with; their number follows.
const claimPrefix = ".claim-"

// sighting is what a claim said when it was seen to change last.
type sighting struct {
	text string
	at   time.Time
}

// Claim makes a folder below, if it is not there, and claims it; nil if another has it. Whoever gets it finds
// no unfinished files there.
func (f *Folder) Claim(dir string) (*Claim, error) {
	c, err := f.tryClaim(dir)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return nil, nil // its owner has finished with it, or another was quicker
	}
	return c, inPlace(f.Path(dir), err)
}

func (f *Folder) tryClaim(dir string) (*Claim, error) {
	if err := f.root.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	turns, err := f.turns(dir)
	if err != nil {
		return nil, err
	}
	last := 0
	if len(turns) > 0 {
		last = turns[len(turns)-1]
		if dead, err := f.dead(claimFile(dir, last)); err != nil || !dead {
			return nil, err
		}
	}
	c := &Claim{folder: f, dir: dir, turn: last + 1, told: self(), stop: make(chan struct{})}
	file, err := f.root.OpenFile(c.file(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(c.tell(file), file.Close()); err != nil {
		f.root.Remove(c.file())
		return nil, err
	}
	for _, turn := range turns {
		f.root.Remove(claimFile(dir, turn))
	}
	if err := f.clear(dir); err != nil {
		f.root.Remove(c.file())
		return nil, err
	}
	c.ended.Go(c.keepUp)
	return c, nil
}

// turns are the numbers of the claims in a folder, in order.
func (f *Folder) turns(dir string) (turns []int, err error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), claimPrefix)
		turn, wrong := strconv.Atoi(number)
		if !ok || wrong != nil {
			continue
		}
		at := len(turns)
		for at > 0 && turns[at-1] > turn {
			at--
		}
		turns = append(turns[:at], append([]int{turn}, turns[at:]...)...)
	}
	return turns, err
}

func claimFile(dir string, turn int) string { return path.Join(dir, claimPrefix+strconv.Itoa(turn)) }

func (c *Claim) file() string { return claimFile(c.dir, c.turn) }

// tell writes who has the claim. All that it writes has the same length, so that no reader sees the end of what
// was there before.
func (c *Claim) tell(file *os.File) error {
	text, err := json.Marshal(c.told)
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(fmt.Appendf(nil, "%-512s\n", text), 0); err != nil {
		return err
	}
	return file.Sync()
}

// keepUp changes the claim every beat, until it is released. What goes wrong is no news: whoever finds the
// claim unchanged takes over.
func (c *Claim) keepUp() {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-tick.C:
		}
		if file, err := c.folder.root.OpenFile(c.file(), os.O_WRONLY, 0); err == nil {
			c.told.Beats++
			c.tell(file)
			file.Close()
		}
	}
}

// Release lets others claim the folder.
func (c *Claim) Release() error {
	close(c.stop)
	c.ended.Wait()
	err := c.folder.root.Remove(c.file())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // the folder is gone, or another has taken over
	}
	return inPlace(c.folder.Path(c.file()), err)
}

// dead reports whether the owner of a claim is: its process is gone from this machine, or it has not changed
// the claim for so long that it must be.
func (f *Folder) dead(name string) (bool, error) {
	owner, text, err := f.readClaim(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err != nil {
		return false, err
	}
	if me := self(); owner.Host == me.Host && owner.Space == me.Space && gone(owner.Process) {
		return true, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil {
		f.seen = map[string]sighting{}
	}
	if was, ok := f.seen[name]; ok && was.text == text {
		return time.Since(was.at) > lapse, nil
	}
	f.seen[name] = sighting{text, time.Now()}
	return false, nil
}

// readClaim reads what a claim says; one that was only begun says nothing. Opening a file has even network file
// systems look at what it holds now.
func (f *Folder) readClaim(name string) (o Owner, text string, err error) {
	file, err := f.root.Open(name)
	if err != nil {
		return o, "", err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, 1024))
	if err != nil {
		return o, "", err
	}
	if json.Unmarshal(b, &o) != nil {
		o = Owner{}
	}
	return o, string(b), nil
}

// ClaimedBy says who has a folder below; false if nobody has.
func (f *Folder) ClaimedBy(dir string) (Owner, bool) {
	turns, err := f.turns(dir)
	if err != nil || len(turns) == 0 {
		return Owner{}, false
	}
	o, _, err := f.readClaim(claimFile(dir, turns[len(turns)-1]))
	return o, err == nil
}

// Alone has f done by one process at a time, in a folder below that it claims for as long: those that find it
// claimed look again after a pause, until it is their turn or stopped says otherwise.
func (f *Folder) Alone(dir string, pause time.Duration, stopped func() error, do func() error) error {
	for {
		c, err := f.Claim(dir)
		if err != nil {
			return err
		}
		if c != nil {
			return errors.Join(do(), c.Release())
		}
		if err := stopped(); err != nil {
			return err
		}
		time.Sleep(pause)
	}
}

// Move gives a file in the folder another name in it, in place of what had that.
func (f *Folder) Move(from, to string) error {
	if err := f.root.MkdirAll(path.Dir(to), 0o755); err != nil {
		return inPlace(f.Path(to), err)
	}
	return inPlace(f.Path(to), take(f.root, from, to))
}

// Names lists what is in a folder below, in order; nothing if it is not there.
func (f *Folder) Names(dir string) (names []string, err error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, inPlace(f.Path(dir), err)
}

// self says who this process is.
func self() Owner {
	host, _ := os.Hostname()
	return Owner{Host: host, Process: os.Getpid(), Space: space(), Token: fmt.Sprintf("%016x", rand.Uint64())}
}

// space names the start of this machine, and the container in it, where the system says that (Linux).
var space = sync.OnceValue(func() string {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	pids, _ := os.Readlink("/proc/self/ns/pid")
	return strings.TrimSpace(string(boot)) + pids
})
