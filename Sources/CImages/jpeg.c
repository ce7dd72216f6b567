#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"

// Parts of turbojpeg.h, which need not be installed; the numbers are the stable ABI of
// libturbojpeg.so.0. libjpeg itself has structures that depend on how it was built.
typedef void *tjhandle;

enum {
  pixel_rgb = 0,
  pixel_gray = 6,
  colorspace_gray = 2,
  colorspace_cmyk = 3,
  colorspace_ycck = 4,
  flag_accurate_transform = 4096,
  error_is_warning = 0,
};

static struct {
  tjhandle (*start)(void);
  int (*read_header)(
    tjhandle, const unsigned char *bytes, unsigned long count, int *width, int *height,
    int *subsampling, int *colorspace);
  int (*decompress)(
    tjhandle, const unsigned char *bytes, unsigned long count, unsigned char *target, int width,
    int pitch, int height, int format, int flags);
  int (*end)(tjhandle);
  char *(*error)(tjhandle);
  int (*error_code)(tjhandle);
} turbojpeg;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[160];

static void load(void) {
  const library_symbol symbols[] = {
    {"tjInitDecompress", &turbojpeg.start},   {"tjDecompressHeader3", &turbojpeg.read_header},
    {"tjDecompress2", &turbojpeg.decompress}, {"tjDestroy", &turbojpeg.end},
    {"tjGetErrorStr2", &turbojpeg.error},     {"tjGetErrorCode", &turbojpeg.error_code},
  };
  load_library(
    "libturbojpeg.so.0", symbols, sizeof symbols / sizeof *symbols, failure, sizeof failure);
}

/// Whether the last failure of a handle leaves the image usable. Pillow passes over libjpeg's
/// warnings, but takes no image that is cut short.
static bool is_harmless(tjhandle handle) {
  return turbojpeg.error_code(handle) == error_is_warning
    && !strstr(turbojpeg.error(handle), "Premature end");
}

decoded_bytes image_decode_jpeg(const uint8_t *bytes, size_t count) {
  decoded_bytes result = {0};
  pthread_once(&once, load);
  if (failure[0]) {
    result.library_missing = true;
    snprintf(result.failure, sizeof result.failure, "%s", failure);
    return result;
  }
  tjhandle handle = turbojpeg.start();
  if (!handle) {
    snprintf(result.failure, sizeof result.failure, "libturbojpeg does not start");
    return result;
  }
  int width = 0, height = 0, subsampling = 0, colorspace = 0;
  if (
    turbojpeg.read_header(handle, bytes, count, &width, &height, &subsampling, &colorspace) != 0
    && !is_harmless(handle)) {
    snprintf(result.failure, sizeof result.failure, "%s", turbojpeg.error(handle));
  } else if (width < 1 || height < 1 || (size_t)width > pixel_limit / (size_t)height) {
    snprintf(result.failure, sizeof result.failure, "an image of %d×%d pixels", width, height);
  } else if (colorspace == colorspace_cmyk || colorspace == colorspace_ycck) {
    snprintf(result.failure, sizeof result.failure, "its colours are CMYK, not RGB or grey");
  } else {
    const int channels = colorspace == colorspace_gray ? 1 : 3;
    const size_t size = (size_t)width * (size_t)height * (size_t)channels;
    uint8_t *pixels = malloc(size);
    if (!pixels) {
      snprintf(result.failure, sizeof result.failure, "not enough memory");
    } else if (
      turbojpeg.decompress(
        handle, bytes, count, pixels, width, width * channels, height,
        channels == 1 ? pixel_gray : pixel_rgb, flag_accurate_transform) != 0
      && !is_harmless(handle)) {
      snprintf(result.failure, sizeof result.failure, "%s", turbojpeg.error(handle));
      free(pixels);
    } else {
      result.bytes = pixels;
      result.count = size;
      result.width = (size_t)width;
      result.height = (size_t)height;
      result.channels = (size_t)channels;
    }
  }
  turbojpeg.end(handle);
  return result;
}
