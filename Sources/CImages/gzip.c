#include <pthread.h>
#include <stdlib.h>

#include "library.h"

// Parts of zlib.h, which need not be installed.
typedef struct gzFile_s *gzFile;

static struct {
  gzFile (*open)(const char *path, const char *mode);
  int (*read)(gzFile, void *buffer, unsigned length);
  int (*close)(gzFile);
  const char *(*error)(gzFile, int *code);
} zlib;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[160];

static void load(void) {
  const library_symbol symbols[] = {
    {"gzopen", &zlib.open},
    {"gzread", &zlib.read},
    {"gzclose", &zlib.close},
    {"gzerror", &zlib.error},
  };
  load_library(
    "libz.so.1", symbols, sizeof symbols / sizeof *symbols, failure, sizeof failure);
}

decoded_bytes gzip_unpack(const char *path, size_t limit) {
  decoded_bytes result = {0};
  pthread_once(&once, load);
  if (failure[0]) {
    result.library_missing = true;
    snprintf(result.failure, sizeof result.failure, "%s", failure);
    return result;
  }
  gzFile file = zlib.open(path, "rb");
  if (!file) {
    snprintf(result.failure, sizeof result.failure, "it cannot be opened");
    return result;
  }
  size_t capacity = 1 << 20;
  uint8_t *bytes = malloc(capacity);
  size_t count = 0;
  const char *reason = bytes ? NULL : "not enough memory";
  while (!reason) {
    if (count == capacity) {
      uint8_t *larger = realloc(bytes, capacity * 2);
      if (!larger) {
        reason = "not enough memory";
        break;
      }
      bytes = larger;
      capacity *= 2;
    }
    const size_t room = capacity - count < 1 << 30 ? capacity - count : 1 << 30;
    const int length = zlib.read(file, bytes + count, (unsigned)room);
    int code = 0;
    // A file that ends too early is only told once there is nothing more to give.
    if (length <= 0) {
      const char *message = zlib.error(file, &code);
      if (length < 0 || code < 0) reason = message;
      break;
    }
    count += (size_t)length;
    if (count > limit) reason = "it unpacks to more bytes than a data set has";
  }
  if (reason) snprintf(result.failure, sizeof result.failure, "%s", reason);
  zlib.close(file);
  if (result.failure[0]) {
    free(bytes);
    return result;
  }
  result.bytes = bytes;
  result.count = count;
  return result;
}
