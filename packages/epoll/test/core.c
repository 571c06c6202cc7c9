// The core by itself, without Node.js: for platforms that there is no Node.js to try it in. scripts/try-prebuilds.mjs
// compiles it with native/{epoll,socket,stream}.c. Two connections on one poller, a large answer kept by reference, both ends
// closed in order, no descriptor left.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../native/epoll.h"

enum { EVENTS = 64, SLAB = 1 << 18, BODY = 1 << 24, PATIENCE_S = 60 };

#define MUST(condition)                                                             \
  do {                                                                              \
    if (!(condition)) {                                                             \
      printf("not so: %s (line %d, errno %d)\n", #condition, __LINE__, errno);      \
      exit(1);                                                                      \
    }                                                                               \
  } while (0)

typedef struct {
  uint8_t *bytes;
  int released;
} body;

static const uint8_t *find(void *context, void *owner, size_t *size) {
  (void)context;
  *size = BODY;
  return ((body *)owner)->bytes;
}

static void release(void *context, void *owner) {
  (void)context;
  ((body *)owner)->released++;
}

static int descriptors(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  MUST(folder != NULL);
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

static void answer(ty_poller *p, ty_id id, body *large) {
  int64_t sent = ty_write(p, id, (const uint8_t *)"head", 4, large->bytes, BODY);
  MUST(sent > 0 && sent < BODY); // more than the kernel takes at once
  MUST(ty_keep(p, id, large, (size_t)sent, BODY) == 0);
  MUST(ty_finish(p, id, TY_CLOSE) == 0);
}

// One end asks, the other answers; how many bytes of the answer came, once both ends are lost.
static size_t exchange(ty_poller *p, int client, body *large) {
  static uint8_t slab[SLAB];
  int32_t events[EVENTS * TY_EVENT_INTS];
  size_t came = 0;
  int lost = 0;
  for (time_t since = time(NULL); lost < 2;) {
    MUST(time(NULL) - since < PATIENCE_S);
    MUST(ty_wait(p) >= 0);
    ty_batch batch = {.events = events, .capacity = EVENTS, .slab = slab, .size = SLAB};
    int count = ty_fill(p, &batch);
    for (const int32_t *event = events; event < events + count * TY_EVENT_INTS; event += TY_EVENT_INTS) {
      ty_id id = {(uint32_t)event[0], (uint32_t)event[1]};
      if (event[2] == TY_CONNECTED) MUST(ty_send(p, id, (const uint8_t *)"ask", 3) == 0);
      if (event[2] == TY_DATA && event[0] != client) answer(p, id, large);
      if (event[2] == TY_DATA && event[0] == client) came += (size_t)event[3];
      if (event[2] == TY_EOF && event[0] == client) MUST(ty_finish(p, id, TY_END) == 0);
      if (event[2] == TY_LOST) lost++;
      if (event[2] == TY_LOST) MUST(event[3] == 0);
    }
    ty_reap(p);
  }
  return came;
}

int main(void) {
  ty_poller *p;
  ty_address address;
  body large = {malloc(BODY), 0};
  MUST(large.bytes != NULL);
  memset(large.bytes, 'x', BODY);
  int before = descriptors();
  MUST(ty_create((ty_keeper){NULL, find, release}, &p) == 0);
  int listener = ty_listen(p, "127.0.0.1", 0, 16, 0);
  MUST(listener >= 0);
  ty_id id = {(uint32_t)listener, ty_generation(p, (uint32_t)listener)};
  MUST(ty_local_address(p, id, &address) == 0 && strcmp(address.host, "127.0.0.1") == 0);
  for (int round = 1; round <= 2; round++) {
    int client = ty_connect(p, "127.0.0.1", address.port, "", 0);
    MUST(client >= 0);
    MUST(exchange(p, client, &large) == BODY + 4);
    MUST(large.released == round);
  }
  MUST(ty_active(p) == 1);
  ty_free(p);
  MUST(descriptors() == before);
  free(large.bytes);
  puts("the core works");
}
