#include "BundledModel.h"

// C23 #embed: the compiler copies the bytes, so that the release binary is one file. Paths are relative to this one.
// Alignment lets tensors be used in place, as they are in a mapped file.
#define EMBEDDED static const unsigned char _Alignas(64)

EMBEDDED configuration[] = {
#embed "model/open_clip_config.json"
};
EMBEDDED weights[] = {
#embed "model/open_clip_model.safetensors"
};
EMBEDDED merges[] = {
#embed "model/merges.txt"
};
EMBEDDED adapter[] = {
#embed "model/adapter.safetensors"
};
EMBEDDED card[] = {
#embed "model/model-card.md"
};

static const struct multiads_model_file files[] = {
    {"open_clip_config.json", configuration, sizeof configuration},
    {"open_clip_model.safetensors", weights, sizeof weights},
    {"merges.txt", merges, sizeof merges},
    {"adapter.safetensors", adapter, sizeof adapter},
    {"model-card.md", card, sizeof card},
};

size_t multiads_model_file_count(void) { return sizeof files / sizeof files[0]; }

struct multiads_model_file multiads_model_file_at(size_t index) {
    return files[index < multiads_model_file_count() ? index : 0];
}
