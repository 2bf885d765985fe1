#include "RowKernelTwins.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// Rows are static, for they are long, and of each thread its own, for cases run side by side.
#define LARGEST 2048
#define ROWS 9

/// SplitMix64; a float between low and high.
static float draw(uint64_t *state, float low, float high) {
    uint64_t z = *state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return low + (high - low) * (float)((z ^ z >> 31) >> 40) / 16777216;
}

static void fill(float *values, int count, uint64_t *state, float low, float high) {
    for (int i = 0; i < count; i++) values[i] = draw(state, low, high);
}

static float widened(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

/// The bfloat16 nearest to a float, the even one of two, found by trying both neighbours.
static uint16_t nearest(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint16_t down = (uint16_t)(bits >> 16);
    if (isnan(value)) return down | 0x40;
    if (isinf(value)) return down;
    // Beyond the largest number a step away lies what would come next.
    double low = widened(down), step = ldexp(1, (int)(bits >> 23 & 0xFF) - (bits >> 23 & 0xFF ? 134 : 133));
    double above = fabs((double)value) - fabs(low);
    return above * 2 > step || (above * 2 == step && down & 1) ? down + 1 : down;
}

/// Element `index` of a result.
static float element(const void *output, int index, cvk_element type) {
    return type == cvk_float32 ? ((const float *)output)[index] : widened(((const uint16_t *)output)[index]);
}

static int close_to(
    const void *output, const double *expected, int count, cvk_element type, double tolerance, const char *what,
    char *message) {
    for (int i = 0; i < count; i++) {
        double actual = element(output, i, type);
        double bound = tolerance + (type == cvk_bfloat16 ? fabs(expected[i]) / 256 : 0);
        if (!(fabs(actual - expected[i]) <= bound)) {
            snprintf(
                message, 200, "%s of %d elements, %s: expected %g at %d, found %g", what, count,
                type == cvk_float32 ? "float32" : "bfloat16", expected[i], i, actual);
            return 0;
        }
    }
    return 1;
}

static int layer_norm_agrees(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    static _Thread_local float x[LARGEST], weight[LARGEST], bias[LARGEST], output[LARGEST];
    static _Thread_local double expected[LARGEST];
    fill(x, count, state, -3, 7);
    fill(weight, count, state, -1, 1);
    fill(bias, count, state, -1, 1);
    double mean = 0, variance = 0;
    for (int i = 0; i < count; i++) mean += x[i];
    mean /= count;
    for (int i = 0; i < count; i++) variance += (x[i] - mean) * (x[i] - mean);
    variance /= count;
    for (int i = 0; i < count; i++) expected[i] = (x[i] - mean) / sqrt(variance + 1e-5) * weight[i] + bias[i];
    kernels->layer_norm(x, count, weight, bias, 1e-5f, output, cvk_bfloat16);
    if (!close_to(output, expected, count, cvk_bfloat16, 1e-4, "layer norm", message)) return 0;
    kernels->layer_norm(x, count, weight, bias, 1e-5f, x, cvk_float32);
    return close_to(x, expected, count, cvk_float32, 1e-4, "layer norm in place", message);
}

/// With weights of zero a layer norm is its bias, rounded; rounding alone keeps the sign of zero too.
static int rounding_agrees(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    static const uint32_t special[] = {0x3F808000, 0x3F818000, 0x3F808001, 0x7FC00000, 0xFF800001, 0x7F800000,
                                       0xFF800000, 0x7F7FFFFF, 0x00008000, 0x00018000, 0x80007FFF, 0x00000001};
    static _Thread_local float x[LARGEST], weight[LARGEST], bias[LARGEST];
    static _Thread_local uint16_t output[LARGEST], alone[LARGEST];
    fill(x, count, state, -1, 1);
    memset(weight, 0, sizeof weight);
    for (int i = 0; i < count; i++) {
        uint32_t bits = special[i % 12];
        if (i % 24 >= 12) bits ^= (uint32_t)(draw(state, 0, 1) * 0x7FFFFF) << 8;
        memcpy(&bias[i], &bits, 4);
    }
    kernels->layer_norm(x, count, weight, bias, 1e-5f, output, cvk_bfloat16);
    kernels->narrow_row(bias, count, alone);
    for (int i = 0; i < count; i++) {
        uint16_t expected = nearest(bias[i]);
        // Zero loses its sign to the sum.
        if (alone[i] == expected && (output[i] == expected || ((output[i] | expected) & 0x7FFF) == 0)) continue;
        snprintf(message, 200, "%a as bfloat16 at %d: expected %04x, found %04x and %04x", bias[i], i, expected,
            output[i], alone[i]);
        return 0;
    }
    return 1;
}

static int softmax_agrees(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    static _Thread_local float row[LARGEST], output[LARGEST];
    static _Thread_local double expected[LARGEST];
    fill(row, count, state, -60, 60);
    double largest = row[0], total = 0;
    for (int i = 0; i < count; i++) largest = fmax(largest, row[i]);
    for (int i = 0; i < count; i++) total += expected[i] = exp(0.7f * (row[i] - largest));
    for (int i = 0; i < count; i++) expected[i] /= total;
    for (cvk_element type = cvk_float32; type <= cvk_bfloat16; type++) {
        memcpy(output, row, sizeof row);
        kernels->softmax(output, count, 0.7f, type);
        if (!close_to(output, expected, count, type, 1e-6, "softmax", message)) return 0;
    }
    return 1;
}

/// Two heads; rows continue any of those before them, or begin.
static int attention_agrees(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    if (count > 128) return 1;
    enum { heads = 2 };
    static _Thread_local float qkv[ROWS * 3 * heads * 128], scores[ROWS], output[heads * 128];
    static _Thread_local uint16_t halves[ROWS * 3 * heads * 128];
    static _Thread_local double expected[heads * 128];
    int width = heads * count;
    int32_t parents[ROWS];
    fill(qkv, ROWS * 3 * width, state, -2, 2);
    for (int i = 0; i < ROWS * 3 * width; i++) {
        halves[i] = nearest(qkv[i]);
        qkv[i] = widened(halves[i]);
    }
    for (int row = 0; row < ROWS; row++) parents[row] = (int32_t)draw(state, -1, row) - (row == 0);
    float scale = 1 / sqrtf((float)count);
    for (int row = 0; row < ROWS; row++) {
        for (int head = 0; head < heads; head++) {
            double power[ROWS], total = 0;
            for (int at = row, n = 0; at >= 0; at = parents[at], n++) {
                double dot = 0;
                for (int i = 0; i < count; i++) {
                    dot += (double)qkv[row * 3 * width + head * count + i] * qkv[(at * 3 + 1) * width + head * count + i];
                }
                total += power[n] = exp(dot * scale);
            }
            for (int i = 0; i < count; i++) {
                double sum = 0;
                for (int at = row, n = 0; at >= 0; at = parents[at], n++) {
                    sum += power[n] * qkv[(at * 3 + 2) * width + head * count + i];
                }
                expected[head * count + i] = sum / total;
            }
        }
        for (cvk_element type = cvk_float32; type <= cvk_bfloat16; type++) {
            const void *operands = type == cvk_float32 ? (const void *)qkv : halves;
            kernels->attend_ancestors(operands, parents, row, heads, count, scale, scores, output, type);
            if (!close_to(output, expected, width, type, 2e-5, "attention", message)) return 0;
        }
    }
    return 1;
}

/// Rows of few different numbers, so that equal ones occur; then one in which nothing is left.
static int candidates_agree(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    static _Thread_local float row[LARGEST], values[LARGEST];
    static _Thread_local int32_t positions[LARGEST];
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < count; i++) row[i] = pass == 0 ? roundf(draw(state, -9, 9)) : -INFINITY;
        int first = 0;
        for (int i = 1; i < count; i++) first = row[i] > row[first] ? i : first;
        float largest;
        intptr_t place = kernels->largest(row, count, &largest);
        if (place != first || largest != row[first]) {
            snprintf(message, 200, "largest: %g at %d, expected %g at %d", largest, (int)place, row[first], first);
            return 0;
        }
        static const float thresholds[] = {-INFINITY, 0, 7, 9};
        for (int t = 0; t < 4; t++) {
            intptr_t found = kernels->above(row, count, thresholds[t], values, positions), expected = 0;
            for (int i = 0; i < count; i++) {
                if (!(row[i] > thresholds[t])) continue;
                if (expected < found && positions[expected] == i && values[expected] == row[i]) expected++;
                else expected = LARGEST + 1;
            }
            if (found != expected) {
                snprintf(message, 200, "above %g: %d found, of which some are wrong", thresholds[t], (int)found);
                return 0;
            }
        }
    }
    return 1;
}

