#include "CVectorKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#define TILE_BASE "avx512f,avx512bw,avx512dq,avx512vl,fma"

// The three kinds share what needs nothing beyond AVX-512; always inlined, so that each kind may use its own instructions around it.
#define TILE_SHARED static inline __attribute__((always_inline, target(TILE_BASE), min_vector_width(512)))

/// 2^x: the nearest whole power times a polynomial over the fraction (own minimax fits, relative errors 7.5e-8 and 7.5e-5).
TILE_SHARED __m512 tile_power_of_two(__m512 x, const int exact) {
    __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 f = x - whole, power;
    if (exact) {
        power = _mm512_fmadd_ps(f, _mm512_set1_ps(0.00132764713f), _mm512_set1_ps(0.00967554096f));
        power = _mm512_fmadd_ps(f, power, _mm512_set1_ps(0.0555071309f));
        power = _mm512_fmadd_ps(f, power, _mm512_set1_ps(0.240221202f));
        power = _mm512_fmadd_ps(f, power, _mm512_set1_ps(0.693146944f));
        power = _mm512_fmadd_ps(f, power, _mm512_set1_ps(1.00000012f));
    } else {
        power = _mm512_fmadd_ps(f, _mm512_set1_ps(0.0551716611f), _mm512_set1_ps(0.242611125f));
        power = _mm512_fmadd_ps(f, power, _mm512_set1_ps(0.693260968f));
        power = _mm512_fmadd_ps(f, power, _mm512_set1_ps(0.999928057f));
    }
    return _mm512_scalef_ps(power, whole);
}

/// ½·x·(1 + erf(x/√2)); erf as in Tensors/VectorMath.swift.
TILE_SHARED __m512 tile_gelu(__m512 x) {
    __m512 limit = _mm512_set1_ps(3.92f);
    __m512 argument = _mm512_max_ps(_mm512_min_ps(x * 0.707106781f, limit), -limit);
    __m512 t = argument * argument;
    __m512 p = _mm512_fmadd_ps(t, _mm512_set1_ps(2.03477498e-06f), _mm512_set1_ps(2.8747783e-04f));
    p = _mm512_fmadd_ps(t, p, _mm512_set1_ps(3.86819802e-03f));
    p = _mm512_fmadd_ps(t, p, _mm512_set1_ps(5.30600771e-02f));
    p = _mm512_fmadd_ps(t, p, _mm512_set1_ps(1.92760855e-01f));
    p = _mm512_fmadd_ps(t, p, _mm512_set1_ps(1.12837899f));
    __m512 q = _mm512_fmadd_ps(t, _mm512_set1_ps(3.80709789e-05f), _mm512_set1_ps(1.18808646e-03f));
    q = _mm512_fmadd_ps(t, q, _mm512_set1_ps(1.51720326e-02f));
    q = _mm512_fmadd_ps(t, q, _mm512_set1_ps(1.15083314e-01f));
    q = _mm512_fmadd_ps(t, q, _mm512_set1_ps(5.04161537e-01f));
    q = _mm512_fmadd_ps(t, q, _mm512_set1_ps(1));
    __m512 half = x * 0.5f;
    return _mm512_fmadd_ps(half, argument * p / q, half);
}

/// x·σ(1.702·x).
TILE_SHARED __m512 tile_quick_gelu(__m512 x) {
    // Beyond 2^120 the quotient is zero to float32's precision, and no product with infinity arises.
    __m512 power = tile_power_of_two(_mm512_min_ps(x * -2.45546696f, _mm512_set1_ps(120)), 1);
    return x / (power + 1);
}

/// Rounds values between -127 and 127 to bytes around `offset`.
TILE_SHARED void tile_store_bytes(__m512 value, int32_t offset, __mmask16 lanes, uint8_t *output) {
    __m512i rounded = _mm512_add_epi32(_mm512_cvtps_epi32(value), _mm512_set1_epi32(offset));
    _mm_mask_storeu_epi8(output, lanes, _mm512_cvtepi32_epi8(rounded));
}

