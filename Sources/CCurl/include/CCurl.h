#pragma once

#include <stdbool.h>
#include <stddef.h>

/// HTTP over libcurl, which is loaded when the first transfer needs it.
///
/// Linking it, or Foundation's networking on top of it, would load thirty libraries whenever the
/// program starts, which takes 17 ms. Safe to use from many threads at once.

/// Takes a header's line or a piece of the body; false ends the transfer.
typedef bool (*transfer_receiver)(void *context, const char *bytes, size_t count);

/// A request; nothing in it is kept. Redirects are not followed.
typedef struct transfer_request {
  const char *url;
  /// Lines such as "Range: bytes=7-".
  const char *const *headers;
  size_t header_count;
  bool head_only;
  /// Seconds after which a connection that is not made, or brings nothing, is given up.
  long patience;
  transfer_receiver on_header;
  transfer_receiver on_body;
  void *context;
} transfer_request;

/// How a transfer ended.
typedef struct transfer_outcome {
  /// libcurl's code; 0 is a whole answer, whatever its status.
  int code;
  /// What went wrong, in libcurl's words.
  char message[256];
} transfer_outcome;

/// Loads libcurl; returns NULL, or why it cannot be loaded.
const char *transfer_load(void);

/// Makes a request and waits for its end. `transfer_load` must have succeeded.
transfer_outcome transfer_perform(const transfer_request *request);
