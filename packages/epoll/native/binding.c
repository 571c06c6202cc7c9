// The object `Poller`: its lifetime, and how a batch comes to JavaScript and what was written goes out.
//
// One wakeup: libuv finds the epoll descriptor readable; a batch is filled; JavaScript is called once and answers how far it
// came (it stops early when its handlers were slow); microtasks have run when that call is over; all that was written
// meanwhile is sent. The rest of the events, if any, is told in another call.
#include "binding.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 4 }; // batches in one wakeup that only tell news: others in the process want their turn
static const napi_type_tag TYPE_TAG = {0x5d1c6a0b7f3e4829, 0x9a42c7d15be0f366};

static void drop_holder(binding *b) {
  if (--b->holders == 0) free(b);
}

static void *memory_of(napi_env env, napi_ref reference, size_t min_size) {
  napi_value value;
  void *data = NULL;
  size_t size = 0;
  if (napi_get_reference_value(env, reference, &value) != napi_ok || value == NULL) return NULL;
  if (napi_get_arraybuffer_info(env, value, &data, &size) != napi_ok || size < min_size) return NULL;
  return data;
}

bool binding_shared(binding *b, shared *result) {
  uint8_t *memory = memory_of(b->env, b->memory, MEMORY_BYTES);
  if (memory == NULL) return false;
  result->header = (int32_t *)(void *)memory;
  result->events = (int32_t *)(void *)(memory + EVENTS_AT);
  result->sends = (int32_t *)(void *)(memory + SENDS_AT);
  result->bytes = memory + BYTES_AT;
  return true;
}

void binding_settle(binding *b) {
  if (b->core == NULL || b->is_telling) return;
  if (ty_has_news(b->core) || ty_has_fetched(b->core)) ty_poke(b->core);
  if (ty_active(b->core) > 0) uv_ref((uv_handle_t *)&b->handle);
  else uv_unref((uv_handle_t *)&b->handle);
}

// JavaScript wrote these numbers: each is checked.
void binding_send(binding *b, const shared *memory) {
  int32_t count = memory->header[HEADER_SENDS];
  memory->header[HEADER_SENDS] = 0;
  if (count > SENDS_MAX) count = SENDS_MAX;
  for (int32_t n = 0; n < count; n++) {
    const int32_t *send = &memory->sends[n * SEND_INTS];
    ty_id id = {(uint32_t)send[0], (uint32_t)send[1]};
    int32_t start = send[2];
    int32_t end = send[3];
    if (start == SEND_END) ty_finish(b->core, id, TY_END);
    else if (start == SEND_CLOSE) ty_finish(b->core, id, TY_CLOSE);
    else if (start >= 0 && end >= start && end <= SEND_BYTES) ty_send(b->core, id, memory->bytes + start, (size_t)(end - start));
  }
}

