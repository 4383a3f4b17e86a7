// Package frames says when the page may draw what nobody waits for.
package frames

// share is how much of the time of the page's thread drawing may take while an experiment is carried out: the
// thread shares its core with those that train.
const share = 0.06

// pause is the least time between two frames, in milliseconds: more than four a second nobody can read.
const pause = 250

// longest is the most time between two frames, in milliseconds: what trains is seen to move, even where
// drawing is slow. A frame of a machine with two cores takes about 120, which at one a second is above the share.
const longest = 2000

// Budget is when the next frame may begin. Frames that a person waits for are drawn whenever they are due, and
// spend of it too, as do messages, which come as they please.
type Budget struct{ next, messages float64 }

// Message notes that hearing a message took so many milliseconds: drawing makes up for it.
func (b *Budget) Message(ms float64) { b.messages += ms }

// Spend notes a frame that was begun and done at these times, in milliseconds from any common moment.
func (b *Budget) Spend(begun, done float64) {
	rest := (done - begun + b.messages) * (1 - share) / share
	b.messages = 0
	b.next = max(begun+pause, done+min(rest, longest))
}

// Wait is how many milliseconds a frame has to wait that is wanted now.
func (b *Budget) Wait(now float64) float64 { return max(0, b.next-now) }