/// Nearest bfloat16, ties to even; for weights, which are finite.
static inline uint16_t tile_narrow(float value) {
    uint32_t bits;
    __builtin_memcpy(&bits, &value, 4);
    return (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

#define TILE_INLINE static inline __attribute__((always_inline)) TILE_TARGET

#define TILE_TARGET __attribute__((target(TILE_BASE), min_vector_width(512)))
#define TILE(name) tile_float32_##name
#define TILE_KIND 0
#include "tile_product.inc"
#include "tile_attention.inc"
#undef TILE_KIND
#undef TILE
#undef TILE_TARGET

#define TILE_TARGET __attribute__((target(TILE_BASE ",avx512bf16"), min_vector_width(512)))
#define TILE(name) tile_bfloat16_##name
#define TILE_KIND 1
#include "tile_product.inc"
#include "tile_attention.inc"
#undef TILE_KIND
#undef TILE

#undef TILE_TARGET
#define TILE_TARGET __attribute__((target(TILE_BASE ",avx512bf16,avx512vnni"), min_vector_width(512)))
#define TILE(name) tile_int8_##name
#define TILE_KIND 2
#include "tile_product.inc"
#include "tile_attention.inc"
#include "tile_bytes.inc"
#undef TILE_KIND
#undef TILE
#undef TILE_TARGET

int cvk_tiles_supported(cvk_tile type) {
    __builtin_cpu_init();
    int base = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
    int brain = base && __builtin_cpu_supports("avx512bf16");
    switch (type) {
        case cvk_tile_float32: return base;
        case cvk_tile_bfloat16: return brain;
        case cvk_tile_int8: return brain && __builtin_cpu_supports("avx512vnni");
    }
    return 0;
}

#define TILE_DISPATCH(NAME, ...) \
    switch (type) { \
        case cvk_tile_float32: return tile_float32_##NAME(__VA_ARGS__); \
        case cvk_tile_bfloat16: return tile_bfloat16_##NAME(__VA_ARGS__); \
        case cvk_tile_int8: return tile_int8_##NAME(__VA_ARGS__); \
    } \
    __builtin_unreachable()
#else
// Other processors have no tiles: nothing below is reached, because `cvk_tiles_supported` says so.
int cvk_tiles_supported(cvk_tile type) { return 0; }
#define TILE_DISPATCH(NAME, ...) __builtin_trap()
void cvk_layer_norm_bytes(
    const float *x, intptr_t width, const float *weight, const float *bias, float epsilon, uint8_t *output) {
    __builtin_trap();
}
void cvk_round_to_bytes(const uint16_t *x, intptr_t width, uint8_t *output) { __builtin_trap(); }
#endif

intptr_t cvk_map_bytes(cvk_tile type, intptr_t inputs, intptr_t outputs) {
    intptr_t group = type == cvk_tile_float32 ? 1 : type == cvk_tile_bfloat16 ? 2 : 4;
    return (outputs + 31) / 32 * 128 * ((inputs + group - 1) / group);
}

void cvk_map_pack(cvk_tile type, const float *weights, intptr_t first, intptr_t last, const cvk_map *map) {
    TILE_DISPATCH(map_pack, weights, first, last, map);
}

void cvk_map_rows(
    cvk_tile type, const void *x, intptr_t stride, intptr_t rows, const cvk_map *map, cvk_epilogue epilogue,
    void *output, intptr_t output_stride) {
    TILE_DISPATCH(map_rows, x, stride, rows, map, epilogue, output, output_stride);
}

void cvk_attention_pack(
    cvk_tile type, const void *keys, const void *values, intptr_t stride, intptr_t count, intptr_t head_dim,
    void *packed) {
    TILE_DISPATCH(attention_pack, keys, values, stride, count, head_dim, packed);
}

intptr_t cvk_attention_bytes(cvk_tile type, intptr_t count, intptr_t head_dim) {
    TILE_DISPATCH(head_bytes, count, head_dim);
}

intptr_t cvk_attention_scratch(cvk_tile type, intptr_t count, intptr_t head_dim) {
    TILE_DISPATCH(attention_scratch, count, head_dim);
}

void cvk_attention_rows(
    cvk_tile type, const void *queries, intptr_t stride, intptr_t rows, const void *packed, intptr_t count,
    intptr_t head_dim, intptr_t seen, float scale, void *output, intptr_t output_stride, void *scratch) {
    TILE_DISPATCH(
        attention_rows, queries, stride, rows, packed, count, head_dim, seen, scale, output, output_stride, scratch);
}
