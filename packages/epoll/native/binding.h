// The poller's native half as JavaScript sees it: the object, its lifetime, and the memory that both sides share.
#ifndef TY_BINDING_H
#define TY_BINDING_H

#include <uv.h>

#include "arguments.h"

// The shared memory, all of it Int32 but for the bytes to send:
//   header  | how many sends are noted, whether a batch is being told, which event is
//   events  | EVENTS_MAX times: slot, generation, kind, value
//   sends   | SENDS_MAX times: slot, generation, start, end; start END or CLOSE finishes instead
//   bytes   | what the sends' `start` and `end` point into
// What comes in lies in memory of its own: protocols see it, and what they see they could take away.
enum {
  HEADER_SENDS = 0,
  HEADER_IN_BATCH = 1,
  HEADER_CURSOR = 2,
  HEADER_INTS = 16,
  EVENTS_MAX = 1024,
  SENDS_MAX = 1024,
  SEND_INTS = 4,
  SEND_END = -1,
  SEND_CLOSE = -2,
  SEND_BYTES = 1 << 18,
  RECEIVE_BYTES = 1 << 18,
  EVENTS_AT = HEADER_INTS * 4,
  SENDS_AT = EVENTS_AT + EVENTS_MAX * TY_EVENT_INTS * 4,
  BYTES_AT = SENDS_AT + SENDS_MAX * SEND_INTS * 4,
  MEMORY_BYTES = BYTES_AT + SEND_BYTES,
};

typedef struct {
  napi_env env;
  ty_poller *core; // NULL once it is closed
  bool is_telling; // JavaScript is being called
  int holders;     // who still needs this struct: the object, libuv's handle
  uv_poll_t handle;
  napi_async_cleanup_hook_handle cleanup;
  napi_async_context context;
  napi_ref object; // strong while it is open
  napi_ref on_batch;
  napi_ref memory;
  napi_ref receive;
} binding;

typedef struct {
  int32_t *header;
  int32_t *events;
  int32_t *sends;
  uint8_t *bytes;
} shared;

// The shared memory as it is now; false when JavaScript has detached it.
bool binding_shared(binding *b, shared *result);
// Sends what is noted.
void binding_send(binding *b, const shared *memory);
// After each call into the core: what it found out is told soon, and the process may end when nothing is watched.
void binding_settle(binding *b);
// Closes everything; harmless twice.
void binding_close(binding *b);
napi_value binding_define(napi_env env);
// What the module has besides `Poller`, in functions.c; answers `exports`.
napi_value functions_define(napi_env env, napi_value exports);
// The methods, in methods.c.
extern const napi_property_descriptor binding_methods[];
extern const size_t binding_method_count;
// The open poller that `this` is, and the arguments; NULL with an error pending.
binding *binding_enter(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments);

#endif
