package train

import (
	"slices"

	"cosinelab/datasets"
)

// lot is some windows by their positions, with the window beside each: what a problem with Others compares it
// with. Without Others there is none.
type lot struct{ at, beside []int }

// lotOf puts the next of the list beside each window, the first beside the last: another one wherever there
// are two. The order of a batch is drawn, so that this is a draw from its other windows.
func (t *compiled) lotOf(at []int) lot {
	if t.problem.Others == nil || len(at) == 0 {
		return lot{at: at}
	}
	return lot{at, slices.Concat(at[1:], at[:1])}
}

// part is the windows of a lot from i up to j.
func (l lot) part(i, j int) lot {
	if l.beside == nil {
		return lot{at: l.at[i:j]}
	}
	return lot{l.at[i:j], l.beside[i:j]}
}

// chunks cuts a lot into parts of n windows, of which the last may be shorter.
func (l lot) chunks(n int) (parts []lot) {
	for i := 0; i < len(l.at); i += n {
		parts = append(parts, l.part(i, min(i+n, len(l.at))))
	}
	return parts
}

// join is the parts of a lot one behind the other.
func join(parts []lot) (whole lot) {
	for _, l := range parts {
		whole.at, whole.beside = append(whole.at, l.at...), append(whole.beside, l.beside...)
	}
	return whole
}

// all are the positions of a lot as a worker elsewhere gets them: what stands beside comes after all windows.
func (l lot) all() []int { return slices.Concat(l.at, l.beside) }

// whole makes a lot a multiple of the micro-batch: the last micro-batch begins early, so that some windows
// count twice, but none is left out.
func (t *compiled) whole(l lot) lot {
	left := len(l.at) % t.micro
	if left == 0 {
		return l
	}
	n := len(l.at)
	return join([]lot{l.part(0, n-left), l.part(n-t.micro, n)})
}

// received is the lot of the windows that another trainer sent, those beside them behind all others.
func (t *compiled) received(w datasets.Windows, losses bool) lot {
	if t.problem.Others == nil || !losses {
		return lot{at: count(0, w.Len())}
	}
	n := w.Len() / 2
	return lot{count(0, n), count(n, n)}
}

// load writes windows, and those beside them, as one micro-batch. What they do not fill keeps the windows of
// before.
func (t *compiled) load(w datasets.Windows, l lot) error {
	if err := t.loadInto(t.windows, t.batch, w, l.at); err != nil || l.beside == nil {
		return err
	}
	return t.loadInto(t.others, t.otherBatch, w, l.beside)
}
