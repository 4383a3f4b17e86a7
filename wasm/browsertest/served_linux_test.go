package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A table at the top of a served folder opens, though a pipe stands where a benchmark's file could be.
func TestAServedTableOpens(t *testing.T) {
	dir := t.TempDir()
	table := "a,label\n" + strings.Repeat("0.1,0\n0.3,1\n0.2,0\n", 400)
	for name, text := range map[string]string{"pump.csv": table, "test.csv": "", "test_label.csv": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(filepath.Join(dir, "train.csv"), 0o600); err != nil {
		t.Skip("no pipes here:", err)
	}
	p := open(t, serve(t, "-data", dir))
	p.wait("series", canTrain, time.Minute)
	p.eval(`document.querySelector('[data-tab="benchmark"]').click()`, nil)
	p.wait("word about the pipe", `document.querySelector(".passed").innerText.includes("train.csv: a pipe")`, time.Minute)
	p.eval(`(() => {
		const list = document.querySelector("select[data-source]");
		list.value = "file/pump.csv";
		list.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	})()`, nil)
	p.wait("name", `document.querySelector(".pick b").innerText === "pump.csv"`, time.Minute)
	p.wait("table", `document.querySelector(".recipe .sub.n").innerText.includes("33")`, time.Minute)
	p.wait("series", canTrain, time.Minute)
	p.shoot("served.png")
}
