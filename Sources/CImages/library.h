#pragma once

#include <dlfcn.h>
#include <stdio.h>

#include "CImages.h"

/// The most pixels of an image: what Pillow takes before it suspects an attack on memory.
enum { pixel_limit = 178956970 };

/// A function to look up, and where its address goes.
typedef struct library_symbol {
  const char *name;
  void *slot;
} library_symbol;

/// Loads a library and its functions; `failure` stays empty when all were found.
static inline void load_library(
  const char *name, const library_symbol *symbols, size_t count, char *failure, size_t size) {
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(failure, size, "%s", dlerror());
    return;
  }
  for (size_t i = 0; i < count; i++) {
    void *address = dlsym(library, symbols[i].name);
    if (!address) {
      snprintf(failure, size, "%s has no %s", name, symbols[i].name);
      return;
    }
    *(void **)symbols[i].slot = address;
  }
}
