// Slots and batches: who is watched for what, and what happened. Sending is stream.c's, making sockets socket.c's.
//
// Level-triggered (decisions/005): what was not read is reported again, so a connection is read once a batch and nothing
// has to be remembered. The price is that interest in what will not be read has to be taken back: lazily, when it is
// reported once without need.
//
// What epoll keys on is the open file, not the number: a descriptor that was duplicated goes on being reported after our
// number is closed. So each is unregistered before it is closed, and each event carries the slot's generation: events
// fetched for a descriptor that a callback has closed meanwhile, or whose number is in use again, reach nobody.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "slots.h"

enum { ACCEPTS_MAX = 256 };            // from one listener in one batch
enum { GENERATION_MASK = 0x7fffffff }; // it crosses as a positive Int32
static const uint64_t WAKE = UINT64_MAX;

static void list_push(ty_poller *p, slot_list *list, uint32_t index) {
  p->slots[index].next = NONE;
  if (list->first == NONE) list->first = index;
  else p->slots[list->last].next = index;
  list->last = index;
}

static uint32_t list_shift(ty_poller *p, slot_list *list) {
  uint32_t index = list->first;
  if (index != NONE) list->first = p->slots[index].next;
  return index;
}

int ty_create(ty_keeper keeper, ty_poller **result) {
  ty_poller *p = calloc(1, sizeof *p);
  if (p == NULL) return -ENOMEM;
  p->keeper = keeper;
  p->unused.first = p->telling.first = p->expired.first = NONE;
  p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = WAKE};
  if (p->epoll_fd < 0 || p->wake_fd < 0 || epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, p->wake_fd, &event) < 0) {
    int error = errno;
    if (p->epoll_fd >= 0) close(p->epoll_fd);
    if (p->wake_fd >= 0) close(p->wake_fd);
    free(p);
    return -error;
  }
  *result = p;
  return 0;
}

void ty_shut(ty_poller *p) {
  if (p->is_shut) return;
  p->is_shut = true;
  for (uint32_t i = 0; i < p->capacity; i++) {
    slot *s = &p->slots[i];
    ty_drop_queue(p, s);
    if (s->fd >= 0 && s->kind != SLOT_RAW) close(s->fd);
    s->fd = -1;
    s->kind = SLOT_FREE;
  }
  p->active = 0;
  p->fetched = p->cursor = 0;
  p->telling.first = p->expired.first = NONE;
  close(p->epoll_fd);
  close(p->wake_fd);
}

void ty_free(ty_poller *p) {
  ty_shut(p);
  free(p->slots);
  free(p->owner_of);
  free(p);
}

int ty_descriptor(const ty_poller *p) { return p->epoll_fd; }

int ty_active(const ty_poller *p) { return p->active; }

bool ty_has_fetched(const ty_poller *p) { return p->cursor < p->fetched; }

bool ty_has_news(const ty_poller *p) { return p->telling.first != NONE; }

void ty_poke(ty_poller *p) {
  if (p->is_poked || p->is_shut) return;
  uint64_t one = 1;
  p->is_poked = write(p->wake_fd, &one, sizeof one) == sizeof one;
}

uint32_t ty_index(const ty_poller *p, const slot *s) { return (uint32_t)(s - p->slots); }

slot *ty_find(const ty_poller *p, ty_id id) {
  if (p->is_shut || id.slot >= p->capacity) return NULL;
  slot *s = &p->slots[id.slot];
  return s->kind != SLOT_FREE && s->generation == id.generation ? s : NULL;
}

uint32_t ty_generation(const ty_poller *p, uint32_t index) {
  return index < p->capacity ? p->slots[index].generation : 0;
}

static int grow_slots(ty_poller *p) {
  uint32_t capacity = p->capacity == 0 ? 64 : p->capacity * 2;
  slot *slots = realloc(p->slots, capacity * sizeof *slots);
  if (slots == NULL) return -ENOMEM;
  memset(slots + p->capacity, 0, (capacity - p->capacity) * sizeof *slots);
  p->slots = slots;
  uint32_t first = p->capacity;
  p->capacity = capacity;
  for (uint32_t i = first; i < capacity; i++) {
    slots[i].fd = -1;
    list_push(p, &p->unused, i);
  }
  return 0;
}

static int own(ty_poller *p, int fd, uint32_t index) {
  if ((uint32_t)fd >= p->owner_capacity) {
    uint32_t capacity = p->owner_capacity == 0 ? 256 : p->owner_capacity;
    while (capacity <= (uint32_t)fd) capacity *= 2;
    uint32_t *owner_of = realloc(p->owner_of, capacity * sizeof *owner_of);
    if (owner_of == NULL) return -ENOMEM;
    for (uint32_t i = p->owner_capacity; i < capacity; i++) owner_of[i] = NONE;
    p->owner_of = owner_of;
    p->owner_capacity = capacity;
  }
  p->owner_of[fd] = index;
  return 0;
}

