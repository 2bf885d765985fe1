#include "KnowledgeBaseData.h"

// C23 #embed: the compiler copies the bytes, so that the release binary is one file. Paths are relative to this one.

static const unsigned char templates[] = {
#embed "../../Config/knowledge-base/templates.json"
};
static const unsigned char normal_states[] = {
#embed "../../Config/knowledge-base/normal-states.json"
};
static const unsigned char general[] = {
#embed "../../Config/knowledge-base/general.json"
};
static const unsigned char mvtec_ad[] = {
#embed "../../Config/knowledge-base/mvtec-ad.json"
};
static const unsigned char visa[] = {
#embed "../../Config/knowledge-base/visa.json"
};
static const unsigned char mpdd[] = {
#embed "../../Config/knowledge-base/mpdd.json"
};
static const unsigned char mad_sim[] = {
#embed "../../Config/knowledge-base/mad-sim.json"
};
static const unsigned char mad_real[] = {
#embed "../../Config/knowledge-base/mad-real.json"
};
static const unsigned char real_iad[] = {
#embed "../../Config/knowledge-base/real-iad.json"
};

// General comes first: lookups without a dataset search in this order.
static const struct multiads_knowledge_file files[] = {
    {"templates.json", templates, sizeof templates},
    {"normal-states.json", normal_states, sizeof normal_states},
    {"general.json", general, sizeof general},
    {"mvtec-ad.json", mvtec_ad, sizeof mvtec_ad},
    {"visa.json", visa, sizeof visa},
    {"mpdd.json", mpdd, sizeof mpdd},
    {"mad-sim.json", mad_sim, sizeof mad_sim},
    {"mad-real.json", mad_real, sizeof mad_real},
    {"real-iad.json", real_iad, sizeof real_iad},
};

size_t multiads_knowledge_file_count(void) { return sizeof files / sizeof files[0]; }

struct multiads_knowledge_file multiads_knowledge_file_at(size_t index) {
    return files[index < multiads_knowledge_file_count() ? index : 0];
}
