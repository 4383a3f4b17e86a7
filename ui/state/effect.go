package state

import "cosinelab/engine/session/protocol"

// Effect is what Update asks the page to do, as plain data, so that tests read what would happen. The command
// lab has a case for each.
type Effect interface{ effect() }

// The effects.
type (
	Post   struct{ Request protocol.Request } // to the worker, with the files that it names
	GoOn   struct{ Request protocol.Request } // likewise, with the checkpoints that the page keeps
	Forget struct{}                           // the checkpoints: they are of a run that is over
	// ShowWhere has the program of the grid fetched, if it is not there, and told of the experiment.
	ShowWhere struct {
		Hash string
		Drop int
	}
	SetHash          struct{ Hash string } // of the address, without a new entry in the history
	PushHash         struct{ Hash string } // likewise, with a new entry
	Remember         struct{ Workers int } // on this machine, for the next visit
	RememberLanguage struct{ Tag string }  // likewise; the document is in this language now
	StartEngine      struct{}              // again
	Copy             struct{ Hash string } // the address with it; answer with Copied
	CopyText         struct{ Text string } // onto the clipboard; likewise
	SwitchTheme      struct{}              // light to dark, or back
)

func (Post) effect()             {}
func (GoOn) effect()             {}
func (Forget) effect()           {}
func (ShowWhere) effect()        {}
func (SetHash) effect()          {}
func (PushHash) effect()         {}
func (Remember) effect()         {}
func (RememberLanguage) effect() {}
func (StartEngine) effect()      {}
func (Copy) effect()             {}
func (CopyText) effect()         {}
func (SwitchTheme) effect()      {}

// requests numbers what is asked of the worker. Ids grow from 1, so that an answer to an older question can
// be told from one to the last; what the worker says of itself has the id 0.
type requests struct{ last int }

// post gives a request an id of its own.
func (q *requests) post(r protocol.Request) Post {
	q.last++
	r.ID = q.last
	return Post{r}
}
