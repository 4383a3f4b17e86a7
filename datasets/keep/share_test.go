package keep

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick shortens the times of claims for a test.
func quick(t *testing.T, b, l time.Duration) {
	was, old := beat, lapse
	beat, lapse = b, l
	t.Cleanup(func() { beat, lapse = was, old })
}

func share(t *testing.T, path string) *Folder {
	t.Helper()
	f, err := Share(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Release() })
	return f
}

func claim(t *testing.T, f *Folder, dir string) *Claim {
	t.Helper()
	c, err := f.Claim(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOneOfManyGetsAClaim(t *testing.T) {
	path := t.TempDir()
	for range 20 {
		var got, group = make(chan *Claim, 8), sync.WaitGroup{}
		for range 8 {
			f := share(t, path)
			group.Go(func() {
				c, err := f.Claim("a/b")
				if err != nil {
					t.Error(err)
				}
				if c != nil {
					got <- c
				}
			})
		}
		group.Wait()
		if len(got) != 1 {
			t.Fatalf("%d of 8 have the claim", len(got))
		}
		if err := (<-got).Release(); err != nil {
			t.Fatal(err)
		}
	}
	if names, _ := share(t, path).Names("a/b"); len(names) != 0 {
		t.Errorf("%q are left", names)
	}
}

// The owner of a claim on another machine is known by its beats alone.
func TestAClaimThatNobodyKeepsUpLapses(t *testing.T) {
	quick(t, 5*time.Millisecond, 200*time.Millisecond)
	f := share(t, t.TempDir())
	c := claim(t, f, "a")
	for range 60 {
		if other := claim(t, f, "a"); other != nil {
			t.Fatal("a claim that is kept up was taken over")
		}
		time.Sleep(10 * time.Millisecond)
	}
	// As if the machine of its owner had lost its power.
	close(c.stop)
	c.ended.Wait()
	if err := f.Write("a/left", text("x")); err != nil {
		t.Fatal(err)
	}
	unfinished := filepath.Join(f.Path("a"), ".left-0123456789abcdef"+ending)
	if err := os.WriteFile(unfinished, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var next *Claim
	for range 100 {
		if next = claim(t, f, "a"); next != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if next == nil {
		t.Fatal("a dead claim was not taken over")
	}
	if names, _ := f.Names("a"); strings.Join(names, " ") != ".claim-2 left" {
		t.Errorf("%q are there", names)
	}
	if err := next.Release(); err != nil {
		t.Error(err)
	}
}

// TestClaimant is no test: it is a process that has a claim until it is killed.
func TestClaimant(t *testing.T) {
	path := os.Getenv("KEEP_CLAIM")
	if path == "" {
		t.Skip("for TestTheClaimOfADeadProcessIsTakenAtOnce")
	}
	if claim(t, share(t, path), "a") != nil {
		os.Stdout.WriteString("claimed\n")
	}
	time.Sleep(time.Minute)
}

func TestTheClaimOfADeadProcessIsTakenAtOnce(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "windows" {
		t.Skip("processes are known by number on other systems")
	}
	path := t.TempDir()
	c := exec.Command(os.Args[0], "-test.run=^TestClaimant$")
	c.Env = append(os.Environ(), "KEEP_CLAIM="+path)
	out, err := c.StdoutPipe()
	if err := errors.Join(err, c.Start()); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "claimed\n" {
		t.Fatalf("the other process says %q", line)
	}
	f := share(t, path)
	if claim(t, f, "a") != nil {
		t.Fatal("the claim of a living process was taken over")
	}
	if o, ok := f.ClaimedBy("a"); !ok || o.Process != c.Process.Pid || o.Host == "" {
		t.Errorf("%+v has the claim", o)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.Wait()
	mine := claim(t, f, "a")
	if mine == nil {
		t.Fatal("the claim of a dead process was not taken over")
	}
	mine.Release()
}

// A process that was held up for so long that another took over goes on, and breaks nothing.
func TestAnOwnerThatWasTakenForDeadReleasesNothingOfOthers(t *testing.T) {
	quick(t, time.Hour, 20*time.Millisecond)
	f := share(t, t.TempDir())
	first := claim(t, f, "a")
	claim(t, f, "a")
	time.Sleep(40 * time.Millisecond)
	second := claim(t, f, "a")
	if first == nil || second == nil {
		t.Fatal("nobody took over")
	}
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	if claim(t, f, "a") != nil {
		t.Error("the first owner released the claim of the second")
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
}

func TestAloneIsOneAtATime(t *testing.T) {
	path := t.TempDir()
	var group sync.WaitGroup
	inside, most := 0, 0
	var mu sync.Mutex
	for range 6 {
		f := share(t, path)
		group.Go(func() {
			err := f.Alone(".", time.Millisecond, func() error { return nil }, func() error {
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				time.Sleep(2 * time.Millisecond)
				mu.Lock()
				inside--
				mu.Unlock()
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if most != 1 {
		t.Errorf("%d at a time", most)
	}
	given := errors.New("given up")
	f := share(t, path)
	c := claim(t, f, ".")
	if err := f.Alone(".", time.Millisecond, func() error { return given }, func() error { return nil }); err != given {
		t.Error(err)
	}
	c.Release()
}

func TestAFileMovesInPlaceOfAnother(t *testing.T) {
	f := share(t, t.TempDir())
	for _, name := range []string{"work/b", "out/a"} {
		if err := f.Write(name, text(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Move("work/b", "out/a"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(f.Path("out/a")); err != nil || string(got) != "work/b" || f.Has("work/b") {
		t.Errorf("%q, error %v", got, err)
	}
}
