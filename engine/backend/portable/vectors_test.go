package portable_test

import (
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/backend/portable"
)

func TestTheTileInAssembly(t *testing.T) {
	tile := cpu.Vectors().Tile
	if tile.Run == nil {
		t.Skip("none for this processor")
	}
	portable.CheckTile(t, tile)
}
