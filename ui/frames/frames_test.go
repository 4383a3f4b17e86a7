package frames

import (
	"testing"
)

// whole draws for a minute whenever it is allowed to, each frame at a cost that the function tells, and returns
// the number of frames with the part of the time that they took.
func whole(cost func(frame int) float64) (frames int, part float64) {
	var b Budget
	now, spent := 0.0, 0.0
	for ; now < 60_000; frames++ {
		now += b.Wait(now)
		begun := now
		now += cost(frames)
		spent += now - begun
		b.Spend(begun, now)
	}
	return frames, spent / (now + b.Wait(now))
}

func TestDrawingKeepsToItsShareWhateverAFrameCosts(t *testing.T) {
	for _, ms := range []float64{0, 0.1, 1, 5, 15, 16, 30, 40} {
		frames, part := whole(func(frame int) float64 { return ms * (0.5 + float64(frame%3)/2) })
		if part > share*1.001 {
			t.Errorf("frames of %g ms take %.3f of the time, want %g at most", ms, part, share)
		}
		if most := 60_000/pause + 1; frames > most {
			t.Errorf("%d frames of %g ms in a minute, want %d at most", frames, ms, most)
		}
	}
	if frames, _ := whole(func(int) float64 { return 10 }); frames < 60_000/pause-1 {
		t.Errorf("%d frames of 10 ms in a minute, want one every %d ms", frames, pause)
	}
}

func TestMessagesTakeFromTheShareOfDrawing(t *testing.T) {
	var b Budget
	now, spent := 0.0, 0.0
	for now < 60_000 {
		until := now + b.Wait(now)
		for ; now < until; now += 20 { // fifty messages a second, of half a millisecond each
			b.Message(0.5)
			spent += 0.5
		}
		b.Spend(now, now+10)
		spent += 10
		now += 10
	}
	if part := spent / now; part > share*1.03 {
		t.Errorf("messages and frames take %.3f of the time, want %g at most", part, share)
	}
}

func TestTheFirstFrameNeedNotWait(t *testing.T) {
	var b Budget
	if got := b.Wait(12); got != 0 {
		t.Error(got)
	}
}

func TestSlowFramesComeAllTheSame(t *testing.T) {
	for _, ms := range []float64{70, 200, 3000} {
		frames, _ := whole(func(int) float64 { return ms })
		if want := int(60_000 / (longest + ms)); frames < want {
			t.Errorf("%d frames of %g ms in a minute, want %d", frames, ms, want)
		}
	}
}
