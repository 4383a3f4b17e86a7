#include "textflag.h"

// One row of the tile: two products of the broadcast element of a with the row of b in Y0 and Y1.
#define ROW(at, low, high) \
	VBROADCASTSS at, Y2; \
	VFMADD231PS Y0, Y2, low; \
	VFMADD231PS Y1, Y2, high

// The twelve sums, which begin at 0.
#define CLEAR \
	VXORPS Y4, Y4, Y4; \
	VXORPS Y5, Y5, Y5; \
	VXORPS Y6, Y6, Y6; \
	VXORPS Y7, Y7, Y7; \
	VXORPS Y8, Y8, Y8; \
	VXORPS Y9, Y9, Y9; \
	VXORPS Y10, Y10, Y10; \
	VXORPS Y11, Y11, Y11; \
	VXORPS Y12, Y12, Y12; \
	VXORPS Y13, Y13, Y13; \
	VXORPS Y14, Y14, Y14; \
	VXORPS Y15, Y15, Y15

// Scales one row of the result and adds to it what c holds, if BX says so.
#define FINISH(low, high, store) \
	VMULPS Y0, low, low; \
	VMULPS Y0, high, high; \
	TESTQ BX, BX; \
	JZ store; \
	VADDPS (DX), low, low; \
	VADDPS 32(DX), high, high; \
store: \
	VMOVUPS low, (DX); \
	VMOVUPS high, 32(DX); \
	ADDQ R10, DX

// func tile6x16(k int, a *float32, aRow, aCol int, b, c *float32, cRow int, factor float32, add int)
//
// Twelve registers hold the 6 by 16 results; every step of k loads a row of b and adds six elements of a times it.
TEXT ·tile6x16(SB), NOSPLIT, $0-72
	MOVQ k+0(FP), CX
	MOVQ a+8(FP), SI
	MOVQ aRow+16(FP), R8
	MOVQ aCol+24(FP), R9
	MOVQ b+32(FP), DI
	MOVQ c+40(FP), DX
	MOVQ cRow+48(FP), R10
	MOVQ add+64(FP), BX
	SHLQ $2, R8
	SHLQ $2, R9
	SHLQ $2, R10
	LEAQ (R8)(R8*2), R11
	ADDQ SI, R11             // row 3 of a
	CLEAR

loop:
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	ROW((SI), Y4, Y5)
	ROW((SI)(R8*1), Y6, Y7)
	ROW((SI)(R8*2), Y8, Y9)
	ROW((R11), Y10, Y11)
	ROW((R11)(R8*1), Y12, Y13)
	ROW((R11)(R8*2), Y14, Y15)
	ADDQ R9, SI
	ADDQ R9, R11
	ADDQ $64, DI
	DECQ CX
	JNZ  loop

	VBROADCASTSS factor+56(FP), Y0
	FINISH(Y4, Y5, store0)
	FINISH(Y6, Y7, store1)
	FINISH(Y8, Y9, store2)
	FINISH(Y10, Y11, store3)
	FINISH(Y12, Y13, store4)
	FINISH(Y14, Y15, store5)
	VZEROUPPER
	RET

// func multiplyAdds(rounds int, x float32) float32
//
// Twelve sums of eight products each, as many as the tile has.
TEXT ·multiplyAdds(SB), NOSPLIT, $0-20
	MOVQ rounds+0(FP), CX
	VBROADCASTSS x+8(FP), Y0
	CLEAR

round:
	VFMADD231PS Y0, Y0, Y4
	VFMADD231PS Y0, Y0, Y5
	VFMADD231PS Y0, Y0, Y6
	VFMADD231PS Y0, Y0, Y7
	VFMADD231PS Y0, Y0, Y8
	VFMADD231PS Y0, Y0, Y9
	VFMADD231PS Y0, Y0, Y10
	VFMADD231PS Y0, Y0, Y11
	VFMADD231PS Y0, Y0, Y12
	VFMADD231PS Y0, Y0, Y13
	VFMADD231PS Y0, Y0, Y14
	VFMADD231PS Y0, Y0, Y15
	DECQ CX
	JNZ  round

	VADDPS Y5, Y4, Y4
	VADDPS Y7, Y6, Y6
	VADDPS Y9, Y8, Y8
	VADDPS Y11, Y10, Y10
	VADDPS Y13, Y12, Y12
	VADDPS Y15, Y14, Y14
	VADDPS Y6, Y4, Y4
	VADDPS Y10, Y8, Y8
	VADDPS Y14, Y12, Y12
	VADDPS Y8, Y4, Y4
	VADDPS Y12, Y4, Y4
	VMOVSS X4, ret+16(FP)
	VZEROUPPER
	RET
