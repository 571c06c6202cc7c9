// What the core's files share: the poller, its slots, what waits to be sent.
#ifndef TY_SLOTS_H
#define TY_SLOTS_H

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "epoll.h"

enum { READY_MAX = 512 }; // events fetched at once
#define NONE UINT32_MAX   // the end of a list of slots

typedef enum { SLOT_FREE, SLOT_LISTENER, SLOT_CONNECTING, SLOT_STREAM, SLOT_RAW, SLOT_DEAD } slot_kind;

enum {
  PAUSED = 1,        // reads nothing; accepts nothing
  EOF_SEEN = 2,      // the peer's half has ended
  END_DUE = 4,       // our half ends once all is sent
  END_DONE = 8,      // our half has ended
  CLOSE_DUE = 16,    // closes once all is sent
  BROKEN = 32,       // sending fails; what came before is still read
  TELLING = 64,      // on the list of those with something to tell
  PROGRESSED = 128,  // TY_PROGRESS is to be told
  UNREGISTERED = 256 // open, and not known to epoll
};

// Bytes that wait to be sent: `bytes[start..end)`, or the same range of what the owner has.
typedef struct segment {
  struct segment *next;
  void *owner; // NULL: the bytes are here
  size_t start;
  size_t end;
  uint8_t bytes[];
} segment;

// The peer's address in the form that takes least room; `family` 0: not known.
typedef struct {
  uint8_t ip[16];
  uint32_t scope;
  uint16_t port; // network byte order
  uint16_t family;
} peer_address;

typedef struct {
  int fd; // -1: none
  uint32_t generation;
  uint32_t next; // in the list it is on: free, telling, or expired
  int error;     // what TY_LOST tells
  uint8_t kind;
  uint8_t interest; // what epoll watches: EPOLLIN, EPOLLOUT
  uint16_t flags;
  segment *first;
  segment *last;
  size_t queued; // bytes in the segments
  peer_address peer;
} slot;

typedef struct {
  uint32_t first;
  uint32_t last;
} slot_list;

struct ty_poller {
  int epoll_fd;
  int wake_fd;
  bool is_shut;
  bool is_poked;
  bool is_starved;
  ty_keeper keeper;
  slot *slots;
  uint32_t capacity;
  int active;
  slot_list unused;
  slot_list telling; // have something to tell in the next batch
  slot_list expired; // their end was told in the batch before
  uint32_t *owner_of; // fd -> slot, NONE: not ours
  uint32_t owner_capacity;
  int fetched;
  int cursor;
  struct epoll_event ready[READY_MAX];
};

// The slot of that name, or NULL.
slot *ty_find(const ty_poller *p, ty_id id);
uint32_t ty_index(const ty_poller *p, const slot *s);
// Gives a new slot to `fd` and has epoll watch it; answers its number. The descriptor is closed when that fails.
int ty_adopt(ty_poller *p, int fd, slot_kind kind, uint32_t interest);
// Whether the descriptor belongs to one of the slots.
bool ty_is_owned(const ty_poller *p, int fd);
// Changes what epoll watches, if that is a change.
void ty_interest(ty_poller *p, slot *s, uint32_t interest);
// Puts it on the list of those with something to tell.
void ty_tell(ty_poller *p, slot *s);
// The one way in which a descriptor ends: unregistered, closed, its queue dropped, TY_LOST told later.
void ty_lose(ty_poller *p, slot *s, int error);
// Drops what waits to be sent.
void ty_drop_queue(ty_poller *p, slot *s);
// Sends what waits, as far as the kernel takes it.
void ty_send_queue(ty_poller *p, slot *s);
// The error that the kernel holds for a socket, or 0; asking takes it away.
int ty_socket_error(int fd);
void ty_remember_peer(slot *s, const struct sockaddr *address);

#endif
