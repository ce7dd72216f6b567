#include "widening.h"
#include "stored_elements.h"

CLONES void widen(enum stored_type type, const void *source, float *target, size_t count) {
  switch (type) {
#define WIDEN(TYPE)                                                                                \
  case TYPE:                                                                                       \
    for (size_t i = 0; i < count; i++)                                                             \
      target[i] = load_float(TYPE, source, i);                                                     \
    break;
    FOR_EACH_STORED_TYPE(WIDEN)
  }
}
