#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// Parts of curl/curl.h, which need not be installed; the numbers are libcurl's stable ABI.
typedef void CURL;
struct curl_slist;

enum {
  opt_write_data = 10001,
  opt_url = 10002,
  opt_error_buffer = 10010,
  opt_user_agent = 10018,
  opt_low_speed_limit = 19,
  opt_low_speed_time = 20,
  opt_http_header = 10023,
  opt_header_data = 10029,
  opt_no_body = 44,
  opt_connect_timeout = 78,
  opt_no_signal = 99,
  opt_protocols = 181,
  opt_write_function = 20011,
  opt_header_function = 20079,

  init_all = 3,
  protocols_http_and_https = 1 | 2,
  code_failed_init = 2,
};

static struct {
  int (*global_init)(long flags);
  CURL *(*easy_init)(void);
  int (*easy_setopt)(CURL *, int option, ...);
  int (*easy_perform)(CURL *);
  void (*easy_cleanup)(CURL *);
  const char *(*easy_strerror)(int code);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[256];

static void load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(failure, sizeof failure, "%s", dlerror());
    return;
  }
  const struct {
    const char *name;
    void *slot;
  } symbols[] = {
    {"curl_global_init", &curl.global_init},   {"curl_easy_init", &curl.easy_init},
    {"curl_easy_setopt", &curl.easy_setopt},   {"curl_easy_perform", &curl.easy_perform},
    {"curl_easy_cleanup", &curl.easy_cleanup}, {"curl_easy_strerror", &curl.easy_strerror},
    {"curl_slist_append", &curl.slist_append}, {"curl_slist_free_all", &curl.slist_free_all},
  };
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    void *address = dlsym(library, symbols[i].name);
    if (!address) {
      snprintf(failure, sizeof failure, "libcurl has no %s", symbols[i].name);
      return;
    }
    *(void **)symbols[i].slot = address;
  }
  if (curl.global_init(init_all) != 0) snprintf(failure, sizeof failure, "libcurl does not start");
}

const char *transfer_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

static size_t receive_header(char *bytes, size_t size, size_t count, void *request) {
  const transfer_request *r = request;
  return r->on_header(r->context, bytes, size * count) ? size * count : 0;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *request) {
  const transfer_request *r = request;
  return r->on_body(r->context, bytes, size * count) ? size * count : 0;
}

transfer_outcome transfer_perform(const transfer_request *request) {
  transfer_outcome outcome = {0};
  CURL *handle = curl.easy_init();
  if (!handle) {
    outcome.code = code_failed_init;
    return outcome;
  }
  struct curl_slist *headers = NULL;
  for (size_t i = 0; i < request->header_count; i++) {
    headers = curl.slist_append(headers, request->headers[i]);
  }
  curl.easy_setopt(handle, opt_url, request->url);
  curl.easy_setopt(handle, opt_protocols, (long)protocols_http_and_https);
  curl.easy_setopt(handle, opt_user_agent, "sparsescope");
  curl.easy_setopt(handle, opt_http_header, headers);
  curl.easy_setopt(handle, opt_no_body, (long)request->head_only);
  // Signals would be delivered to whichever thread is running.
  curl.easy_setopt(handle, opt_no_signal, 1L);
  curl.easy_setopt(handle, opt_connect_timeout, request->patience);
  curl.easy_setopt(handle, opt_low_speed_limit, 1L);
  curl.easy_setopt(handle, opt_low_speed_time, request->patience);
  curl.easy_setopt(handle, opt_error_buffer, outcome.message);
  curl.easy_setopt(handle, opt_header_function, receive_header);
  curl.easy_setopt(handle, opt_header_data, (void *)request);
  curl.easy_setopt(handle, opt_write_function, receive_body);
  curl.easy_setopt(handle, opt_write_data, (void *)request);
  outcome.code = curl.easy_perform(handle);
  if (outcome.code != 0 && !outcome.message[0]) {
    snprintf(outcome.message, sizeof outcome.message, "%s", curl.easy_strerror(outcome.code));
  }
  curl.slist_free_all(headers);
  curl.easy_cleanup(handle);
  return outcome;
}