/// Dot products with rows of floats and of codes, and what the codes stand for.
static int codes_agree(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    static _Thread_local float x[LARGEST], y[LARGEST], wide[LARGEST + 1];
    static _Thread_local uint8_t codes[LARGEST / 32 * 48];
    fill(x, count, state, -1, 1);
    for (cvk_codes kind = cvk_codes_float32; kind <= cvk_codes_8_bits; kind++) {
        memset(codes, 0, sizeof codes);
        double dot = 0, size = 0;
        for (int i = 0; i < count; i++) {
            int block = i / 32, place = i % 32;
            if (kind == cvk_codes_float32) {
                y[i] = draw(state, -1, 1);
            } else if (kind == cvk_codes_8_bits) {
                y[i] = roundf(draw(state, -128, 127));
                codes[i] = (uint8_t)(int8_t)y[i];
            } else {
                int code = (int)roundf(draw(state, -2048, 2047));
                y[i] = (float)code;
                codes[block * 48 + place] = (uint8_t)(int8_t)((code - (code & 15)) / 16);
                codes[block * 48 + 32 + place % 16] |= (uint8_t)((code & 15) << (place < 16 ? 0 : 4));
            }
            dot += (double)x[i] * y[i];
            size += fabs((double)x[i] * y[i]);
        }
        const void *row = kind == cvk_codes_float32 ? (const void *)y : codes;
        double actual = kernels->dot(x, count, row, kind);
        if (fabs(actual - dot) > 1e-6 * size + 1e-12) {
            snprintf(message, 200, "dot with codes %d: %.9g, expected %.9g", kind, actual, dot);
            return 0;
        }
        if (kind == cvk_codes_float32) continue;
        wide[count] = 0.5f;
        kernels->widen_codes(codes, count, kind, wide);
        for (int i = 0; i <= count; i++) {
            if (wide[i] == (i < count ? y[i] : 0.5f)) continue;
            snprintf(message, 200, "codes %d at %d: %g", kind, i, wide[i]);
            return 0;
        }
    }
    return 1;
}

