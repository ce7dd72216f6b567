#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Decoding and resizing of images.
///
/// zlib, libpng and libturbojpeg are loaded when the first file needs them, so that the program
/// starts without them and the build needs none of their headers. Everything here is safe to use
/// from many threads at once.

/// Bytes that were decoded, or why there are none.
typedef struct decoded_bytes {
  /// To be released with free(); NULL where decoding failed.
  uint8_t *bytes;
  size_t count;
  /// Of an image, whose rows of `channels` interleaved values the bytes are; else 0.
  size_t width, height;
  /// 1 for grey, 3 for red, green, blue.
  size_t channels;
  /// Whether it failed because the library is not installed.
  bool library_missing;
  /// What went wrong, in a few words.
  char failure[224];
} decoded_bytes;

/// Unpacks a gzip file; a result of more than `limit` bytes is refused.
decoded_bytes gzip_unpack(const char *path, size_t limit);

/// Decodes a PNG as Pillow's convert("RGB") or, for grey images, convert("L") does: transparency is
/// dropped, gamma and profiles are ignored, palettes are resolved.
decoded_bytes image_decode_png(const uint8_t *bytes, size_t count);

/// Decodes a JPEG; grey ones stay grey. The orientation in EXIF data is ignored.
decoded_bytes image_decode_jpeg(const uint8_t *bytes, size_t count);

/// Filters by the numbers that Pillow and `preprocessor_config.json` give them.
typedef enum image_filter {
  image_nearest = 0,
  image_lanczos = 1,
  image_bilinear = 2,
  image_bicubic = 3,
  image_box = 4,
  image_hamming = 5,
} image_filter;

/// Resizes one plane of bytes; every bit is as Pillow's `Image.resize` makes it.
///
/// All sizes must be at least 1. Returns false when memory is lacking.
bool image_resize(
  const uint8_t *source, size_t source_height, size_t source_width, uint8_t *target,
  size_t target_height, size_t target_width, image_filter filter);
