// The methods of `Poller`: each checks its arguments, calls the core once, and answers or throws.
#include "binding.h"

enum { HOST_MAX = 128, PATH_MAX_BYTES = 512, BACKLOG_MAX = 65535 };

static napi_value int_value(napi_env env, int64_t number) {
  napi_value result;
  TRY(env, napi_create_int64(env, number, &result));
  return result;
}

static napi_value undefined(napi_env env) {
  napi_value result;
  TRY(env, napi_get_undefined(env, &result));
  return result;
}

// A slot's number, or the error.
static napi_value slot_value(napi_env env, binding *b, int slot, const char *doing) {
  if (slot < 0) return throw_errno(env, slot, doing);
  binding_settle(b);
  return int_value(env, slot);
}

// What concerns a slot that is gone is no error: its owner is about to be told.
static napi_value done(napi_env env, binding *b, int64_t result, const char *doing) {
  if (result < 0 && result != UV_ENOENT) return throw_errno(env, result, doing);
  binding_settle(b);
  return undefined(env);
}

// listen(host, port, backlog, isPortShared, isIpv6Only): slot
static napi_value method_listen(napi_env env, napi_callback_info info) {
  napi_value a[5];
  char host[HOST_MAX];
  size_t size;
  int32_t port, backlog;
  bool is_port_shared, is_ipv6_only;
  binding *b = binding_enter(env, info, 5, a);
  CHECK(b != NULL);
  CHECK(arg_text(env, a[0], "host", host, sizeof host, &size, false));
  CHECK(arg_int(env, a[1], "port", 0, 65535, &port));
  CHECK(arg_int(env, a[2], "backlog", 0, BACKLOG_MAX, &backlog));
  CHECK(arg_bool(env, a[3], "isPortShared", &is_port_shared));
  CHECK(arg_bool(env, a[4], "isIpv6Only", &is_ipv6_only));
  int flags = (is_port_shared ? TY_REUSE_PORT : 0) | (is_ipv6_only ? TY_IPV6_ONLY : 0);
  return slot_value(env, b, ty_listen(b->core, host, port, backlog, flags), "listen");
}

// listenPath(path, backlog): slot
static napi_value method_listen_path(napi_env env, napi_callback_info info) {
  napi_value a[2];
  char path[PATH_MAX_BYTES];
  size_t size;
  int32_t backlog;
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL);
  CHECK(arg_text(env, a[0], "path", path, sizeof path, &size, true));
  CHECK(arg_int(env, a[1], "backlog", 0, BACKLOG_MAX, &backlog));
  return slot_value(env, b, ty_listen_path(b->core, path, size, backlog), "listen");
}

// listenDescriptor(fd): slot
static napi_value method_listen_descriptor(napi_env env, napi_callback_info info) {
  napi_value a[1];
  int32_t fd;
  binding *b = binding_enter(env, info, 1, a);
  CHECK(b != NULL);
  CHECK(arg_int(env, a[0], "fd", 0, INT32_MAX, &fd));
  return slot_value(env, b, ty_listen_descriptor(b->core, fd), "listen");
}

// connect(host, port, localHost, localPort): slot; '' and 0 are any
static napi_value method_connect(napi_env env, napi_callback_info info) {
  napi_value a[4];
  char host[HOST_MAX], local[HOST_MAX];
  size_t size, local_size;
  int32_t port, local_port;
  binding *b = binding_enter(env, info, 4, a);
  CHECK(b != NULL);
  CHECK(arg_text(env, a[0], "host", host, sizeof host, &size, false));
  CHECK(arg_int(env, a[1], "port", 0, 65535, &port));
  CHECK(arg_text(env, a[2], "localHost", local, sizeof local, &local_size, false));
  CHECK(arg_int(env, a[3], "localPort", 0, 65535, &local_port));
  return slot_value(env, b, ty_connect(b->core, host, port, local, local_port), "connect");
}

