#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"

// Parts of png.h, which need not be installed; the numbers are the stable ABI of libpng16.so.16.
typedef struct png_struct png_struct;
typedef struct png_info png_info;

enum { color_mask_color = 2, color_mask_palette = 1 };

static struct {
  png_struct *(*create_read)(
    const char *version, void *error_context, void (*on_error)(png_struct *, const char *),
    void (*on_warning)(png_struct *, const char *));
  png_info *(*create_info)(png_struct *);
  void (*destroy_read)(png_struct **, png_info **, png_info **end_info);
  void *(*error_context)(const png_struct *);
  void *(*read_context)(const png_struct *);
  void (*set_read)(png_struct *, void *context, void (*read)(png_struct *, uint8_t *, size_t));
  void (*read_info)(png_struct *, png_info *);
  uint32_t (*width)(const png_struct *, const png_info *);
  uint32_t (*height)(const png_struct *, const png_info *);
  uint8_t (*bit_depth)(const png_struct *, const png_info *);
  uint8_t (*color_type)(const png_struct *, const png_info *);
  void (*resolve_palette)(png_struct *);
  void (*expand_grey)(png_struct *);
  void (*strip_16)(png_struct *);
  void (*strip_alpha)(png_struct *);
  int (*passes)(png_struct *);
  void (*update_info)(png_struct *, png_info *);
  size_t (*row_bytes)(const png_struct *, const png_info *);
  void (*read_row)(png_struct *, uint8_t *row, uint8_t *display_row);
  void (*read_end)(png_struct *, png_info *);
} png;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[160];

static void load(void) {
  const library_symbol symbols[] = {
    {"png_create_read_struct", &png.create_read},
    {"png_create_info_struct", &png.create_info},
    {"png_destroy_read_struct", &png.destroy_read},
    {"png_get_error_ptr", &png.error_context},
    {"png_get_io_ptr", &png.read_context},
    {"png_set_read_fn", &png.set_read},
    {"png_read_info", &png.read_info},
    {"png_get_image_width", &png.width},
    {"png_get_image_height", &png.height},
    {"png_get_bit_depth", &png.bit_depth},
    {"png_get_color_type", &png.color_type},
    {"png_set_palette_to_rgb", &png.resolve_palette},
    {"png_set_expand_gray_1_2_4_to_8", &png.expand_grey},
    {"png_set_strip_16", &png.strip_16},
    {"png_set_strip_alpha", &png.strip_alpha},
    {"png_set_interlace_handling", &png.passes},
    {"png_read_update_info", &png.update_info},
    {"png_get_rowbytes", &png.row_bytes},
    {"png_read_row", &png.read_row},
    {"png_read_end", &png.read_end},
  };
  load_library(
    "libpng16.so.16", symbols, sizeof symbols / sizeof *symbols, failure, sizeof failure);
}

/// What an image is read from, and what must be given back if that fails.
typedef struct reader {
  const uint8_t *bytes;
  size_t count, position;
  png_struct *png;
  png_info *info;
  uint8_t *pixels;
  decoded_bytes result;
  jmp_buf failed;
} reader;

static void on_error(png_struct *handle, const char *message) {
  reader *r = png.error_context(handle);
  snprintf(r->result.failure, sizeof r->result.failure, "%s", message);
  longjmp(r->failed, 1);
}

static void on_warning(png_struct *handle, const char *message) {
  (void)handle, (void)message;
}

static void fail(reader *r, const char *message) { on_error(r->png, message); }

static void read_bytes(png_struct *handle, uint8_t *target, size_t count) {
  reader *r = png.read_context(handle);
  if (count > r->count - r->position) fail(r, "the file breaks off");
  memcpy(target, r->bytes + r->position, count);
  r->position += count;
}

/// Pillow clips the grey values of 16-bit images rather than scaling them.
static void clip_16_bits(const uint8_t *source, uint8_t *target, size_t count) {
  for (size_t i = 0; i < count; i++) target[i] = source[2 * i] ? 255 : source[2 * i + 1];
}

/// Everything that may fail; leaves through `failed` when it does.
static void read_image(reader *r) {
  png.set_read(r->png, r, read_bytes);
  png.read_info(r->png, r->info);
  const size_t width = png.width(r->png, r->info), height = png.height(r->png, r->info);
  const uint8_t type = png.color_type(r->png, r->info), depth = png.bit_depth(r->png, r->info);
  if (width > pixel_limit / height) fail(r, "the image is too large");
  const bool is_color = type & color_mask_color;
  const bool is_wide_grey = type == 0 && depth == 16;
  if (type & color_mask_palette) png.resolve_palette(r->png);
  if (type == 0 && depth < 8) png.expand_grey(r->png);
  if (depth == 16 && !is_wide_grey) png.strip_16(r->png);
  png.strip_alpha(r->png);
  const int passes = png.passes(r->png);
  png.update_info(r->png, r->info);
  const size_t channels = is_color ? 3 : 1;
  const size_t row = width * channels * (is_wide_grey ? 2 : 1);
  if (png.row_bytes(r->png, r->info) != row) fail(r, "a layout of pixels that is not known");
  r->pixels = malloc(row * height);
  if (!r->pixels) fail(r, "not enough memory");
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < height; y++) png.read_row(r->png, r->pixels + y * row, NULL);
  }
  png.read_end(r->png, NULL);
  if (is_wide_grey) clip_16_bits(r->pixels, r->pixels, width * height);
  r->result.bytes = r->pixels;
  r->result.count = width * height * channels;
  r->result.width = width;
  r->result.height = height;
  r->result.channels = channels;
}

decoded_bytes image_decode_png(const uint8_t *bytes, size_t count) {
  decoded_bytes result = {0};
  pthread_once(&once, load);
  if (failure[0]) {
    result.library_missing = true;
    snprintf(result.failure, sizeof result.failure, "%s", failure);
    return result;
  }
  // Not in this frame, so that its members survive the jump.
  reader *r = calloc(1, sizeof *r);
  if (!r) {
    snprintf(result.failure, sizeof result.failure, "not enough memory");
    return result;
  }
  r->bytes = bytes;
  r->count = count;
  if (setjmp(r->failed) == 0) {
    // The library compares the first two numbers with its own.
    r->png = png.create_read("1.6.0", r, on_error, on_warning);
    r->info = r->png ? png.create_info(r->png) : NULL;
    if (r->info) {
      read_image(r);
    } else {
      snprintf(r->result.failure, sizeof r->result.failure, "libpng does not start");
    }
  }
  if (r->png) png.destroy_read(&r->png, &r->info, NULL);
  if (!r->result.bytes) free(r->pixels);
  result = r->result;
  free(r);
  return result;
}
