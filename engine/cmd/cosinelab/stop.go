package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
)

// stopped is the signal by which a program was asked to end.
type stopped struct{ os.Signal }

// Error names the signal.
func (s stopped) Error() string { return s.String() }

// stoppable returns a context that the first signal ends, so that the command stops by itself and keeps what it
// has: Ctrl-C, or one by which schedulers announce that time is over or the machine is wanted for others. The
// second Ctrl-C or SIGTERM leaves at once, with words; the third is the system's, should nobody read these.
func stoppable(w *words.Language) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, append([]os.Signal{os.Interrupt, syscall.SIGTERM}, announced...)...)
	go func() {
		s := <-signals
		if len(announced) > 0 {
			signal.Ignore(announced...)
		}
		cancel(stopped{s})
		<-signals
		signal.Stop(signals)
		fmt.Fprintf(os.Stderr, "cosinelab: %s\n", w.Say("cli-left-at-once"))
		os.Exit(exitLeft)
	}()
	return ctx
}

// interruption says that a command was ended before it was done, and that all it has done is kept: the same
// command goes on. Where a scheduler ended it, the exit code says so.
type interruption struct{ error }

// Unwrap is the error itself.
func (i interruption) Unwrap() error { return i.error }

// Told returns the key of the sentence and its arguments.
func (i interruption) Told() (key string, args []any) { return fault.Of(i.error).Told() }

// requeues reports whether an error is that of a command that its scheduler ended, and can let go on later.
func requeues(ctx context.Context, err error) bool {
	_, kept := errors.AsType[interruption](err)
	by, ok := context.Cause(ctx).(stopped)
	return kept && ok && by.Signal != os.Interrupt
}
