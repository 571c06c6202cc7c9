// What the module has besides `Poller`: each checks its arguments, calls the core once, and answers or throws.
#include "binding.h"
#include "mask.h"

static int32_t fitting(size_t size) {
  return size > INT32_MAX ? INT32_MAX : (int32_t)size;
}

// maskInto(target, at, source, start, end, mask): 0x80 if any byte of the result has its high bit set, else 0
static napi_value function_mask_into(napi_env env, napi_callback_info info) {
  napi_value a[6], result;
  size_t count = 6, target_size, source_size;
  uint8_t *target, *source;
  int32_t at, start, end, mask;
  TRY(env, napi_get_cb_info(env, info, &count, a, NULL, NULL));
  CHECK(arg_bytes(env, a[0], "target", &target, &target_size));
  CHECK(arg_bytes(env, a[2], "source", &source, &source_size));
  CHECK(arg_int(env, a[1], "at", 0, fitting(target_size), &at));
  CHECK(arg_int(env, a[3], "start", 0, fitting(source_size), &start));
  const size_t room = target_size - (size_t)at, there = source_size - (size_t)start;
  const int32_t last = fitting((size_t)start + (room < there ? room : there));
  CHECK(arg_int(env, a[4], "end", start, last, &end));
  CHECK(arg_int(env, a[5], "mask", INT32_MIN, INT32_MAX, &mask));
  const int seen = end == start ? 0 : ty_mask(target + at, source + start, (size_t)(end - start), (uint32_t)mask);
  TRY(env, napi_create_int32(env, seen, &result));
  return result;
}

napi_value functions_define(napi_env env, napi_value exports) {
  napi_value function;
  TRY(env, napi_create_function(env, "maskInto", NAPI_AUTO_LENGTH, function_mask_into, NULL, &function));
  TRY(env, napi_set_named_property(env, exports, "maskInto", function));
  return exports;
}
