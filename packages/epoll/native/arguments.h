// What JavaScript passed in, checked. Each answers false with a typed error pending: `ERR_INVALID_ARG_TYPE` (TypeError),
// `ERR_OUT_OF_RANGE` (RangeError).
#ifndef TY_ARGUMENTS_H
#define TY_ARGUMENTS_H

#define NAPI_VERSION 8
#include <node_api.h>

#include "epoll.h"

// Calls into Node-API; on failure leaves the function with an error pending, never over one that is.
#define TRY(env, call)             \
  do {                             \
    if ((call) != napi_ok) {       \
      arg_api_failed(env);         \
      return NULL;                 \
    }                              \
  } while (0)

// Checks an argument, or leaves the function with the error pending.
#define CHECK(condition)           \
  do {                             \
    if (!(condition)) return NULL; \
  } while (0)

void arg_api_failed(napi_env env);
// What the core answered: the errno's name as `code`, and what was being done.
napi_value throw_errno(napi_env env, int64_t error, const char *doing);

bool arg_int(napi_env env, napi_value value, const char *name, int32_t min, int32_t max, int32_t *result);
bool arg_id(napi_env env, const napi_value *values, ty_id *result);
bool arg_bool(napi_env env, napi_value value, const char *name, bool *result);
// `text` gets a terminating NUL; `size` is without it. NUL inside is refused unless `may_hold_nul`.
bool arg_text(napi_env env, napi_value value, const char *name, char *text, size_t capacity, size_t *size, bool may_hold_nul);
bool arg_bytes(napi_env env, napi_value value, const char *name, uint8_t **bytes, size_t *size);
bool arg_memory(napi_env env, napi_value value, const char *name, size_t min_size);
bool arg_function(napi_env env, napi_value value, const char *name);

#endif