// connectPath(path): slot
static napi_value method_connect_path(napi_env env, napi_callback_info info) {
  napi_value a[1];
  char path[PATH_MAX_BYTES];
  size_t size;
  binding *b = binding_enter(env, info, 1, a);
  CHECK(b != NULL);
  CHECK(arg_text(env, a[0], "path", path, sizeof path, &size, true));
  return slot_value(env, b, ty_connect_path(b->core, path, size), "connect");
}

// watch(fd, mask): slot
static napi_value method_watch(napi_env env, napi_callback_info info) {
  napi_value a[2];
  int32_t fd, mask;
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL);
  CHECK(arg_int(env, a[0], "fd", 0, INT32_MAX, &fd));
  CHECK(arg_int(env, a[1], "mask", 0, INT32_MAX, &mask));
  return slot_value(env, b, ty_watch(b->core, fd, (uint32_t)mask), "watch");
}

// rewatch(slot, generation, mask)
static napi_value method_rewatch(napi_env env, napi_callback_info info) {
  napi_value a[3];
  ty_id id;
  int32_t mask;
  binding *b = binding_enter(env, info, 3, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  CHECK(arg_int(env, a[2], "mask", 0, INT32_MAX, &mask));
  return done(env, b, ty_rewatch(b->core, id, (uint32_t)mask), "watch");
}

// unwatch(slot, generation)
static napi_value method_unwatch(napi_env env, napi_callback_info info) {
  napi_value a[2];
  ty_id id;
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  return done(env, b, ty_unwatch(b->core, id), "unwatch");
}

// accept(slot, generation): the slot of a connection that waits, or -1
static napi_value method_accept(napi_env env, napi_callback_info info) {
  napi_value a[2];
  ty_id id;
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  int slot = ty_accept(b->core, id);
  return slot < 0 ? int_value(env, -1) : slot_value(env, b, slot, "accept");
}

// generationOf(slot): generation
static napi_value method_generation_of(napi_env env, napi_callback_info info) {
  napi_value a[1];
  int32_t slot;
  binding *b = binding_enter(env, info, 1, a);
  CHECK(b != NULL);
  CHECK(arg_int(env, a[0], "slot", 0, INT32_MAX, &slot));
  return int_value(env, ty_generation(b->core, (uint32_t)slot));
}

// send(): sends what is noted in the shared memory
static napi_value method_send(napi_env env, napi_callback_info info) {
  shared memory;
  binding *b = binding_enter(env, info, 0, NULL);
  CHECK(b != NULL);
  if (!binding_shared(b, &memory)) {
    napi_throw_error(env, "ERR_MEMORY_DETACHED", "the memory shared with the poller was detached");
    return NULL;
  }
  binding_send(b, &memory);
  binding_settle(b);
  return undefined(env);
}

static int64_t keep_rest(napi_env env, binding *b, ty_id id, napi_value body, size_t start, size_t end) {
  napi_ref owner;
  if (napi_create_reference(env, body, 1, &owner) != napi_ok) return UV_ENOMEM;
  int error = ty_keep(b->core, id, owner, start, end);
  if (error < 0) napi_delete_reference(env, owner);
  return error;
}

// write(slot, generation, headEnd, body): sends bytes 0 to headEnd of the shared memory, and the body behind them
static napi_value method_write(napi_env env, napi_callback_info info) {
  napi_value a[4];
  ty_id id;
  int32_t head_end;
  uint8_t *body;
  size_t size;
  shared memory;
  binding *b = binding_enter(env, info, 4, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  CHECK(arg_int(env, a[2], "headEnd", 0, SEND_BYTES, &head_end));
  CHECK(arg_bytes(env, a[3], "body", &body, &size));
  if (!binding_shared(b, &memory)) {
    napi_throw_error(env, "ERR_MEMORY_DETACHED", "the memory shared with the poller was detached");
    return NULL;
  }
  int64_t sent = ty_write(b->core, id, memory.bytes, (size_t)head_end, body, size);
  if (sent >= 0 && (size_t)sent < size) sent = keep_rest(env, b, id, a[3], (size_t)sent, size);
  return done(env, b, sent, "write");
}

// abort(slot, generation, isReset)
static napi_value method_abort(napi_env env, napi_callback_info info) {
  napi_value a[3];
  ty_id id;
  bool is_reset;
  binding *b = binding_enter(env, info, 3, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  CHECK(arg_bool(env, a[2], "isReset", &is_reset));
  return done(env, b, ty_abort(b->core, id, is_reset), "abort");
}

// setReading(slot, generation, isOn)
static napi_value method_set_reading(napi_env env, napi_callback_info info) {
  napi_value a[3];
  ty_id id;
  bool is_on;
  binding *b = binding_enter(env, info, 3, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  CHECK(arg_bool(env, a[2], "isOn", &is_on));
  return done(env, b, ty_set_reading(b->core, id, is_on), "read");
}

// setNoDelay(slot, generation, isOn)
static napi_value method_set_no_delay(napi_env env, napi_callback_info info) {
  napi_value a[3];
  ty_id id;
  bool is_on;
  binding *b = binding_enter(env, info, 3, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  CHECK(arg_bool(env, a[2], "isOn", &is_on));
  return done(env, b, ty_set_no_delay(b->core, id, is_on), "setNoDelay");
}

// queued(slot, generation): bytes that the kernel has not taken; 0 for a slot that is gone
static napi_value method_queued(napi_env env, napi_callback_info info) {
  napi_value a[2];
  ty_id id;
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  int64_t queued = ty_queued(b->core, id);
  return int_value(env, queued < 0 ? 0 : queued);
}

static napi_value address_value(napi_env env, const ty_address *address) {
  napi_value result, host, port, path;
  TRY(env, napi_create_object(env, &result));
  TRY(env, napi_create_string_utf8(env, address->host, NAPI_AUTO_LENGTH, &host));
  TRY(env, napi_create_int32(env, address->port, &port));
  TRY(env, napi_create_string_utf8(env, address->path, address->path_size, &path));
  TRY(env, napi_set_named_property(env, result, "host", host));
  TRY(env, napi_set_named_property(env, result, "port", port));
  TRY(env, napi_set_named_property(env, result, "path", path));
  return result;
}

static napi_value address_of(napi_env env, napi_callback_info info, int (*ask)(ty_poller *, ty_id, ty_address *)) {
  napi_value a[2];
  ty_id id;
  ty_address address = {.port = 0};
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  ask(b->core, id, &address); // unknown: an empty one
  return address_value(env, &address);
}

// localAddress(slot, generation): { host, port, path }
static napi_value method_local_address(napi_env env, napi_callback_info info) {
  return address_of(env, info, ty_local_address);
}

// peerAddress(slot, generation): { host, port, path }
static napi_value method_peer_address(napi_env env, napi_callback_info info) {
  return address_of(env, info, ty_peer_address);
}

// resumeAccepting()
static napi_value method_resume_accepting(napi_env env, napi_callback_info info) {
  binding *b = binding_enter(env, info, 0, NULL);
  CHECK(b != NULL);
  return done(env, b, ty_resume_accepting(b->core), "accept");
}

// setAccepting(slot, generation, isOn)
static napi_value method_set_accepting(napi_env env, napi_callback_info info) {
  napi_value a[3];
  ty_id id;
  bool is_on;
  binding *b = binding_enter(env, info, 3, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  CHECK(arg_bool(env, a[2], "isOn", &is_on));
  return done(env, b, ty_set_accepting(b->core, id, is_on), "accept");
}

// descriptorOf(slot, generation): fd, or -1
static napi_value method_descriptor_of(napi_env env, napi_callback_info info) {
  napi_value a[2];
  ty_id id;
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL && arg_id(env, a, &id));
  int fd = ty_descriptor_of(b->core, id);
  return int_value(env, fd < 0 ? -1 : fd);
}

// replaceMemory(memory, receive)
static napi_value method_replace_memory(napi_env env, napi_callback_info info) {
  napi_value a[2];
  napi_ref memory, receive;
  binding *b = binding_enter(env, info, 2, a);
  CHECK(b != NULL);
  CHECK(arg_memory(env, a[0], "memory", MEMORY_BYTES));
  CHECK(arg_memory(env, a[1], "receive", RECEIVE_BYTES));
  TRY(env, napi_create_reference(env, a[0], 1, &memory));
  TRY(env, napi_create_reference(env, a[1], 1, &receive));
  napi_delete_reference(env, b->memory);
  napi_delete_reference(env, b->receive);
  b->memory = memory;
  b->receive = receive;
  return undefined(env);
}

// close(): every descriptor is closed, nothing is told any more; harmless twice
static napi_value method_close(napi_env env, napi_callback_info info) {
  binding *b = binding_enter(env, info, 0, NULL);
  CHECK(b != NULL);
  binding_close(b);
  return undefined(env);
}

#define METHOD(name, function) \
  { name, NULL, function, NULL, NULL, NULL, napi_default_method, NULL }

const napi_property_descriptor binding_methods[] = {
    METHOD("listen", method_listen),
    METHOD("listenPath", method_listen_path),
    METHOD("listenDescriptor", method_listen_descriptor),
    METHOD("connect", method_connect),
    METHOD("connectPath", method_connect_path),
    METHOD("watch", method_watch),
    METHOD("rewatch", method_rewatch),
    METHOD("unwatch", method_unwatch),
    METHOD("accept", method_accept),
    METHOD("generationOf", method_generation_of),
    METHOD("send", method_send),
    METHOD("write", method_write),
    METHOD("abort", method_abort),
    METHOD("setReading", method_set_reading),
    METHOD("setNoDelay", method_set_no_delay),
    METHOD("queued", method_queued),
    METHOD("localAddress", method_local_address),
    METHOD("peerAddress", method_peer_address),
    METHOD("resumeAccepting", method_resume_accepting),
    METHOD("setAccepting", method_set_accepting),
    METHOD("descriptorOf", method_descriptor_of),
    METHOD("replaceMemory", method_replace_memory),
    METHOD("close", method_close),
};
const size_t binding_method_count = sizeof binding_methods / sizeof binding_methods[0];

static napi_value set_number(napi_env env, napi_value object, const char *name, int32_t number) {
  napi_value value;
  TRY(env, napi_create_int32(env, number, &value));
  TRY(env, napi_set_named_property(env, object, name, value));
  return object;
}

// Where things lie in the shared memory, so that it is written down once.
static napi_value layout(napi_env env) {
  napi_value object;
  TRY(env, napi_create_object(env, &object));
  CHECK(set_number(env, object, "memoryBytes", MEMORY_BYTES));
  CHECK(set_number(env, object, "receiveBytes", RECEIVE_BYTES));
  CHECK(set_number(env, object, "eventsAt", EVENTS_AT));
  CHECK(set_number(env, object, "eventsMax", EVENTS_MAX));
  CHECK(set_number(env, object, "sendsAt", SENDS_AT));
  CHECK(set_number(env, object, "sendsMax", SENDS_MAX));
  CHECK(set_number(env, object, "bytesAt", BYTES_AT));
  CHECK(set_number(env, object, "sendBytes", SEND_BYTES));
  return object;
}

NAPI_MODULE_INIT() {
  napi_value constructor = binding_define(env);
  CHECK(constructor != NULL);
  napi_value numbers = layout(env);
  CHECK(numbers != NULL);
  TRY(env, napi_set_named_property(env, exports, "Poller", constructor));
  TRY(env, napi_set_named_property(env, exports, "layout", numbers));
  return functions_define(env, exports);
}
