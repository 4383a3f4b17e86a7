package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slurm is a real Slurm of two nodes on this host.
type slurm struct {
	t    *testing.T
	dir  string
	conf string
}

// startSlurm starts one, and skips the test where Slurm is not installed.
func startSlurm(t *testing.T) *slurm {
	t.Helper()
	for _, name := range []string{"munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("Slurm is not installed (Debian: slurm-wlm): %v", err)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("Slurm's daemons want to be started as root")
	}
	dir, err := os.MkdirTemp("", "slurm-") // short: a socket's path has little room
	if err != nil {
		t.Fatal(err)
	}
	s := &slurm{t: t, dir: dir, conf: filepath.Join(dir, "slurm.conf")}
	t.Cleanup(s.stop)
	for name, mode := range map[string]os.FileMode{"": 0o755, "run": 0o755, "state": 0o755, "log": 0o700, "key": 0o700} {
		if err := os.MkdirAll(s.at(name), mode); err != nil {
			t.Fatal(err)
		}
		os.Chmod(s.at(name), mode)
	}
	key := make([]byte, 1024)
	rand.Read(key)
	if err := os.WriteFile(s.at("key/key"), key, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.conf, []byte(s.config()), 0o644); err != nil {
		t.Fatal(err)
	}
	s.must("munged", "--force", "--key-file="+s.at("key/key"), "--socket="+s.at("run/munge.sock"),
		"--pid-file="+s.at("run/munged.pid"), "--log-file="+s.at("log/munged.log"), "--seed-file="+s.at("key/seed"))
	s.must("slurmctld", "-f", s.conf)
	s.node("n1")
	s.node("n2")
	s.until("both nodes are idle", func() bool {
		out, _ := s.say("sinfo", "-h", "-N", "-o", "%N %t")
		return strings.Contains(out, "n1 idle") && strings.Contains(out, "n2 idle")
	})
	return s
}

func (s *slurm) at(name string) string { return filepath.Join(s.dir, name) }

func (s *slurm) config() string {
	host, _ := os.Hostname()
	host, _, _ = strings.Cut(host, ".")
	ports := make([]any, 3)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.t.Fatal(err)
		}
		ports[i] = l.Addr().(*net.TCPAddr).Port
		defer l.Close()
	}
	text := `ClusterName=lab
SlurmctldHost=HOST(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=DIR/run/munge.sock
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=DIR/state
SlurmdSpoolDir=DIR/spool-%n
SlurmctldPidFile=DIR/run/ctld.pid
SlurmdPidFile=DIR/run/slurmd-%n.pid
SlurmctldLogFile=DIR/log/ctld.log
SlurmdLogFile=DIR/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=100000
KillWait=5
`
	text = strings.NewReplacer("HOST", host, "DIR", s.dir).Replace(text)
	node := "NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=2 RealMemory=1000\n"
	return text + fmt.Sprintf("SlurmctldPort=%d\n", ports[0]) + fmt.Sprintf(node, "n1", host, ports[1]) +
		fmt.Sprintf(node, "n2", host, ports[2]) + "PartitionName=p Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP\n"
}

// say runs one of Slurm's programs.
func (s *slurm) say(name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "SLURM_CONF="+s.conf, "COSINELAB="+s.at("cosinelab"))
	c.Dir = s.dir
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.String(), err
}

func (s *slurm) must(name string, args ...string) string {
	s.t.Helper()
	out, err := s.say(name, args...)
	if err != nil {
		s.t.Fatalf("%s %v: %v: %s%s", name, args, err, out, s.logs())
	}
	return out
}

func (s *slurm) node(name string) { s.must("slurmd", "-N", name, "-f", s.conf) }

// logs is the end of what the daemons have written.
func (s *slurm) logs() (all string) {
	files, _ := filepath.Glob(s.at("*/*.log"))
	outputs, _ := filepath.Glob(s.at("slurm-*.out"))
	for _, file := range append(files, outputs...) {
		if b, err := os.ReadFile(file); err == nil {
			all += "\n" + filepath.Base(file) + ":\n" + string(b[max(0, len(b)-1500):])
		}
	}
	return all
}

