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

/// How a row of numbers is written for `cvk_dot`.
typedef enum {
    cvk_codes_float32 = 0,
    /// Whole numbers from -2048 to 2047 in blocks of 48 bytes for 32 numbers: 32 bytes with the upper eight bits, then 16 with the lower
    /// four, those of number i in the lower and of number 16 + i in the upper half of byte i.
    cvk_codes_12_bits = 1,
    /// Signed bytes in blocks of 32.
    cvk_codes_8_bits = 2,
} cvk_codes;

/// Layer normalisation of one row: output[i] = (x[i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i].
///
/// x, weight, bias: `width` floats. output: `width` elements of `type`; for float32 it may be x itself.
void cvk_layer_norm(
    const float *x, intptr_t width, const float *weight, const float *bias, float epsilon, void *output,
    cvk_element type);

/// Rounds `count` floats to the nearest bfloat16.
void cvk_narrow_row(const float *x, intptr_t count, uint16_t *output);

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

/// Position of the largest of `count` floats, of equal ones the first, and its value; 0 and -infinity when there are none. NaN is passed over.
intptr_t cvk_largest(const float *row, intptr_t count, float *value);

/// Which of `count` floats are above a threshold: their values and positions, in order. Returns how many; there must be room for all.
intptr_t cvk_above(const float *row, intptr_t count, float threshold, float *values, int32_t *positions);

/// Asks for memory that will be read soon.
void cvk_prefetch(const void *address, intptr_t bytes);

/// Dot product of `width` floats with a row; numbers past the width of the row's last block are not looked at, but must be readable.
float cvk_dot(const float *x, intptr_t width, const void *row, cvk_codes kind);

/// Products of rows with columns that lie in panels of 32, the last of 32 or 16.
///
/// x: `rows` rows of `steps` floats, `stride` floats apart. columns: a multiple of 16. panels: panel after panel, [steps, 32] or [steps, 16]. output:
/// `columns` floats a row, `output_stride` floats apart.
void cvk_panel_products(
    const float *x, intptr_t stride, intptr_t rows, const float *panels, intptr_t steps, intptr_t columns,
    float *output, intptr_t output_stride);

/// The whole numbers that `width` codes of 12 or 8 bits stand for.
void cvk_widen_codes(const void *codes, intptr_t width, cvk_codes kind, float *output);

/// A row of class probabilities: the sum over stages of weight * softmax over the classes of (1 - share) * upper + share * lower.
///
/// upper, lower: for each stage, `stage_stride` floats apart, the scores of 16 pixels at a time, [count / 16 rounded up, classes, 16]. classes: at least 1.
/// scratch: 2 * classes * 16 floats. output: `count` floats for each class, `plane` floats apart; overwritten.
void cvk_mix_softmax(
    const float *upper, const float *lower, float share, intptr_t stages, intptr_t stage_stride, intptr_t classes,
    float weight, float *scratch, float *output, intptr_t plane, intptr_t count);

/// The same bits on every processor: each of `count` numbers (1 - share) * upper + share * lower as a colour of a scale with `steps` steps, up to 255.
///
/// 0 is colour 0, `threshold` > 0 the middle, `maximum` the last, straight lines between; all above the threshold are the last when `maximum` is not
/// above it. NaN is as 0.
void cvk_mix_colors(
    const float *upper, const float *lower, float share, intptr_t count, float threshold, float maximum, float steps,
    uint8_t *output);

/// The same bits on every processor: `count` numbers (1 - share) * upper + share * lower, and which of them are a threshold or more.
///
/// reached: a bit for each, 16 at a time, the first in the lowest. Returns 1 when any is set, else 0.
intptr_t cvk_mix_reaching(
    const float *upper, const float *lower, float share, intptr_t count, float threshold, float *output,
    uint16_t *reached);

/// One step of a window that slides over rows: sums += entering * entering_by - leaving * leaving_by; output = sums * scale.
///
/// All rows: `count` floats. entering, leaving: null where no row enters or leaves. entering_by, leaving_by: null for 1. output: null where only the sums matter.
void cvk_slide_window(
    float *sums, const float *entering, const float *entering_by, const float *leaving, const float *leaving_by,
    intptr_t count, float scale, float *output);

/// output[x, y] = source[y, x], both [side, side]; they must not overlap.
void cvk_transpose(const float *source, intptr_t side, float *output);

/// Means of three colours over windows, and L D Lᵀ of their covariance with `ridge` added on the diagonal.
///
/// sums: of red, green, blue, then of their products rr, rg, rb, gg, gb, bb over the windows, `plane` floats apart, `count` windows; a window's are divided by the
/// number of its pixels, whose reciprocal is row_scale * column_scales[i]. means: of the colours. factors: three shares of L (rg, rb, gb), then the reciprocals of D. Both may take the place of the sums.
void cvk_guide_factors(
    const float *sums, intptr_t plane, intptr_t count, float row_scale, const float *column_scales, float ridge,
    float *means, float *factors);

/// Linear functions of the colours, by ridge regression over `count` windows.
///
/// planes: means of map times red, green, blue, and of the map, `plane` floats apart; replaced by the slopes of red, green, blue and the constant.
void cvk_guide_functions(
    float *planes, const float *means, const float *factors, intptr_t plane, intptr_t count);

/// Linear functions at `count` pixels' colours, plus `gain` times what that is above the surroundings, held between lowest and highest.
void cvk_guide_values(
    const float *functions, const float *colors, const float *surroundings, intptr_t plane, intptr_t count, float gain,
    float lowest, float highest, float *output);

/// The row kernels of one processor generation; parameters as above.
typedef struct {
    const char *name;
    void (*layer_norm)(const float *, intptr_t, const float *, const float *, float, void *, cvk_element);
    void (*softmax)(float *, intptr_t, float, cvk_element);
    void (*attend_ancestors)(
        const void *, const int32_t *, intptr_t, intptr_t, intptr_t, float, float *, void *, cvk_element);
    intptr_t (*largest)(const float *, intptr_t, float *);
    intptr_t (*above)(const float *, intptr_t, float, float *, int32_t *);
    float (*dot)(const float *, intptr_t, const void *, cvk_codes);
    void (*widen_codes)(const void *, intptr_t, cvk_codes, float *);
    void (*mix_softmax)(
        const float *, const float *, float, intptr_t, intptr_t, intptr_t, float, float *, float *, intptr_t, intptr_t);
    void (*narrow_row)(const float *, intptr_t, uint16_t *);
    void (*panel_products)(
        const float *, intptr_t, intptr_t, const float *, intptr_t, intptr_t, float *, intptr_t);
    void (*mix_colors)(const float *, const float *, float, intptr_t, float, float, float, uint8_t *);
    intptr_t (*mix_reaching)(const float *, const float *, float, intptr_t, float, float *, uint16_t *);
    void (*slide_window)(
        float *, const float *, const float *, const float *, const float *, intptr_t, float, float *);
    void (*transpose)(const float *, intptr_t, float *);
    void (*guide_factors)(const float *, intptr_t, intptr_t, float, const float *, float, float *, float *);
    void (*guide_functions)(float *, const float *, const float *, intptr_t, intptr_t);
    void (*guide_values)(
        const float *, const float *, const float *, intptr_t, intptr_t, float, float, float, float *);
} cvk_row_kernels;

/// The kernels of a generation, for tests: 0 is the baseline, which every processor runs; null for one that this processor lacks. The functions
/// above are those of the last.
const cvk_row_kernels *cvk_generation(int index);

#ifdef __cplusplus
}
#endif