/// Scores of one row of pixels in blocks of 16, two stages, two rows each; planes are longer than the rows.
static int mixing_agrees(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    if (count > 128) return 1;
    enum { stages = 2, most = 9, blocks = 8 };
    static _Thread_local float rows[2][stages * (blocks * most * 16 + 3)], scratch[2 * most * 16], output[most * (128 + 2)];
    int classes = 1 + (int)draw(state, 0, most - 0.01f), stride = (count + 15) / 16 * 16 * classes + 3, plane = count + 2;
    float share = draw(state, 0, 1);
    fill(rows[0], stages * stride, state, -50, 50);
    fill(rows[1], stages * stride, state, -50, 50);
    for (int i = 0; i < classes * plane; i++) output[i] = -7;
    kernels->mix_softmax(
        rows[0], rows[1], share, stages, stride, classes, 0.5f, scratch, output, plane, count);
    for (int x = 0; x < plane; x++) {
        double expected[most] = {0};
        for (int stage = 0; stage < stages && x < count; stage++) {
            double power[most], largest = -INFINITY, total = 0;
            for (int label = 0; label < classes; label++) {
                int at = stage * stride + x / 16 * 16 * classes + label * 16 + x % 16;
                power[label] = (1 - (double)share) * rows[0][at] + (double)share * rows[1][at];
                largest = fmax(largest, power[label]);
            }
            for (int label = 0; label < classes; label++) total += power[label] = exp(power[label] - largest);
            for (int label = 0; label < classes; label++) expected[label] += 0.5 * power[label] / total;
        }
        for (int label = 0; label < classes; label++) {
            // Past a row's end nothing is written. Scores of 50 are known to 6e-6.
            double wanted = x < count ? expected[label] : -7, found = output[label * plane + x];
            if (fabs(found - wanted) <= 1e-5) continue;
            snprintf(message, 200, "mixed softmax, class %d of %d at %d: %g, expected %g", label, classes, x, found, wanted);
            return 0;
        }
    }
    return 1;
}

