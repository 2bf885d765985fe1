// Row kernels compiled for several processor generations; the fastest that this processor runs is chosen once.
//
// Swift has no function multiversioning, and on baseline x86-64 a fused multiply-add is a library call. These few loops
// are therefore C: `row_kernels.inc` is one source, compiled once per generation.
#pragma once
#include <stdint.h>
#include "TileKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Element type that a kernel writes.
typedef enum {
    cvk_float32 = 0,
    cvk_bfloat16 = 1,
} cvk_element;

/// Layer normalisation of one row: output[i] = (x[i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i].
///
/// x, weight, bias: `width` floats. output: `width` elements of `type`; for float32 it may be x itself.
void cvk_layer_norm(
    const float *x, intptr_t width, const float *weight, const float *bias, float epsilon, void *output,
    cvk_element type);

/// row <- softmax(scale * row), shifted by the maximum.
///
/// row: `count` >= 1 floats. With bfloat16 the result starts at the same address, two bytes an element.
void cvk_softmax(float *row, intptr_t count, float scale, cvk_element type);

/// Self-attention of one row over itself and its ancestors, all heads: softmax(scale * q . k) . v per head.
///
/// qkv: rows of 3 * heads * head_dim elements of `type`; q, k, v side by side, heads as consecutive slices.
/// parents: for each row the one above it, negative for a root; following them from `row` must end.
/// scores: room for as many floats as there are rows on the way to the root, both ends included.
/// output: heads * head_dim elements of `type`; must not overlap qkv.
void cvk_attend_ancestors(
    const void *qkv, const int32_t *parents, intptr_t row, intptr_t heads, intptr_t head_dim, float scale,
    float *scores, void *output, cvk_element type);

/// The row kernels of one processor generation; parameters as above.
typedef struct {
    const char *name;
    void (*layer_norm)(const float *, intptr_t, const float *, const float *, float, void *, cvk_element);
    void (*softmax)(float *, intptr_t, float, cvk_element);
    void (*attend_ancestors)(
        const void *, const int32_t *, intptr_t, intptr_t, intptr_t, float, float *, void *, cvk_element);
} cvk_row_kernels;

/// The kernels of a generation, for tests: 0 is the baseline, which every processor runs; null for one that this processor lacks. The functions
/// above are those of the last.
const cvk_row_kernels *cvk_generation(int index);

#ifdef __cplusplus
}
#endif
