package session

import (
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/engine/session/protocol"
)

// A link may name several sets of the folder beside the page: they open as one, with what each has.
func TestAPatternOpensSeveralSeriesAtOnce(t *testing.T) {
	row := strings.TrimSuffix(strings.Repeat("0.1,", 38), ",") + "\n"
	p := newPage(t)
	files := fstest.MapFS{}
	for _, m := range []string{"machine-1-1", "machine-1-2"} {
		for folder, text := range map[string]string{"train": strings.Repeat(row, 100), "test": strings.Repeat(row, 120),
			"test_label": strings.Repeat("0\n", 110) + strings.Repeat("1\n", 10)} {
			files["smd/"+folder+"/"+m+".txt"] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	p.session.Remote = files
	p.session.Ready()
	p.next()
	d := data()
	d.Source, d.Window, d.Channels = "smd/machine*", 50, nil
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d})
	m := p.next()
	if m.Type != protocol.TypeData || len(m.Summary.Series) != 2 || m.Summary.Series[1].Name != "smd/machine-1-2" ||
		m.Summary.TestSteps != 200 {
		t.Errorf("sent %+v", m.Response)
	}
}