/// Up to 30 rows, so that whole tiles and rests occur, and up to two panels and a half of as many steps as a row has elements.
static int panels_agree(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    if (count > 128) return 1;
    enum { most = 30, wide = 80 };
    static _Thread_local float x[most * 130], panels[wide * 128], output[most * (wide + 1)];
    int rows = (int)draw(state, 0, most + 0.99f), stride = count + (int)draw(state, 0, 2.99f);
    int columns = 16 * (int)draw(state, 0, 5.99f), width = columns + 1;
    fill(x, most * 130, state, -1, 1);
    fill(panels, columns * count, state, -1, 1);
    for (int i = 0; i < most * width; i++) output[i] = -7;
    kernels->panel_products(x, stride, rows, panels, count, columns, output, width);
    for (int i = 0; i < most * width; i++) {
        int row = i / width, column = i % width;
        double wanted = -7, size = 0;
        if (row < rows && column < columns) {
            int first = column / 32 * 32, lanes = columns - first < 32 ? 16 : 32;
            wanted = 0;
            for (int step = 0; step < count; step++) {
                double term = (double)x[row * stride + step] * panels[first * count + step * lanes + column - first];
                wanted += term;
                size += fabs(term);
            }
        }
        if (fabs(output[i] - wanted) <= 1e-6 * size) continue;
        snprintf(message, 200, "product of row %d of %d with column %d: %g, expected %g", row, rows, column, output[i], wanted);
        return 0;
    }
    return 1;
}

/// A place on a scale; volatile, so that no compiler fuses a multiplication with an addition.
static int color_of(float score, float threshold, float maximum, float steps) {
    volatile float position = score > 0 ? score * 0.5f : 0;
    if (score > threshold) {
        if (!(maximum > threshold)) return (int)steps;
        position = (score - threshold) * 0.5f;
        position = position / (maximum - threshold);
        position = position + 0.5f;
    } else {
        position = position / threshold;
    }
    position = position < 1 ? position : 1;
    position = position * steps;
    return (int)(position + 0.5f);
}

/// Two rows mixed to colours and to what reaches a threshold, to the bit.
static int rows_agree(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    static _Thread_local float upper[LARGEST], lower[LARGEST], mixed[LARGEST + 1];
    static _Thread_local uint8_t colors[LARGEST + 1];
    static _Thread_local uint16_t reached[LARGEST / 16 + 1];
    float share = draw(state, 0, 1), threshold = draw(state, 0.05f, 0.9f), maximum = draw(state, 0, 1.5f);
    fill(upper, count, state, -0.2f, 1.3f);
    fill(lower, count, state, -0.2f, 1.3f);
    upper[count / 2] = NAN;
    // One that meets the threshold exactly.
    upper[count - 1] = lower[count - 1] = threshold = 0.125f * (1 + floorf(7 * threshold));
    share = roundf(16 * share) / 16;
    mixed[count] = colors[count] = 7;
    kernels->mix_colors(upper, lower, share, count, threshold, maximum, 254, colors);
    int any = (int)kernels->mix_reaching(upper, lower, share, count, threshold, mixed, reached), expected = 0;
    for (int i = 0; i < count; i++) {
        volatile float first = upper[i] * (1 - share), second = lower[i] * share;
        float value = first + second;
        int color = color_of(value, threshold, maximum, 254), bit = reached[i / 16] >> i % 16 & 1;
        expected |= value >= threshold;
        if (colors[i] == color && bit == (value >= threshold) && (mixed[i] == value || value != value)) continue;
        snprintf(
            message, 200, "mixed to %g at %d: colour %d, expected %d, reached %d of %g, found %g", value, i, colors[i],
            color, bit, threshold, mixed[i]);
        return 0;
    }
    if (any == expected && mixed[count] == 7 && colors[count] == 7
        && (count % 16 == 0 || reached[count / 16] >> count % 16 == 0)) return 1;
    snprintf(message, 200, "mixed rows of %d: %d reached, or written past the end", count, any);
    return 0;
}

