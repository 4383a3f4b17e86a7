package browsertest

import (
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// weighing makes a worker tell its memory, which never shrinks, with everything that it says.
const weighing = `{
	const instantiate = WebAssembly.instantiate, post = self.postMessage.bind(self);
	let memory;
	WebAssembly.instantiate = async (...args) => {
		const instance = await instantiate(...args);
		memory = instance.exports.mem;
		return instance;
	};
	self.postMessage = (message, ...more) => {
		if (Array.isArray(message) && memory) message[0] = message[0].replace(/}$/, ',"memory":' + memory.buffer.byteLength + "}");
		post(message, ...more);
	};
}
`

// most is what the full-size model may take in a tab.
const most = 1.5e9

// One step of the full-size Anomaly Transformer with a batch of 32 windows, and its scores.
func TestTheFullSizeModelTrainsWithinItsMemory(t *testing.T) {
	s := spec.Default()
	s.Data.Window, s.Data.Stride = 100, 100
	s.Data.Train, s.Data.Test = steps.Range{To: 3200}, steps.Range{To: 600}
	s.Student = spec.Model{Kind: spec.ModelAnomalyTransformer, DModel: 512, Heads: 8, Layers: 3, DFF: 512}
	s.Arms = pair().Arms[:1]
	s.Train.Epochs, s.Train.Batch, s.Train.Validation, s.Train.Patience = 1, 32, 0, 0
	s.Seeds = []uint64{1}
	p := open(t, serve(t))
	p.begin(weighing)
	bytes := 0.0
	p.eval(`window.heaviest = 0; {
		const Real = Worker;
		window.Worker = class extends Real {
			constructor(...args) {
				super(...args);
				this.addEventListener("message", (e) => { heaviest = Math.max(heaviest, Array.isArray(e.data) ? JSON.parse(e.data[0]).memory ?? 0 : 0); });
			}
		};
	}`, nil)
	r := p.engineRun(s, 1)
	p.eval("heaviest", &bytes)
	if len(r.Arms[0].Runs) != 1 || r.Arms[0].Runs[0].Failed != nil || len(r.Arms[0].Runs[0].Epochs) != 1 {
		t.Fatalf("nothing was trained: %+v", r.Arms)
	}
	if bytes == 0 || bytes > most {
		t.Errorf("the worker takes %.0f MB, want at most %.0f", bytes/1e6, most/1e6)
	}
	t.Logf("%.0f MB for %d parameters", bytes/1e6, r.Arms[0].Runs[0].Parameters)
}
