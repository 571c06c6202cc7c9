// Sending: what the kernel takes at once, what waits for EPOLLOUT, and what follows when all is sent.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "slots.h"

enum { PIECES_MAX = 16 };          // segments in one call
enum { SENT_MAX = 1 << 20 };       // bytes for one connection in one batch: the others' turn comes
enum { SEGMENT_MIN = 4096 };       // room of a segment, so that many small writes share one

static void release(ty_poller *p, segment *piece) {
  if (piece->owner != NULL) p->keeper.release(p->keeper.context, piece->owner);
  free(piece);
}

void ty_drop_queue(ty_poller *p, slot *s) {
  while (s->first != NULL) {
    segment *piece = s->first;
    s->first = piece->next;
    release(p, piece);
  }
  s->last = NULL;
  s->queued = 0;
}

static void append(slot *s, segment *piece) {
  piece->next = NULL;
  if (s->last == NULL) s->first = piece;
  else s->last->next = piece;
  s->last = piece;
  s->queued += piece->end - piece->start;
}

static int queue_copy(slot *s, const uint8_t *bytes, size_t size) {
  if (size == 0) return 0;
  segment *piece = malloc(sizeof *piece + (size < SEGMENT_MIN ? SEGMENT_MIN : size));
  if (piece == NULL) return -ENOMEM;
  piece->owner = NULL;
  piece->start = 0;
  piece->end = size;
  memcpy(piece->bytes, bytes, size);
  append(s, piece);
  return 0;
}

// As `queue_copy`, into the room that is left of the last segment if it fits there.
static int queue_small(slot *s, const uint8_t *bytes, size_t size) {
  segment *last = s->last;
  if (last == NULL || last->owner != NULL || last->end + size > SEGMENT_MIN) return queue_copy(s, bytes, size);
  memcpy(last->bytes + last->end, bytes, size);
  last->end += size;
  s->queued += size;
  return 0;
}

static void tell_progress(ty_poller *p, slot *s) {
  s->flags |= PROGRESSED;
  ty_tell(p, s);
}

// Sending is over. If the peer is merely gone, what it said before is read to its end; TY_LOST comes then.
static void break_off(ty_poller *p, slot *s, int error) {
  bool is_reading = !(s->flags & (PAUSED | EOF_SEEN | CLOSE_DUE));
  if (!is_reading || (error != EPIPE && error != ECONNRESET)) {
    ty_lose(p, s, error);
    return;
  }
  ty_drop_queue(p, s);
  s->flags |= BROKEN;
  s->error = error;
  ty_interest(p, s, EPOLLIN);
}

static void end_half(ty_poller *p, slot *s) {
  s->flags |= END_DONE;
  shutdown(s->fd, SHUT_WR); // fails only when the peer is gone, which we are told anyway
  if (s->flags & EOF_SEEN) ty_lose(p, s, 0);
}

static void all_is_sent(ty_poller *p, slot *s) {
  if (s->flags & CLOSE_DUE) {
    ty_lose(p, s, 0);
  } else if ((s->flags & END_DUE) && !(s->flags & END_DONE)) {
    end_half(p, s);
  }
}

// Drops what was sent. The pieces' `start` moves on.
static void consume(ty_poller *p, slot *s, size_t size) {
  s->queued -= size;
  while (size > 0) {
    segment *piece = s->first;
    size_t left = piece->end - piece->start;
    if (size < left) {
      piece->start += size;
      return;
    }
    size -= left;
    s->first = piece->next;
    if (s->first == NULL) s->last = NULL;
    release(p, piece);
  }
}

// The first pieces of the queue, as the kernel wants them; -EFAULT when an owner's bytes are there no more.
static int gather(const ty_poller *p, const slot *s, struct iovec *pieces) {
  int count = 0;
  for (segment *piece = s->first; piece != NULL && count < PIECES_MAX; piece = piece->next) {
    const uint8_t *bytes = piece->bytes;
    if (piece->owner != NULL) {
      size_t size = 0;
      bytes = p->keeper.find(p->keeper.context, piece->owner, &size);
      if (bytes == NULL || size < piece->end) return -EFAULT;
    }
    pieces[count++] = (struct iovec){(void *)(bytes + piece->start), piece->end - piece->start};
  }
  return count;
}

static ssize_t send_pieces(int fd, struct iovec *pieces, int count) {
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = (size_t)count};
  ssize_t size = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (size >= 0) return size;
  return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

void ty_send_queue(ty_poller *p, slot *s) {
  size_t total = 0;
  while (s->queued > 0 && total < SENT_MAX) {
    struct iovec pieces[PIECES_MAX];
    int count = gather(p, s, pieces);
    ssize_t size = count < 0 ? count : send_pieces(s->fd, pieces, count);
    if (size < 0) {
      break_off(p, s, (int)-size);
      return;
    }
    if (size == 0) break;
    consume(p, s, (size_t)size);
    total += (size_t)size;
  }
  if (total > 0) tell_progress(p, s);
  if (s->queued > 0) return;
  ty_interest(p, s, s->interest & EPOLLIN);
  all_is_sent(p, s);
}

