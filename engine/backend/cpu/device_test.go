package cpu

import (
	"testing"

	"cosinelab/engine/backend/backendtest"
)

func TestDeviceFollowsTheContract(t *testing.T) { backendtest.Run(t, New()) }
