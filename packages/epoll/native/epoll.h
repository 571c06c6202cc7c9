// The poller's core: one epoll descriptor, a slot for each descriptor it watches, and what happened to them in batches.
// Knows no Node-API and no JavaScript. Every function returns >= 0, or a negated errno.
//
// A slot is named by its number and its generation. The generation changes when the slot is used again, so whoever still
// holds the old name reaches nothing: -ENOENT. A slot whose descriptor is gone keeps its name until TY_LOST was told.
#ifndef TY_EPOLL_H
#define TY_EPOLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What happened, each with a number of its own (`value`).
enum {
  TY_DATA = 1,      // bytes came: how many; they lie behind those of the events before it in the batch
  TY_EOF = 2,       // the peer sends no more
  TY_ACCEPT = 3,    // a connection was accepted: the listener's slot
  TY_CONNECTED = 4, // an attempt to connect succeeded
  TY_LOST = 5,      // the descriptor is gone: errno, or 0 after an orderly end
  TY_PROGRESS = 6,  // bytes wait to be sent, or wait no more: how many
  TY_RAW = 7,       // a raw descriptor is ready: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP
  TY_STARVED = 8,   // no descriptor is left, and nothing is accepted until one is: errno
};

enum { TY_EVENT_INTS = 4 };     // slot, generation, kind, value
enum { TY_READ_MIN = 16384 };   // a batch ends when less than this is left of the slab
enum { TY_READ_MAX = 65536 };   // one connection's share of a batch
enum { TY_KEEP_MIN = 16384 };   // what is left of a large write is copied under this, kept by reference above

// What `ty_finish` does once all is sent.
enum { TY_END = 1, TY_CLOSE = 2 };

// How to listen.
enum { TY_REUSE_PORT = 1, TY_IPV6_ONLY = 2 };

typedef struct ty_poller ty_poller;

typedef struct {
  uint32_t slot;
  uint32_t generation;
} ty_id;

// Bytes that somebody else owns until the kernel has taken them.
typedef struct {
  void *context;
  // Where they are at this moment; NULL when they are there no more. Asked each time, never remembered.
  const uint8_t *(*find)(void *context, void *owner, size_t *size);
  void (*release)(void *context, void *owner);
} ty_keeper;

// Filled by `ty_fill`: numbers into `events`, bytes that came into `slab`.
typedef struct {
  int32_t *events;
  int capacity; // events
  int count;    // events
  uint8_t *slab;
  size_t size;
  size_t used;
} ty_batch;

// One end of a connection in words. `path` may hold NUL bytes (abstract unix sockets).
typedef struct {
  char host[64];
  int port;
  char path[108];
  size_t path_size;
} ty_address;

int ty_create(ty_keeper keeper, ty_poller **result);
void ty_shut(ty_poller *p); // closes every descriptor; what is called afterwards answers -EBADF
void ty_free(ty_poller *p);

int ty_descriptor(const ty_poller *p); // readable when there is something to `ty_fill`
int ty_active(const ty_poller *p);     // how many slots are in use
int ty_wait(ty_poller *p);             // fetches what is ready; never blocks
int ty_fill(ty_poller *p, ty_batch *batch);
void ty_reap(ty_poller *p);              // the batch is told: slots whose end was told can be used again
bool ty_has_fetched(const ty_poller *p); // fetched, and not yet in a batch
bool ty_has_news(const ty_poller *p);    // found out by itself, not by epoll, and not yet in a batch
void ty_poke(ty_poller *p);              // makes the descriptor readable

// Each answers the new slot's number.
int ty_listen(ty_poller *p, const char *host, int port, int backlog, int flags);
int ty_listen_path(ty_poller *p, const char *path, size_t size, int backlog);
int ty_listen_descriptor(ty_poller *p, int fd); // one that is bound and listens; it is ours from then on
int ty_connect(ty_poller *p, const char *host, int port, const char *local_host, int local_port); // "" and 0: any
int ty_connect_path(ty_poller *p, const char *path, size_t size);
int ty_watch(ty_poller *p, int fd, uint32_t mask);

int ty_rewatch(ty_poller *p, ty_id id, uint32_t mask);
int ty_unwatch(ty_poller *p, ty_id id); // listeners and raw descriptors; a raw one is not closed
int ty_resume_accepting(ty_poller *p);
int ty_set_accepting(ty_poller *p, ty_id id, bool on); // off: connections wait in the kernel's queue
int ty_descriptor_of(ty_poller *p, ty_id id);
int ty_accept(ty_poller *p, ty_id id); // the slot of a connection that waits, at once; -EAGAIN when none does

// Sends, or queues what the kernel does not take.
int ty_send(ty_poller *p, ty_id id, const uint8_t *bytes, size_t size);
// Sends `head` and `body` in one go. Answers how much of `body` is dealt with; the rest is the caller's to `ty_keep`.
int64_t ty_write(ty_poller *p, ty_id id, const uint8_t *head, size_t head_size, const uint8_t *body, size_t body_size);
int ty_keep(ty_poller *p, ty_id id, void *owner, size_t start, size_t end);
int ty_finish(ty_poller *p, ty_id id, int how);
int ty_abort(ty_poller *p, ty_id id, bool reset);
int ty_set_reading(ty_poller *p, ty_id id, bool on);
int ty_set_no_delay(ty_poller *p, ty_id id, bool on);
int64_t ty_queued(ty_poller *p, ty_id id);
uint32_t ty_generation(const ty_poller *p, uint32_t slot);
int ty_local_address(ty_poller *p, ty_id id, ty_address *address);
int ty_peer_address(ty_poller *p, ty_id id, ty_address *address);

#endif