// What a callback let through is the process's to deal with, as for any callback of Node.js.
static void surface_exception(napi_env env) {
  bool is_pending = false;
  napi_value error;
  if (napi_is_exception_pending(env, &is_pending) != napi_ok || !is_pending) return;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

// Tells JavaScript events `at` to `count`; answers how far it came.
static int32_t call_batch(binding *b, int32_t at, int32_t count) {
  napi_env env = b->env;
  napi_value callback, object, arguments[2], result;
  int32_t reached = -1;
  if (napi_get_reference_value(env, b->on_batch, &callback) != napi_ok ||
      napi_get_reference_value(env, b->object, &object) != napi_ok || object == NULL ||
      napi_create_int32(env, at, &arguments[0]) != napi_ok || napi_create_int32(env, count, &arguments[1]) != napi_ok) {
    return count;
  }
  b->is_telling = true;
  napi_status status = napi_make_callback(env, b->context, object, callback, 2, arguments, &result);
  if (b->core != NULL) b->is_telling = false;
  if (status == napi_ok && napi_get_value_int32(env, result, &reached) == napi_ok && reached > at) return reached;
  surface_exception(env);
  return -1;
}

static void run_batch(binding *b, int32_t count) {
  shared memory;
  for (int32_t at = 0; at < count;) {
    if (!binding_shared(b, &memory)) return;
    memory.header[HEADER_CURSOR] = at;
    memory.header[HEADER_IN_BATCH] = 1;
    int32_t reached = call_batch(b, at, count);
    if (b->core == NULL || !binding_shared(b, &memory)) return;
    // Thrown out of the callback: go on behind the event that it was at.
    if (reached < 0) reached = memory.header[HEADER_CURSOR] >= at ? memory.header[HEADER_CURSOR] + 1 : at + 1;
    at = reached;
    binding_send(b, &memory);
    memory.header[HEADER_IN_BATCH] = 0;
  }
}

// Somebody took the memory away that the batch would go into: JavaScript has to provide new memory.
static bool restore_memory(binding *b) {
  shared memory;
  if (binding_shared(b, &memory) && memory_of(b->env, b->receive, RECEIVE_BYTES) != NULL) return true;
  call_batch(b, -1, -1);
  return b->core != NULL && binding_shared(b, &memory) && memory_of(b->env, b->receive, RECEIVE_BYTES) != NULL;
}

// Answers false when there is no more to tell.
static bool tell_batch(binding *b) {
  napi_handle_scope scope;
  shared memory;
  if (napi_open_handle_scope(b->env, &scope) != napi_ok) return false;
  int count = 0;
  if (restore_memory(b) && binding_shared(b, &memory)) {
    ty_batch batch = {.events = memory.events, .capacity = EVENTS_MAX, .size = RECEIVE_BYTES};
    batch.slab = memory_of(b->env, b->receive, RECEIVE_BYTES);
    count = ty_fill(b->core, &batch);
    if (count > 0) run_batch(b, count);
    if (b->core != NULL) ty_reap(b->core);
  }
  napi_close_handle_scope(b->env, scope);
  return count > 0 && b->core != NULL;
}

static void on_readable(uv_poll_t *handle, int status, int events) {
  binding *b = handle->data;
  (void)events;
  if (status < 0 || b->core == NULL || ty_wait(b->core) < 0) return;
  int round = 0;
  while (tell_batch(b) && (ty_has_fetched(b->core) || (ty_has_news(b->core) && round++ < ROUNDS_MAX))) continue;
  binding_settle(b);
}

static void on_handle_closed(uv_handle_t *handle) {
  binding *b = handle->data;
  if (b->is_telling) napi_async_destroy(b->env, b->context); // closed by what it told, and the call was still on its way
  napi_remove_async_cleanup_hook(b->cleanup);
  drop_holder(b);
}

void binding_close(binding *b) {
  if (b->core == NULL) return;
  ty_poller *core = b->core;
  b->core = NULL;
  uv_poll_stop(&b->handle);
  ty_free(core);
  if (!b->is_telling) napi_async_destroy(b->env, b->context);
  napi_delete_reference(b->env, b->on_batch);
  napi_delete_reference(b->env, b->memory);
  napi_delete_reference(b->env, b->receive);
  napi_reference_unref(b->env, b->object, NULL);
  uv_close((uv_handle_t *)&b->handle, on_handle_closed);
}

// The environment ends: the process, or a worker.
static void on_cleanup(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  binding_close(data);
}

static void on_finalized(napi_env env, void *data, void *hint) {
  (void)hint;
  binding *b = data;
  napi_delete_reference(env, b->object);
  drop_holder(b);
}

// Where large writes are, for the core.
static const uint8_t *find_bytes(void *context, void *owner, size_t *size) {
  binding *b = context;
  napi_handle_scope scope;
  napi_value value;
  napi_typedarray_type type;
  void *data = NULL;
  if (napi_open_handle_scope(b->env, &scope) != napi_ok) return NULL;
  if (napi_get_reference_value(b->env, owner, &value) != napi_ok || value == NULL ||
      napi_get_typedarray_info(b->env, value, &type, size, &data, NULL, NULL) != napi_ok) {
    data = NULL;
  }
  napi_close_handle_scope(b->env, scope);
  return data;
}

static void release_bytes(void *context, void *owner) {
  binding *b = context;
  napi_delete_reference(b->env, owner);
}

static int start(binding *b) {
  uv_loop_t *loop;
  if (napi_get_uv_event_loop(b->env, &loop) != napi_ok) return UV_EINVAL;
  int error = ty_create((ty_keeper){b, find_bytes, release_bytes}, &b->core);
  if (error < 0) return error;
  error = uv_poll_init(loop, &b->handle, ty_descriptor(b->core));
  if (error < 0) {
    ty_free(b->core);
    b->core = NULL;
    return error;
  }
  b->handle.data = b;
  uv_poll_start(&b->handle, UV_READABLE, on_readable);
  uv_unref((uv_handle_t *)&b->handle);
  return 0;
}

// new Poller(onBatch, memory, receive)
static napi_value construct(napi_env env, napi_callback_info info) {
  napi_value self, target, arguments[3], name;
  size_t count = 3;
  TRY(env, napi_get_new_target(env, info, &target));
  if (target == NULL) {
    napi_throw_type_error(env, "ERR_CONSTRUCT_CALL_REQUIRED", "Poller needs new");
    return NULL;
  }
  TRY(env, napi_get_cb_info(env, info, &count, arguments, &self, NULL));
  CHECK(arg_function(env, arguments[0], "onBatch"));
  CHECK(arg_memory(env, arguments[1], "memory", MEMORY_BYTES));
  CHECK(arg_memory(env, arguments[2], "receive", RECEIVE_BYTES));
  binding *b = calloc(1, sizeof *b);
  if (b == NULL) return throw_errno(env, UV_ENOMEM, "opening a poller");
  b->env = env;
  b->holders = 1;
  int error = start(b);
  if (error < 0) {
    free(b);
    return throw_errno(env, error, "opening a poller");
  }
  b->holders = 2;
  bool is_made = napi_create_string_utf8(env, "typhoon:poller", NAPI_AUTO_LENGTH, &name) == napi_ok &&
                 napi_async_init(env, NULL, name, &b->context) == napi_ok &&
                 napi_create_reference(env, arguments[0], 1, &b->on_batch) == napi_ok &&
                 napi_create_reference(env, arguments[1], 1, &b->memory) == napi_ok &&
                 napi_create_reference(env, arguments[2], 1, &b->receive) == napi_ok &&
                 napi_add_async_cleanup_hook(env, on_cleanup, b, &b->cleanup) == napi_ok &&
                 napi_type_tag_object(env, self, &TYPE_TAG) == napi_ok &&
                 napi_wrap(env, self, b, on_finalized, NULL, &b->object) == napi_ok &&
                 napi_reference_ref(env, b->object, NULL) == napi_ok;
  if (is_made) return self;
  arg_api_failed(env);
  binding_close(b);
  return NULL;
}

binding *binding_enter(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments) {
  napi_value self;
  size_t count = wanted;
  bool is_ours = false;
  void *data = NULL;
  TRY(env, napi_get_cb_info(env, info, &count, arguments, &self, NULL));
  if (napi_check_object_type_tag(env, self, &TYPE_TAG, &is_ours) != napi_ok || !is_ours ||
      napi_unwrap(env, self, &data) != napi_ok) {
    napi_throw_type_error(env, "ERR_INVALID_THIS", "not a poller");
    return NULL;
  }
  binding *b = data;
  if (b->core == NULL) {
    napi_throw_error(env, "ERR_POLLER_CLOSED", "the poller is closed");
    return NULL;
  }
  return b;
}

napi_value binding_define(napi_env env) {
  napi_value constructor;
  TRY(env, napi_define_class(env, "Poller", NAPI_AUTO_LENGTH, construct, NULL, binding_method_count, binding_methods, &constructor));
  return constructor;
}