// A raw descriptor may be closed by its owner, and its number may be ours by now.
static bool owns(const ty_poller *p, const slot *s) {
  return (uint32_t)s->fd < p->owner_capacity && p->owner_of[s->fd] == ty_index(p, s);
}

static uint64_t name_of(const ty_poller *p, const slot *s) {
  return (uint64_t)s->generation << 32 | ty_index(p, s);
}

static int control(ty_poller *p, slot *s, int operation, uint32_t interest) {
  struct epoll_event event = {.events = interest, .data.u64 = name_of(p, s)};
  return epoll_ctl(p->epoll_fd, operation, s->fd, &event) < 0 ? -errno : 0;
}

int ty_adopt(ty_poller *p, int fd, slot_kind kind, uint32_t interest) {
  int error = p->is_shut ? -EBADF : 0;
  if (error == 0 && p->unused.first == NONE) error = grow_slots(p);
  if (error == 0) {
    slot *s = &p->slots[p->unused.first];
    uint32_t generation = (s->generation + 1) & GENERATION_MASK;
    uint32_t next = s->next;
    *s = (slot){.fd = fd, .generation = generation, .next = next, .kind = (uint8_t)kind, .interest = (uint8_t)interest};
    error = control(p, s, EPOLL_CTL_ADD, interest);
    if (error == 0 && (error = own(p, fd, ty_index(p, s))) != 0) epoll_ctl(p->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    if (error != 0) s->kind = SLOT_FREE;
  }
  if (error != 0) {
    if (kind != SLOT_RAW) close(fd);
    return error;
  }
  p->active++;
  return (int)list_shift(p, &p->unused);
}

void ty_interest(ty_poller *p, slot *s, uint32_t interest) {
  if (s->fd < 0) return;
  if (s->flags & UNREGISTERED) {
    if (control(p, s, EPOLL_CTL_ADD, interest) == 0) s->flags &= (uint16_t)~UNREGISTERED;
  } else if (s->interest != interest) {
    control(p, s, EPOLL_CTL_MOD, interest);
  }
  s->interest = (uint8_t)interest;
}

// EPOLLERR and EPOLLHUP are reported whatever the interest: who must not hear of them is taken out.
static void unregister(ty_poller *p, slot *s) {
  if (s->fd < 0 || (s->flags & UNREGISTERED) || !owns(p, s)) return;
  epoll_ctl(p->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
  s->flags |= UNREGISTERED;
}

void ty_tell(ty_poller *p, slot *s) {
  if (s->flags & TELLING) return;
  s->flags |= TELLING;
  list_push(p, &p->telling, ty_index(p, s));
}

static void close_slot(ty_poller *p, slot *s) {
  if (s->fd < 0) return;
  unregister(p, s);
  if (owns(p, s)) p->owner_of[s->fd] = NONE;
  if (s->kind != SLOT_RAW) close(s->fd);
  s->fd = -1;
  ty_drop_queue(p, s);
  if (p->is_starved) ty_resume_accepting(p);
}

void ty_lose(ty_poller *p, slot *s, int error) {
  if (s->kind == SLOT_DEAD) return;
  close_slot(p, s);
  s->kind = SLOT_DEAD;
  s->error = error;
  ty_tell(p, s);
}

int ty_unwatch(ty_poller *p, ty_id id) {
  slot *s = ty_find(p, id);
  if (s == NULL || (s->kind != SLOT_LISTENER && s->kind != SLOT_RAW)) return -ENOENT;
  close_slot(p, s);
  s->kind = SLOT_FREE;
  p->active--;
  list_push(p, &p->unused, id.slot);
  return 0;
}

static int change_listeners(ty_poller *p, uint32_t interest) {
  for (uint32_t i = 0; i < p->capacity; i++) {
    slot *s = &p->slots[i];
    if (s->kind == SLOT_LISTENER && !(s->flags & PAUSED)) ty_interest(p, s, interest);
  }
  return 0;
}

int ty_set_accepting(ty_poller *p, ty_id id, bool on) {
  slot *s = ty_find(p, id);
  if (s == NULL || s->kind != SLOT_LISTENER) return -ENOENT;
  s->flags = (uint16_t)(on ? s->flags & ~PAUSED : s->flags | PAUSED);
  ty_interest(p, s, on && !p->is_starved ? EPOLLIN : 0);
  return 0;
}

int ty_descriptor_of(ty_poller *p, ty_id id) {
  const slot *s = ty_find(p, id);
  return s == NULL || s->fd < 0 ? -ENOENT : s->fd;
}

int ty_resume_accepting(ty_poller *p) {
  if (!p->is_starved || p->is_shut) return 0;
  p->is_starved = false;
  return change_listeners(p, EPOLLIN);
}

void ty_reap(ty_poller *p) {
  for (uint32_t i = list_shift(p, &p->expired); i != NONE; i = list_shift(p, &p->expired)) {
    p->slots[i].kind = SLOT_FREE;
    p->active--;
    list_push(p, &p->unused, i);
  }
}

static void add_event(ty_poller *p, ty_batch *batch, const slot *s, int kind, int64_t value) {
  int32_t *event = &batch->events[batch->count++ * TY_EVENT_INTS];
  event[0] = (int32_t)ty_index(p, s);
  event[1] = (int32_t)s->generation;
  event[2] = kind;
  event[3] = value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

static void fill_news(ty_poller *p, ty_batch *batch) {
  while (p->telling.first != NONE && batch->count < batch->capacity) {
    uint32_t index = list_shift(p, &p->telling);
    slot *s = &p->slots[index];
    s->flags &= (uint16_t)~TELLING;
    if (s->kind == SLOT_DEAD) {
      add_event(p, batch, s, TY_LOST, s->error);
      list_push(p, &p->expired, index);
    } else if (s->flags & PROGRESSED) {
      s->flags &= (uint16_t)~PROGRESSED;
      add_event(p, batch, s, TY_PROGRESS, (int64_t)s->queued);
    }
  }
}

static void starve(ty_poller *p, slot *listener, int error, ty_batch *batch) {
  p->is_starved = true;
  change_listeners(p, 0);
  add_event(p, batch, listener, TY_STARVED, error);
}

// The slot of the next connection that waits, or a negated errno: of accept, or of giving it a slot.
static int accept_one(ty_poller *p, uint32_t listener) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  int fd = accept4(p->slots[listener].fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -errno;
  int index = ty_adopt(p, fd, SLOT_STREAM, EPOLLIN);
  if (index >= 0) ty_remember_peer(&p->slots[index], (struct sockaddr *)&address);
  return index;
}

static bool is_starving(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

static bool is_at_end(int error) { return error == EAGAIN || error == EBADF || error == EINVAL || error == ENOTSOCK; }

static void accept_all(ty_poller *p, uint32_t listener, ty_batch *batch) {
  if (p->slots[listener].flags & PAUSED) return; // it was ready before it was told to wait
  for (int n = 0; n < ACCEPTS_MAX && batch->count < batch->capacity; n++) {
    int index = accept_one(p, listener);
    if (index >= 0) {
      add_event(p, batch, &p->slots[index], TY_ACCEPT, listener);
    } else if (is_starving(-index)) {
      starve(p, &p->slots[listener], -index, batch);
      return;
    } else if (is_at_end(-index)) {
      return;
    } // else one that was given up before it was accepted
  }
}

int ty_accept(ty_poller *p, ty_id id) {
  slot *s = ty_find(p, id);
  if (s == NULL || s->kind != SLOT_LISTENER) return -ENOENT;
  for (int n = 0; n < ACCEPTS_MAX; n++) {
    int index = accept_one(p, id.slot);
    if (index >= 0 || is_starving(-index) || is_at_end(-index)) return index;
  }
  return -EAGAIN;
}

static void finish_connecting(ty_poller *p, slot *s, ty_batch *batch) {
  int error = ty_socket_error(s->fd);
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (error == 0 && getpeername(s->fd, (struct sockaddr *)&address, &size) < 0) error = errno;
  if (error != 0) {
    ty_lose(p, s, error);
    return;
  }
  ty_remember_peer(s, (struct sockaddr *)&address);
  s->kind = SLOT_STREAM;
  ty_interest(p, s, EPOLLIN);
  add_event(p, batch, s, TY_CONNECTED, 0);
}

static ssize_t receive(const slot *s, const ty_batch *batch) {
  size_t room = batch->size - batch->used;
  ssize_t size = recv(s->fd, batch->slab + batch->used, room < TY_READ_MAX ? room : TY_READ_MAX, MSG_DONTWAIT);
  return size < 0 ? -errno : size;
}

static void end_of_input(ty_poller *p, slot *s, ty_batch *batch) {
  if (s->flags & BROKEN) {
    ty_lose(p, s, s->error);
    return;
  }
  s->flags |= EOF_SEEN;
  add_event(p, batch, s, TY_EOF, 0);
  if (s->flags & END_DONE) ty_lose(p, s, 0);
}

// Reads once, whatever comes.
static void read_once(ty_poller *p, slot *s, uint32_t events, ty_batch *batch) {
  ssize_t size = receive(s, batch);
  if (size > 0) {
    batch->used += (size_t)size;
    add_event(p, batch, s, TY_DATA, size);
  } else if (size == 0) {
    end_of_input(p, s, batch);
  } else if (size == -EAGAIN || size == -EINTR) {
    if (events & EPOLLERR) ty_lose(p, s, ty_socket_error(s->fd));
  } else {
    ty_lose(p, s, (int)-size);
  }
}

// Nobody listens to what comes: it is dropped, so that the peer is not held up while we send the rest.
static void discard_once(ty_poller *p, slot *s, const ty_batch *batch) {
  ssize_t size = s->flags & EOF_SEEN ? 0 : receive(s, batch);
  if (size == 0) {
    s->flags |= EOF_SEEN;
    ty_interest(p, s, s->interest & EPOLLOUT);
  } else if (size < 0 && size != -EAGAIN && size != -EINTR) {
    ty_lose(p, s, (int)-size);
  }
}

// Events that come although nothing is to be read.
static void quieten(ty_poller *p, slot *s, uint32_t events) {
  if (s->flags & BROKEN) {
    ty_lose(p, s, s->error);
  } else if (events & EPOLLERR) {
    int error = ty_socket_error(s->fd);
    ty_lose(p, s, error == 0 ? ECONNRESET : error);
  } else if ((events & EPOLLHUP) && (s->flags & EOF_SEEN)) {
    ty_lose(p, s, 0); // both halves are over
  } else if (events & EPOLLHUP) {
    unregister(p, s);
  } else if (events & EPOLLIN) {
    ty_interest(p, s, s->interest & EPOLLOUT);
  }
}

static void on_stream(ty_poller *p, slot *s, uint32_t events, ty_batch *batch) {
  if ((events & EPOLLOUT) && s->queued > 0) ty_send_queue(p, s);
  if (s->kind != SLOT_STREAM || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  if (s->flags & CLOSE_DUE) discard_once(p, s, batch);
  else if (s->flags & (PAUSED | EOF_SEEN)) quieten(p, s, events);
  else read_once(p, s, events, batch);
}

static void on_event(ty_poller *p, const struct epoll_event *event, ty_batch *batch) {
  if (event->data.u64 == WAKE) {
    uint64_t count;
    if (read(p->wake_fd, &count, sizeof count) > 0) p->is_poked = false;
    return;
  }
  slot *s = ty_find(p, (ty_id){(uint32_t)event->data.u64, (uint32_t)(event->data.u64 >> 32)});
  if (s == NULL) return;
  if (s->kind == SLOT_STREAM) on_stream(p, s, event->events, batch);
  else if (s->kind == SLOT_LISTENER) accept_all(p, ty_index(p, s), batch);
  else if (s->kind == SLOT_CONNECTING) finish_connecting(p, s, batch);
  else if (s->kind == SLOT_RAW) add_event(p, batch, s, TY_RAW, event->events);
}

int ty_wait(ty_poller *p) {
  if (p->is_shut) return -EBADF;
  p->cursor = 0;
  p->fetched = epoll_wait(p->epoll_fd, p->ready, READY_MAX, 0);
  if (p->fetched >= 0) return p->fetched;
  p->fetched = 0;
  return errno == EINTR ? 0 : -errno;
}

int ty_fill(ty_poller *p, ty_batch *batch) {
  if (p->is_shut) return -EBADF;
  fill_news(p, batch);
  // An event adds at most one to the batch, a listener as many as there is room for.
  while (p->cursor < p->fetched && batch->count < batch->capacity && batch->size - batch->used >= TY_READ_MIN) {
    on_event(p, &p->ready[p->cursor++], batch);
  }
  return batch->count;
}

bool ty_is_owned(const ty_poller *p, int fd) {
  return (uint32_t)fd < p->owner_capacity && p->owner_of[fd] != NONE;
}

int ty_watch(ty_poller *p, int fd, uint32_t mask) {
  if (ty_is_owned(p, fd)) return -EEXIST;
  return ty_adopt(p, fd, SLOT_RAW, mask & (EPOLLIN | EPOLLOUT));
}

int ty_rewatch(ty_poller *p, ty_id id, uint32_t mask) {
  slot *s = ty_find(p, id);
  if (s == NULL || s->kind != SLOT_RAW) return -ENOENT;
  if (!owns(p, s)) return -EBADF;
  s->interest = (uint8_t)(mask & (EPOLLIN | EPOLLOUT));
  return control(p, s, EPOLL_CTL_MOD, s->interest);
}

int ty_set_reading(ty_poller *p, ty_id id, bool on) {
  slot *s = ty_find(p, id);
  if (s == NULL) return -ENOENT;
  if (s->kind != SLOT_STREAM) return 0;
  if (!on) {
    s->flags |= PAUSED;
    return 0;
  }
  s->flags &= (uint16_t)~PAUSED;
  if (!(s->flags & EOF_SEEN)) ty_interest(p, s, s->interest | EPOLLIN);
  return 0;
}
