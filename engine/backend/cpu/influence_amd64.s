#include "textflag.h"

// func influenceRow(p, q, weights, y *float32, channels, vectors, stride int)
//
// y = sum over channels of weight * max(p + q, 0).
TEXT ·influenceRow(SB), NOSPLIT, $0-56
	MOVQ p+0(FP), SI
	MOVQ q+8(FP), DI
	MOVQ weights+16(FP), R8
	MOVQ y+24(FP), DX
	MOVQ channels+32(FP), CX
	MOVQ vectors+40(FP), BX
	MOVQ stride+48(FP), R9
	SHLQ $2, R9
	VXORPS Y7, Y7, Y7

features:
	VMOVUPS (SI), Y0
	VXORPS Y1, Y1, Y1
	MOVQ DI, R10
	MOVQ R8, R11
	MOVQ CX, R12

pair:
	VBROADCASTSS (R11), Y2
	VADDPS (R10), Y0, Y3
	VMAXPS Y3, Y7, Y3        // a NaN in Y3 stays
	VFMADD231PS Y3, Y2, Y1
	ADDQ $4, R11
	ADDQ R9, R10
	DECQ R12
	JNZ pair
	VMOVUPS Y1, (DX)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	DECQ BX
	JNZ features
	VZEROUPPER
	RET

// func influenceGradRow(p, q, weights, dy, dp, dq *float32, channels, vectors, stride int)
//
// Where p + q > 0, weight * dy is part of dp, which is written, and of dq, to which it is added.
TEXT ·influenceGradRow(SB), NOSPLIT, $0-72
	MOVQ p+0(FP), SI
	MOVQ q+8(FP), DI
	MOVQ weights+16(FP), R8
	MOVQ dy+24(FP), DX
	MOVQ dp+32(FP), R13
	MOVQ dq+40(FP), R14
	MOVQ channels+48(FP), CX
	MOVQ vectors+56(FP), BX
	MOVQ stride+64(FP), R9
	SHLQ $2, R9
	SUBQ DI, R14             // from q to dq
	VXORPS Y7, Y7, Y7

features:
	VMOVUPS (SI), Y0
	VMOVUPS (DX), Y6
	VXORPS Y1, Y1, Y1
	MOVQ DI, R10
	MOVQ R8, R11
	MOVQ CX, R12

pair:
	VBROADCASTSS (R11), Y2
	VADDPS (R10), Y0, Y3
	VCMPPS $0x1E, Y7, Y3, Y3 // greater than 0
	VANDPS Y6, Y3, Y3
	VMULPS Y3, Y2, Y3
	VADDPS Y3, Y1, Y1
	VADDPS (R10)(R14*1), Y3, Y3
	VMOVUPS Y3, (R10)(R14*1)
	ADDQ $4, R11
	ADDQ R9, R10
	DECQ R12
	JNZ pair
	VMOVUPS Y1, (R13)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	ADDQ $32, R13
	DECQ BX
	JNZ features
	VZEROUPPER
	RET

// func influenceGradWeightsRow(p, q, dy, sums *float32, channels, vectors, stride int)
//
// Adds max(p + q, 0) * dy to the eight sums of each channel.
TEXT ·influenceGradWeightsRow(SB), NOSPLIT, $0-56
	MOVQ p+0(FP), SI
	MOVQ q+8(FP), DI
	MOVQ dy+16(FP), DX
	MOVQ sums+24(FP), R8
	MOVQ channels+32(FP), CX
	MOVQ vectors+40(FP), BX
	MOVQ stride+48(FP), R9
	SHLQ $2, R9
	VXORPS Y7, Y7, Y7

features:
	VMOVUPS (SI), Y0
	VMOVUPS (DX), Y6
	MOVQ DI, R10
	MOVQ R8, R11
	MOVQ CX, R12

pair:
	VMOVUPS (R11), Y1
	VADDPS (R10), Y0, Y3
	VMAXPS Y3, Y7, Y3
	VFMADD231PS Y3, Y6, Y1
	VMOVUPS Y1, (R11)
	ADDQ $32, R11
	ADDQ R9, R10
	DECQ R12
	JNZ pair
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	DECQ BX
	JNZ features
	VZEROUPPER
	RET
