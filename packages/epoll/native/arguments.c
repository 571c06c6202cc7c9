// Checks and converts what JavaScript passed in. Knows no poller.
#include "arguments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

static bool refuse_type(napi_env env, const char *name, const char *wanted) {
  char message[128];
  snprintf(message, sizeof message, "%s must be %s", name, wanted);
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return false;
}

static bool refuse_range(napi_env env, const char *name, double min, double max) {
  char message[128];
  snprintf(message, sizeof message, "%s must be %.0f to %.0f", name, min, max);
  napi_throw_range_error(env, "ERR_OUT_OF_RANGE", message);
  return false;
}

void arg_api_failed(napi_env env) {
  bool is_pending = true;
  const napi_extended_error_info *info = NULL;
  napi_get_last_error_info(env, &info);
  const char *message = info != NULL && info->error_message != NULL ? info->error_message : "Node-API call failed";
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending) return;
  napi_throw_error(env, "ERR_NATIVE", message);
}

napi_value throw_errno(napi_env env, int64_t error, const char *doing) {
  char message[192];
  char code[32];
  char reason[96];
  uv_err_name_r((int)error, code, sizeof code);
  uv_strerror_r((int)error, reason, sizeof reason);
  snprintf(message, sizeof message, "%s: %s, %s", doing, code, reason);
  napi_throw_error(env, code, message);
  return NULL;
}

static bool has_type(napi_env env, napi_value value, napi_valuetype wanted) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type == wanted;
}

bool arg_int(napi_env env, napi_value value, const char *name, int32_t min, int32_t max, int32_t *result) {
  double number;
  if (!has_type(env, value, napi_number) || napi_get_value_double(env, value, &number) != napi_ok) {
    return refuse_type(env, name, "a number");
  }
  if (!(number >= min && number <= max) || number != floor(number)) return refuse_range(env, name, min, max);
  *result = (int32_t)number;
  return true;
}

bool arg_id(napi_env env, const napi_value *values, ty_id *result) {
  int32_t slot;
  int32_t generation;
  if (!arg_int(env, values[0], "slot", 0, INT32_MAX, &slot)) return false;
  if (!arg_int(env, values[1], "generation", 0, INT32_MAX, &generation)) return false;
  *result = (ty_id){(uint32_t)slot, (uint32_t)generation};
  return true;
}

bool arg_bool(napi_env env, napi_value value, const char *name, bool *result) {
  if (!has_type(env, value, napi_boolean)) return refuse_type(env, name, "a boolean");
  return napi_get_value_bool(env, value, result) == napi_ok;
}

bool arg_text(napi_env env, napi_value value, const char *name, char *text, size_t capacity, size_t *size, bool may_hold_nul) {
  size_t needed = 0;
  if (!has_type(env, value, napi_string) || napi_get_value_string_utf8(env, value, NULL, 0, &needed) != napi_ok) {
    return refuse_type(env, name, "a string");
  }
  if (needed >= capacity) {
    char message[128];
    snprintf(message, sizeof message, "%s is %zu bytes long, at most %zu are possible", name, needed, capacity - 1);
    napi_throw_error(env, "ENAMETOOLONG", message);
    return false;
  }
  if (napi_get_value_string_utf8(env, value, text, capacity, size) != napi_ok) return refuse_type(env, name, "a string");
  if (!may_hold_nul && strlen(text) != *size) {
    napi_throw_error(env, "EINVAL", "a NUL character in an address");
    return false;
  }
  return true;
}

bool arg_bytes(napi_env env, napi_value value, const char *name, uint8_t **bytes, size_t *size) {
  bool is_typed = false;
  napi_typedarray_type type;
  void *data = NULL;
  if (napi_is_typedarray(env, value, &is_typed) != napi_ok || !is_typed ||
      napi_get_typedarray_info(env, value, &type, size, &data, NULL, NULL) != napi_ok ||
      (type != napi_uint8_array && type != napi_uint8_clamped_array)) {
    return refuse_type(env, name, "a Uint8Array");
  }
  if (data == NULL) *size = 0; // detached, or empty
  *bytes = data;
  return true;
}

bool arg_memory(napi_env env, napi_value value, const char *name, size_t min_size) {
  bool is_buffer = false;
  void *data = NULL;
  size_t size = 0;
  if (napi_is_arraybuffer(env, value, &is_buffer) != napi_ok || !is_buffer ||
      napi_get_arraybuffer_info(env, value, &data, &size) != napi_ok) {
    return refuse_type(env, name, "an ArrayBuffer");
  }
  if (data == NULL || size < min_size) return refuse_range(env, name, (double)min_size, (double)INT32_MAX);
  return true;
}

bool arg_function(napi_env env, napi_value value, const char *name) {
  return has_type(env, value, napi_function) || refuse_type(env, name, "a function");
}
