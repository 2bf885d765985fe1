#include "Console.h"

// C23 #embed: the compiler copies the bytes, so that the release binary is one file. Paths are relative to this one.

static const unsigned char index_html[] = {
#embed "assets/index.html"
};
static const unsigned char api_js[] = {
#embed "assets/api.js"
};
static const unsigned char app_js[] = {
#embed "assets/app.js"
};
static const unsigned char calibration_js[] = {
#embed "assets/calibration.js"
};
static const unsigned char dom_js[] = {
#embed "assets/dom.js"
};
static const unsigned char findings_js[] = {
#embed "assets/findings.js"
};
static const unsigned char format_js[] = {
#embed "assets/format.js"
};
static const unsigned char icon_svg[] = {
#embed "assets/icon.svg"
};
static const unsigned char inspect_js[] = {
#embed "assets/inspect.js"
};
static const unsigned char polygons_js[] = {
#embed "assets/polygons.js"
};
static const unsigned char product_js[] = {
#embed "assets/product.js"
};
static const unsigned char products_js[] = {
#embed "assets/products.js"
};
static const unsigned char references_js[] = {
#embed "assets/references.js"
};
static const unsigned char result_js[] = {
#embed "assets/result.js"
};
static const unsigned char results_js[] = {
#embed "assets/results.js"
};
static const unsigned char simulation_js[] = {
#embed "assets/simulation.js"
};
static const unsigned char status_js[] = {
#embed "assets/status.js"
};
static const unsigned char style_css[] = {
#embed "assets/style.css"
};
static const unsigned char type_editor_js[] = {
#embed "assets/type-editor.js"
};
static const unsigned char types_js[] = {
#embed "assets/types.js"
};
static const unsigned char viewer_js[] = {
#embed "assets/viewer.js"
};

// The page comes first.
static const struct multiads_console_file files[] = {
    {"index.html", "text/html; charset=utf-8", index_html, sizeof index_html},
    {"api.js", "text/javascript; charset=utf-8", api_js, sizeof api_js},
    {"app.js", "text/javascript; charset=utf-8", app_js, sizeof app_js},
    {"calibration.js", "text/javascript; charset=utf-8", calibration_js, sizeof calibration_js},
    {"dom.js", "text/javascript; charset=utf-8", dom_js, sizeof dom_js},
    {"findings.js", "text/javascript; charset=utf-8", findings_js, sizeof findings_js},
    {"format.js", "text/javascript; charset=utf-8", format_js, sizeof format_js},
    {"icon.svg", "image/svg+xml", icon_svg, sizeof icon_svg},
    {"inspect.js", "text/javascript; charset=utf-8", inspect_js, sizeof inspect_js},
    {"polygons.js", "text/javascript; charset=utf-8", polygons_js, sizeof polygons_js},
    {"product.js", "text/javascript; charset=utf-8", product_js, sizeof product_js},
    {"products.js", "text/javascript; charset=utf-8", products_js, sizeof products_js},
    {"references.js", "text/javascript; charset=utf-8", references_js, sizeof references_js},
    {"result.js", "text/javascript; charset=utf-8", result_js, sizeof result_js},
    {"results.js", "text/javascript; charset=utf-8", results_js, sizeof results_js},
    {"simulation.js", "text/javascript; charset=utf-8", simulation_js, sizeof simulation_js},
    {"status.js", "text/javascript; charset=utf-8", status_js, sizeof status_js},
    {"style.css", "text/css; charset=utf-8", style_css, sizeof style_css},
    {"type-editor.js", "text/javascript; charset=utf-8", type_editor_js, sizeof type_editor_js},
    {"types.js", "text/javascript; charset=utf-8", types_js, sizeof types_js},
    {"viewer.js", "text/javascript; charset=utf-8", viewer_js, sizeof viewer_js},
};

size_t multiads_console_file_count(void) { return sizeof files / sizeof files[0]; }

struct multiads_console_file multiads_console_file_at(size_t index) {
    return files[index < multiads_console_file_count() ? index : 0];
}