static void wait_for_room(ty_poller *p, slot *s) {
  ty_interest(p, s, s->interest | EPOLLOUT);
  tell_progress(p, s);
}

// The stream to send on: NULL when there is nothing to do but to drop the bytes.
static slot *open_stream(const ty_poller *p, ty_id id, int *error) {
  slot *s = ty_find(p, id);
  *error = s == NULL ? -ENOENT : 0;
  if (s == NULL || s->kind != SLOT_STREAM || (s->flags & (BROKEN | END_DUE | CLOSE_DUE))) return NULL;
  return s;
}

int ty_send(ty_poller *p, ty_id id, const uint8_t *bytes, size_t size) {
  int error;
  slot *s = open_stream(p, id, &error);
  if (s == NULL || size == 0) return error;
  size_t sent = 0;
  if (s->queued == 0) {
    ssize_t taken = send(s->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken == (ssize_t)size) return 0;
    if (taken < 0 && errno != EAGAIN && errno != EINTR) {
      break_off(p, s, errno);
      return 0;
    }
    sent = taken < 0 ? 0 : (size_t)taken;
  }
  error = queue_small(s, bytes + sent, size - sent);
  if (error < 0) ty_lose(p, s, -error);
  else wait_for_room(p, s);
  return 0;
}

// How much of both the kernel takes at once.
static ssize_t send_both(const slot *s, const uint8_t *head, size_t head_size, const uint8_t *body, size_t body_size) {
  if (s->queued > 0) return 0;
  struct iovec pieces[2] = {{(void *)head, head_size}, {(void *)body, body_size}};
  return head_size > 0 ? send_pieces(s->fd, pieces, 2) : send_pieces(s->fd, pieces + 1, 1);
}

int64_t ty_write(ty_poller *p, ty_id id, const uint8_t *head, size_t head_size, const uint8_t *body, size_t body_size) {
  int error;
  slot *s = open_stream(p, id, &error);
  if (s == NULL) return error < 0 ? error : (int64_t)body_size;
  ssize_t size = send_both(s, head, head_size, body, body_size);
  if (size < 0) {
    break_off(p, s, (int)-size);
    return (int64_t)body_size;
  }
  size_t sent = (size_t)size;
  size_t head_sent = sent < head_size ? sent : head_size;
  size_t body_sent = sent - head_sent;
  if (sent == head_size + body_size) return (int64_t)body_size;
  error = queue_small(s, head + head_sent, head_size - head_sent);
  if (error == 0 && body_size - body_sent < TY_KEEP_MIN) {
    error = queue_small(s, body + body_sent, body_size - body_sent);
    body_sent = body_size;
  }
  if (error < 0) {
    ty_lose(p, s, -error);
    return (int64_t)body_size;
  }
  wait_for_room(p, s);
  return (int64_t)body_sent;
}

int ty_keep(ty_poller *p, ty_id id, void *owner, size_t start, size_t end) {
  int error;
  slot *s = open_stream(p, id, &error);
  if (s == NULL || start >= end) return error < 0 ? error : -EPIPE;
  segment *piece = malloc(sizeof *piece);
  if (piece == NULL) return -ENOMEM;
  *piece = (segment){.owner = owner, .start = start, .end = end};
  append(s, piece);
  wait_for_room(p, s);
  return 0;
}

int ty_finish(ty_poller *p, ty_id id, int how) {
  slot *s = ty_find(p, id);
  if (s == NULL) return -ENOENT;
  if (s->kind != SLOT_STREAM) return 0;
  if (s->flags & BROKEN) {
    if (how == TY_CLOSE) ty_lose(p, s, s->error);
    return 0;
  }
  s->flags |= how == TY_CLOSE ? CLOSE_DUE : END_DUE;
  if (s->queued == 0) all_is_sent(p, s);
  else if (how == TY_CLOSE && !(s->flags & EOF_SEEN)) ty_interest(p, s, EPOLLIN | EPOLLOUT);
  return 0;
}

int ty_abort(ty_poller *p, ty_id id, bool reset) {
  slot *s = ty_find(p, id);
  if (s == NULL) return -ENOENT;
  if (s->kind != SLOT_STREAM && s->kind != SLOT_CONNECTING) return 0;
  if (reset) {
    // Without lingering the kernel drops what it has not sent, and tells the peer with a RST.
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  }
  ty_lose(p, s, ECONNABORTED);
  return 0;
}

int64_t ty_queued(ty_poller *p, ty_id id) {
  slot *s = ty_find(p, id);
  return s == NULL ? -ENOENT : (int64_t)s->queued;
}