/// One step of a sliding window, with and without factors and with a row missing, and rows turned to columns.
static int windows_agree(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    static _Thread_local float rows[4][LARGEST], sums[LARGEST + 1], output[LARGEST + 1], square[40 * 40], turned[40 * 40 + 1];
    static _Thread_local double expected[LARGEST], scaled[LARGEST];
    int lacks = (int)(*state % 3), multiplies = (int)(*state / 3 % 2);
    for (int i = 0; i < 4; i++) fill(rows[i], count, state, -1, 1);
    fill(sums, count, state, -20, 20);
    sums[count] = output[count] = 7;
    for (int i = 0; i < count; i++) {
        double entering = lacks == 1 ? 0 : rows[0][i], leaving = lacks == 2 ? 0 : rows[1][i];
        if (multiplies) entering *= rows[2][i], leaving *= rows[3][i];
        expected[i] = sums[i] + entering - leaving;
        scaled[i] = expected[i] * 0.25;
    }
    kernels->slide_window(
        sums, lacks == 1 ? 0 : rows[0], multiplies ? rows[2] : 0, lacks == 2 ? 0 : rows[1], multiplies ? rows[3] : 0,
        count, 0.25f, output);
    if (!close_to(sums, expected, count, cvk_float32, 1e-5, "sums", message)) return 0;
    if (!close_to(output, scaled, count, cvk_float32, 1e-5, "means", message)) return 0;
    int side = count < 40 ? count : 40, wrong = sums[count] != 7 || output[count] != 7;
    fill(square, side * side, state, -1, 1);
    turned[side * side] = 7;
    kernels->transpose(square, side, turned);
    for (int i = 0; i < side * side; i++) wrong += turned[i] != square[i % side * side + i / side];
    if (!wrong && turned[side * side] == 7) return 1;
    snprintf(message, 200, "%d of %d turned wrongly, or written past the end", wrong, side);
    return 0;
}

