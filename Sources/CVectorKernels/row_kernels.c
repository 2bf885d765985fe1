#include "CVectorKernels.h"

#pragma clang fp contract(fast)
// Vectors are passed between functions that are always inlined, so their calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

// The pairwise reduction keeps one order of additions in every variant.
#define __builtin_reduce_add_pairwise(v) cvk_pairwise_sum((const float *)&(v))
static inline __attribute__((always_inline)) float cvk_pairwise_sum(const float *lanes) {
    float half[8];
    for (int i = 0; i < 8; i++) half[i] = lanes[i] + lanes[i + 8];
    for (int i = 0; i < 4; i++) half[i] += half[i + 4];
    return (half[0] + half[2]) + (half[1] + half[3]);
}

// Rows of a tile whose sums, 32 a row, fit into the registers.
#define CVK(name) baseline_##name
#define CVK_TARGET
#define CVK_TILE_ROWS 1
#include "row_kernels.inc"
#include "search_kernels.inc"
#include "map_kernels.inc"
#include "guide_kernels.inc"
#undef CVK
#undef CVK_TILE_ROWS
#undef CVK_TARGET

#if defined(__x86_64__)
#define CVK(name) v3_##name
#define CVK_TARGET __attribute__((target("arch=x86-64-v3")))
#define CVK_TILE_ROWS 2
#include "row_kernels.inc"
#include "search_kernels.inc"
#include "map_kernels.inc"
#include "guide_kernels.inc"
#undef CVK
#undef CVK_TILE_ROWS
#undef CVK_TARGET

#define CVK(name) v4_##name
#define CVK_TARGET __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define CVK_TILE_ROWS 12
#include "row_kernels.inc"
#include "search_kernels.inc"
#include "map_kernels.inc"
#include "guide_kernels.inc"
#undef CVK
#undef CVK_TILE_ROWS
#undef CVK_TARGET
#endif

// Functions in the order of the type's members.
#define CVK_GENERATION(NAME, PREFIX) \
    { \
        NAME, PREFIX##_layer_norm, PREFIX##_softmax, PREFIX##_attend_ancestors, PREFIX##_largest, PREFIX##_above, \
            PREFIX##_dot, PREFIX##_widen_codes, PREFIX##_mix_softmax, PREFIX##_narrow_row, \
            PREFIX##_panel_products, PREFIX##_mix_colors, PREFIX##_mix_reaching, \
            PREFIX##_slide_window, PREFIX##_transpose, PREFIX##_guide_factors, PREFIX##_guide_functions, \
            PREFIX##_guide_values \
    }

static const cvk_row_kernels generations[] = {
    CVK_GENERATION("baseline", baseline),
#if defined(__x86_64__)
    CVK_GENERATION("x86-64-v3", v3),
    CVK_GENERATION("x86-64-v4", v4),
#endif
};

static int runnable(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return 3;
    if (__builtin_cpu_supports("x86-64-v3")) return 2;
#endif
    return 1;
}

const cvk_row_kernels *cvk_generation(int index) {
    return index >= 0 && index < runnable() ? &generations[index] : 0;
}

static const cvk_row_kernels *chosen = &generations[0];

// Before main, so that no thread can meet a half-made choice; no resolver, so that sanitizers can run the program.
__attribute__((constructor)) static void choose(void) { chosen = &generations[runnable() - 1]; }

void cvk_layer_norm(
    const float *x, intptr_t width, const float *weight, const float *bias, float epsilon, void *output,
    cvk_element type) {
    chosen->layer_norm(x, width, weight, bias, epsilon, output, type);
}

void cvk_softmax(float *row, intptr_t count, float scale, cvk_element type) {
    chosen->softmax(row, count, scale, type);
}

void cvk_attend_ancestors(
    const void *qkv, const int32_t *parents, intptr_t row, intptr_t heads, intptr_t head_dim, float scale,
    float *scores, void *output, cvk_element type) {
    chosen->attend_ancestors(qkv, parents, row, heads, head_dim, scale, scores, output, type);
}

intptr_t cvk_largest(const float *row, intptr_t count, float *value) { return chosen->largest(row, count, value); }

intptr_t cvk_above(const float *row, intptr_t count, float threshold, float *values, int32_t *positions) {
    return chosen->above(row, count, threshold, values, positions);
}

float cvk_dot(const float *x, intptr_t width, const void *row, cvk_codes kind) {
    return chosen->dot(x, width, row, kind);
}

void cvk_widen_codes(const void *codes, intptr_t width, cvk_codes kind, float *output) {
    chosen->widen_codes(codes, width, kind, output);
}

void cvk_mix_softmax(
    const float *upper, const float *lower, float share, intptr_t stages, intptr_t stage_stride, intptr_t classes,
    float weight, float *scratch, float *output, intptr_t plane, intptr_t count) {
    chosen->mix_softmax(
        upper, lower, share, stages, stage_stride, classes, weight, scratch, output, plane, count);
}

void cvk_narrow_row(const float *x, intptr_t count, uint16_t *output) { chosen->narrow_row(x, count, output); }

void cvk_panel_products(
    const float *x, intptr_t stride, intptr_t rows, const float *panels, intptr_t steps, intptr_t columns,
    float *output, intptr_t output_stride) {
    chosen->panel_products(x, stride, rows, panels, steps, columns, output, output_stride);
}

void cvk_mix_colors(
    const float *upper, const float *lower, float share, intptr_t count, float threshold, float maximum, float steps,
    uint8_t *output) {
    chosen->mix_colors(upper, lower, share, count, threshold, maximum, steps, output);
}

intptr_t cvk_mix_reaching(
    const float *upper, const float *lower, float share, intptr_t count, float threshold, float *output,
    uint16_t *reached) {
    return chosen->mix_reaching(upper, lower, share, count, threshold, output, reached);
}

void cvk_slide_window(
    float *sums, const float *entering, const float *entering_by, const float *leaving, const float *leaving_by,
    intptr_t count, float scale, float *output) {
    chosen->slide_window(sums, entering, entering_by, leaving, leaving_by, count, scale, output);
}

void cvk_transpose(const float *source, intptr_t side, float *output) { chosen->transpose(source, side, output); }

void cvk_guide_factors(
    const float *sums, intptr_t plane, intptr_t count, float row_scale, const float *column_scales, float ridge,
    float *means, float *factors) {
    chosen->guide_factors(sums, plane, count, row_scale, column_scales, ridge, means, factors);
}

void cvk_guide_functions(
    float *planes, const float *means, const float *factors, intptr_t plane, intptr_t count) {
    chosen->guide_functions(planes, means, factors, plane, count);
}

void cvk_guide_values(
    const float *functions, const float *colors, const float *surroundings, intptr_t plane, intptr_t count, float gain,
    float lowest, float highest, float *output) {
    chosen->guide_values(functions, colors, surroundings, plane, count, gain, lowest, highest, output);
}

void cvk_prefetch(const void *address, intptr_t bytes) {
    for (intptr_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)address + i);
}
