// Row kernels beside loops that read like their equations.
//
// In C, so that the same check also runs where no Swift does: Tools/portability.sh.
#pragma once
#include "CVectorKernels.h"

/// Compares all row kernels of a generation with their naive twins, on random rows.
///
/// count: elements of a row, or channels of a head, 1 to 2048. message: 200 bytes, where the first difference is described. Returns 1 when there
/// is none.
int twins_agree(const cvk_row_kernels *kernels, int count, uint64_t seed, char *message);