/// Ridge regression of a map on three colours over windows of five pixels, by Gaussian elimination, at the pixels' colours.
static int guides_agree(const cvk_row_kernels *kernels, int count, uint64_t *state, char *message) {
    enum { PIXELS = 5 };
    static _Thread_local float colors[PIXELS][3][LARGEST], map[PIXELS][LARGEST], sums[9][LARGEST], means[3][LARGEST],
        factors[6][LARGEST], planes[4][LARGEST], scales[LARGEST], output[LARGEST + 1];
    static _Thread_local double values[PIXELS][LARGEST];
    const double ridge = 6.5;
    const int pairs[6][2] = {{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}};
    memset(sums, 0, sizeof sums);
    memset(planes, 0, sizeof planes);
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        fill(map[pixel], count, state, 0, 1);
        for (int i = 0; i < count; i++) {
            // Every other window is grey, nearly.
            float grey = roundf(draw(state, -128, 127));
            for (int c = 0; c < 3; c++) {
                colors[pixel][c][i] = i % 2 ? fminf(fmaxf(grey + roundf(draw(state, -1, 1)), -128), 127) : roundf(draw(state, -128, 127));
            }
            for (int c = 0; c < 3; c++) sums[c][i] += colors[pixel][c][i];
            for (int k = 0; k < 6; k++) sums[3 + k][i] += colors[pixel][pairs[k][0]][i] * colors[pixel][pairs[k][1]][i];
            for (int c = 0; c < 3; c++) planes[c][i] += map[pixel][i] * colors[pixel][c][i] / PIXELS;
            planes[3][i] += map[pixel][i] / PIXELS;
        }
    }
    for (int i = 0; i < count; i++) {
        double rows[3][4], mean[3], level = 0, shares[3] = {0};
        for (int c = 0; c < 3; c++) mean[c] = sums[c][i] / (double)PIXELS;
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            level += map[pixel][i] / (double)PIXELS;
            for (int c = 0; c < 3; c++) shares[c] += map[pixel][i] * (double)colors[pixel][c][i] / PIXELS;
        }
        for (int c = 0; c < 3; c++) {
            rows[c][3] = shares[c] - mean[c] * level;
            for (int d = 0; d < 3; d++) {
                double product = 0;
                for (int pixel = 0; pixel < PIXELS; pixel++) product += (double)colors[pixel][c][i] * colors[pixel][d][i];
                rows[c][d] = product / PIXELS - mean[c] * mean[d] + (c == d ? ridge : 0);
            }
        }
        for (int c = 0; c < 3; c++) {
            for (int d = 0; d < 3; d++) {
                double factor = d == c ? 0 : rows[d][c] / rows[c][c];
                for (int k = 0; k < 4; k++) rows[d][k] -= factor * rows[c][k];
            }
        }
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            double value = level;
            for (int c = 0; c < 3; c++) value += rows[c][3] / rows[c][c] * (colors[pixel][c][i] - mean[c]);
            value += 0.5 * (value - map[0][i]);
            values[pixel][i] = value < 0.2 ? 0.2 : value > 0.8 ? 0.8 : value;
        }
        scales[i] = 0.4f;
    }
    kernels->guide_factors(sums[0], LARGEST, count, 0.5f, scales, (float)ridge, means[0], factors[0]);
    kernels->guide_functions(planes[0], means[0], factors[0], LARGEST, count);
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        output[count] = 7;
        kernels->guide_values(planes[0], colors[pixel][0], map[0], LARGEST, count, 0.5f, 0.2f, 0.8f, output);
        if (!close_to(output, values[pixel], count, cvk_float32, 1e-3, "guided values", message)) return 0;
        if (output[count] != 7) {
            snprintf(message, 200, "guided values of %d: written past the end", count);
            return 0;
        }
    }
    return 1;
}

int twins_agree(const cvk_row_kernels *kernels, int count, uint64_t seed, char *message) {
    return layer_norm_agrees(kernels, count, &seed, message) && rounding_agrees(kernels, count, &seed, message)
        && softmax_agrees(kernels, count, &seed, message) && attention_agrees(kernels, count, &seed, message)
        && candidates_agree(kernels, count, &seed, message) && codes_agree(kernels, count, &seed, message)
        && mixing_agrees(kernels, count, &seed, message) && panels_agree(kernels, count, &seed, message)
        && rows_agree(kernels, count, &seed, message) && windows_agree(kernels, count, &seed, message)
        && guides_agree(kernels, count, &seed, message);
}

#ifdef TWINS_MAIN
/// All generations of this processor.
int main(void) {
    static const int counts[] = {1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 80, 100, 257, 1024, 2048};
    char message[200];
    for (int index = 0; cvk_generation(index); index++) {
        const cvk_row_kernels *kernels = cvk_generation(index);
        for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
            for (uint64_t seed = 1; seed <= 20; seed++) {
                if (twins_agree(kernels, counts[i], seed, message)) continue;
                printf("%s, seed %d: %s\n", kernels->name, (int)seed, message);
                return 1;
            }
        }
        printf("row kernels, %s: as their naive twins\n", kernels->name);
    }
    return 0;
}
#endif
