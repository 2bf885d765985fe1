// Matrix products and attention in tiles of 12 × 32 sums kept in registers, for processors with AVX-512.
//
// One source, compiled for three kinds of operands. A step of a product takes four bytes of a row, one float32, two bfloat16 or
// four int8, and multiplies them with as many rows of the right operand, which was packed so that 32 columns of a step lie side by side. Integer
// products need AVX512_VNNI, bfloat16 ones AVX512_BF16: `cvk_tiles_supported` says what this processor has.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Operands of a product.
typedef enum {
    /// float32 × float32.
    cvk_tile_float32 = 0,
    /// bfloat16 × bfloat16, summed in float32.
    cvk_tile_bfloat16 = 1,
    /// Bytes × bytes, summed exactly in 32 bits. Rows are made by `cvk_layer_norm_bytes` or `cvk_round_to_bytes`.
    cvk_tile_int8 = 2,
} cvk_tile;

/// What becomes of a linear map's product.
typedef enum {
    cvk_store = 0,
    cvk_gelu = 1,
    cvk_quick_gelu = 2,
    /// Added to a float32 output.
    cvk_accumulate = 3,
} cvk_epilogue;

/// Weights of a linear map, packed by `cvk_map_pack`. Arrays are as long as the outputs rounded up to 32.
typedef struct {
    /// `cvk_map_bytes` bytes, aligned to 64.
    void *panels;
    const float *bias;
    /// int8: what a weight of 1 stands for in each output.
    float *scales;
    /// int8: -128 times the sum of each output's weights, which takes the rows' offset back.
    int32_t *corrections;
    intptr_t inputs;
    intptr_t outputs;
} cvk_map;

/// 1 when this processor has the instructions for these operands.
int cvk_tiles_supported(cvk_tile type);

/// Bytes of a map's packed weights.
intptr_t cvk_map_bytes(cvk_tile type, intptr_t inputs, intptr_t outputs);

/// Rounds and packs the outputs `first` up to `last` of weights [outputs, inputs]; `first` is a multiple of 32, `last` too or all outputs.
void cvk_map_pack(cvk_tile type, const float *weights, intptr_t first, intptr_t last, const cvk_map *map);

/// Maps rows.
///
/// x: rows of float32, bfloat16 or bytes, `stride` bytes apart. Twelve rows share the first-level cache, so `stride` had better be no multiple of
/// 2048. output: `output_stride` elements between rows; float32 for float32 operands and for accumulate, else bfloat16. Must not overlap x.
void cvk_map_rows(
    cvk_tile type, const void *x, intptr_t stride, intptr_t rows, const cvk_map *map, cvk_epilogue epilogue,
    void *output, intptr_t output_stride);

/// Where in a row of `width` bytes lies the float32 that says what a 1 stands for.
static inline intptr_t cvk_byte_scale_offset(intptr_t width) { return (width + 3) / 4 * 4; }

/// Layer normalisation of one row of `width` floats to bytes between -127 and 127 with 128 added, and their scale behind them.
void cvk_layer_norm_bytes(
    const float *x, intptr_t width, const float *weight, const float *bias, float epsilon, uint8_t *output);

/// The same rounding for a row of bfloat16; `output` may be the same address as `x`.
void cvk_round_to_bytes(const uint16_t *x, intptr_t width, uint8_t *output);

/// Keys and values of one head, packed for `cvk_attention_rows`.
///
/// keys: rows of `head_dim` float32, or bfloat16 for the other two kinds, `stride` elements apart; values likewise. packed: `cvk_attention_bytes`
/// bytes, aligned to 64. Integer operands are rounded here: keys token by token after their mean is taken off, which no softmax sees; values channel
/// by channel around the middle of their range, which weights that sum to 1 give back.
void cvk_attention_pack(
    cvk_tile type, const void *keys, const void *values, intptr_t stride, intptr_t count, intptr_t head_dim,
    void *packed);

/// Bytes of one head's packed keys and values.
intptr_t cvk_attention_bytes(cvk_tile type, intptr_t count, intptr_t head_dim);

/// Bytes of scratch memory for `cvk_attention_rows`.
intptr_t cvk_attention_scratch(cvk_tile type, intptr_t count, intptr_t head_dim);

/// output <- softmax(scale * queries * keysᵀ) * values for any number of queries of one head.
///
/// queries: as keys. packed: of `count` keys. seen: keys that the first query sees, each later one sees one more; `count` when all see all.
/// output: `output_stride` elements between rows, of the queries' type. scratch: aligned to 64.
void cvk_attention_rows(
    cvk_tile type, const void *queries, intptr_t stride, intptr_t rows, const void *packed, intptr_t count,
    intptr_t head_dim, intptr_t seen, float scale, void *output, intptr_t output_stride, void *scratch);

#ifdef __cplusplus
}
#endif