// until waits for something that Slurm does.
func (s *slurm) until(what string, is func() bool) {
	s.t.Helper()
	for range 2400 { // four minutes, on a busy machine
		if is() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatalf("waited in vain until %s%s", what, s.logs())
}

// kill kills the process of a file that holds its number.
func kill(file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		return
	}
	if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && pid > 1 {
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

// stop ends all daemons, and what they have left.
func (s *slurm) stop() {
	s.say("scancel", "-u", "root")
	for _, pid := range []string{"slurmd-n1", "slurmd-n2", "ctld", "munged"} {
		kill(s.at("run/" + pid + ".pid"))
	}
	s.killTasks("")
	os.RemoveAll(s.dir)
}

// killTasks kills, without a word, all that tasks on a node have started, and what watches over them; on any node
// if it has no name.
func (s *slurm) killTasks(node string) (killed int) {
	var tasks, watchers []int
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		b, err := os.ReadFile(file)
		pid, wrong := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || wrong != nil || pid == os.Getpid() ||
			!bytes.Contains(b, []byte("COSINELAB="+s.at("cosinelab")+"\x00")) ||
			!bytes.Contains(b, []byte("SLURMD_NODENAME="+node)) {
			continue
		}
		tasks = append(tasks, pid)
		status, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "status"))
		parent := regexp.MustCompile(`PPid:\s*(\d+)`).FindSubmatch(status)
		if parent == nil {
			continue
		}
		name, _ := os.ReadFile(filepath.Join("/proc", string(parent[1]), "comm"))
		if pid, err := strconv.Atoi(string(parent[1])); err == nil && bytes.HasPrefix(name, []byte("slurmstepd")) {
			watchers = append(watchers, pid)
		}
	}
	for _, pid := range append(watchers, tasks...) { // watchers first, or they would tell
		if syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

// An array of eight cells runs on two nodes of a real Slurm. One node dies in the middle; its tasks are queued
// again, and the table that is gathered is that of a process alone, bit for bit.
func TestSlurmFillsATableThoughANodeDies(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Slurm of its own")
	}
	spec := write(t, "spec.json", strings.NewReplacer(`"epochs": 3`, `"epochs": 40`, `"patience": 2`, `"patience": 0`).
		Replace(read(t, tiny)))
	flags := []string{"table", "-spec", spec, "-models", "transformer,lstm", "-seeds", "4", "-out"}
	one := filepath.Join(t.TempDir(), "one")
	do(t, append(flags, one)...).must(t)

	s := startSlurm(t)
	script := fmt.Sprintf("#!/bin/sh\nexport %s=1 LANG=C LC_ALL=C\nexec %q \"$@\"\n", asProgram, os.Args[0])
	if err := os.WriteFile(s.at("cosinelab"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	batch, err := filepath.Abs("cluster/slurm.sbatch")
	if err != nil {
		t.Fatal(err)
	}
	out := s.at("out")
	said := s.must("sbatch", append([]string{"--array=0-7", "--cpus-per-task=1", "--mem-per-cpu=0", batch},
		append(flags, out, "-parallel", "1")...)...)
	job := regexp.MustCompile(`\d+`).FindString(said)

	s.until("a task on the second node trains", func() bool {
		trains, _ := filepath.Glob(filepath.Join(out, "*", "*", "*.safetensors"))
		running, _ := s.say("squeue", "-h", "-t", "R", "-w", "n2")
		return len(trains) > 0 && running != ""
	})
	kill(s.at("run/slurmd-n2.pid"))
	if killed := s.killTasks("n2"); killed == 0 {
		t.Errorf("no task was killed on n2%s", s.logs())
	}
	s.must("scontrol", "update", "nodename=n2", "state=down", "reason=test")
	os.Remove(s.at("run/slurmd-n2.pid"))
	s.node("n2")
	s.say("scontrol", "update", "nodename=n2", "state=resume")
	queued := 0
	// Besides, somebody queues a task again that goes on: it ends with what it has, and begins there.
	for i := range 8 {
		if _, err := s.say("scontrol", "requeue", fmt.Sprintf("%s_%d", job, i)); err == nil {
			queued++
			if queued == 2 {
				break
			}
		}
	}
	restarted := false
	if queued == 0 {
		t.Errorf("no task could be queued again by hand%s", s.logs())
	}
	s.until("the array is done", func() bool {
		left, _ := s.say("squeue", "-h", "-o", "%i %t %r")
		if strings.Contains(left, "BeginTime") { // Slurm lets tasks of a dead node wait for two minutes
			s.say("scontrol", "update", "jobid="+job, "starttime=now")
		}
		if info, _ := s.say("scontrol", "show", "job", job); strings.Contains(info, "Restarts=1") {
			restarted = true
		}
		return strings.TrimSpace(left) == ""
	})
	if !restarted {
		t.Errorf("no task was queued again%s", s.logs())
	}
	if got := do(t, "gather", out); got.code != exitOK {
		t.Fatalf("exit code %d, %s%s", got.code, got.err, s.logs())
	}
	if tableResults(t, out) != tableResults(t, one) {
		t.Error("the gathered table is not that of a process alone")
	}
}

// The file for Kubernetes says the number of parts twice.
func TestTheIndexedJobSaysHowManyPartsThereAre(t *testing.T) {
	text := read(t, "cluster", "kubernetes.yaml")
	completions := regexp.MustCompile(`completions: (\d+)`).FindStringSubmatch(text)
	said := regexp.MustCompile(`JOB_COMPLETIONS, value: "(\d+)"`).FindStringSubmatch(text)
	if completions == nil || said == nil || completions[1] != said[1] || !strings.Contains(text, "values: [75]") {
		t.Errorf("completions %v, JOB_COMPLETIONS %v", completions, said)
	}
}
