// Making sockets: addresses, listening, connecting. Nothing here resolves names: an address is an IP or a path.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "slots.h"

// What the kernel takes of a connection's bytes before it can send them: what a gigabit a second carries in a millisecond.
// Without that it takes megabytes for each client that reads nothing, and a thousand of them use up all its memory for TCP.
enum { UNSENT_MAX = 128 << 10 };

typedef struct {
  struct sockaddr_storage address;
  socklen_t size;
} endpoint;

int ty_socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

static void switch_on(int fd, int level, int option) {
  int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

// What is accepted inherits it. A unix socket refuses it, and has no need of it.
static void prepare_tcp(int fd) {
  int unsent = UNSENT_MAX;
  switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

// IPv6 may name its interface: fe80::1%eth0.
static int parse_ip(const char *host, int port, endpoint *result) {
  memset(result, 0, sizeof *result);
  struct sockaddr_in *v4 = (struct sockaddr_in *)&result->address;
  if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons((uint16_t)port);
    result->size = sizeof *v4;
    return 0;
  }
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&result->address;
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
  if (strlen(host) >= sizeof text) return -EINVAL;
  strcpy(text, host);
  char *zone = strchr(text, '%');
  if (zone != NULL) *zone++ = '\0';
  if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1) return -EINVAL;
  if (zone != NULL && (v6->sin6_scope_id = if_nametoindex(zone)) == 0) return -EINVAL;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons((uint16_t)port);
  result->size = sizeof *v6;
  return 0;
}

// A path that begins with NUL is a name in the abstract namespace, of just that length.
static int parse_path(const char *path, size_t size, endpoint *result) {
  memset(result, 0, sizeof *result);
  struct sockaddr_un *address = (struct sockaddr_un *)&result->address;
  bool is_abstract = size > 0 && path[0] == '\0';
  if (size == 0) return -EINVAL;
  if (size > sizeof address->sun_path - (is_abstract ? 0 : 1)) return -ENAMETOOLONG;
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path, size);
  result->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (is_abstract ? 0 : 1));
  return 0;
}

static int open_socket(const endpoint *end) {
  int fd = socket(end->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return fd < 0 ? -errno : fd;
}

static int fail(int fd) {
  int error = errno;
  close(fd);
  return -error;
}

static int listen_on(ty_poller *p, const endpoint *end, int backlog, int flags) {
  int fd = open_socket(end);
  if (fd < 0) return fd;
  if (end->address.ss_family != AF_UNIX) {
    switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
    prepare_tcp(fd);
  }
  if (flags & TY_REUSE_PORT) switch_on(fd, SOL_SOCKET, SO_REUSEPORT);
  if (end->address.ss_family == AF_INET6) {
    int only = (flags & TY_IPV6_ONLY) != 0;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  }
  if (bind(fd, (const struct sockaddr *)&end->address, end->size) < 0) return fail(fd);
  if (listen(fd, backlog) < 0) return fail(fd);
  return ty_adopt(p, fd, SLOT_LISTENER, p->is_starved ? 0 : EPOLLIN);
}

int ty_listen(ty_poller *p, const char *host, int port, int backlog, int flags) {
  endpoint end;
  int error = parse_ip(host, port, &end);
  return error < 0 ? error : listen_on(p, &end, backlog, flags);
}

int ty_listen_path(ty_poller *p, const char *path, size_t size, int backlog) {
  endpoint end;
  int error = parse_path(path, size, &end);
  return error < 0 ? error : listen_on(p, &end, backlog, 0);
}

static int int_option(int fd, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, level, option, &value, &size) < 0 ? -errno : value;
}

int ty_listen_descriptor(ty_poller *p, int fd) {
  if (ty_is_owned(p, fd)) return -EEXIST;
  int type = int_option(fd, SOL_SOCKET, SO_TYPE);
  int is_listening = int_option(fd, SOL_SOCKET, SO_ACCEPTCONN);
  if (type < 0) return type;
  if (type != SOCK_STREAM || is_listening != 1) return -EINVAL;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -errno;
  prepare_tcp(fd);
  return ty_adopt(p, fd, SLOT_LISTENER, p->is_starved ? 0 : EPOLLIN);
}

static int connect_to(ty_poller *p, const endpoint *end, const endpoint *local) {
  int fd = open_socket(end);
  if (fd < 0) return fd;
  if (end->address.ss_family != AF_UNIX) prepare_tcp(fd);
  if (local != NULL) switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
  if (local != NULL && bind(fd, (const struct sockaddr *)&local->address, local->size) < 0) return fail(fd);
  if (connect(fd, (const struct sockaddr *)&end->address, end->size) < 0 && errno != EINPROGRESS) return fail(fd);
  return ty_adopt(p, fd, SLOT_CONNECTING, EPOLLOUT);
}

int ty_connect(ty_poller *p, const char *host, int port, const char *local_host, int local_port) {
  endpoint end;
  endpoint local;
  int error = parse_ip(host, port, &end);
  bool has_source = local_host[0] != '\0' || local_port != 0;
  const char *any = error == 0 && end.address.ss_family == AF_INET6 ? "::" : "0.0.0.0";
  if (error == 0 && has_source) error = parse_ip(local_host[0] != '\0' ? local_host : any, local_port, &local);
  return error < 0 ? error : connect_to(p, &end, has_source ? &local : NULL);
}

int ty_connect_path(ty_poller *p, const char *path, size_t size) {
  endpoint end;
  int error = parse_path(path, size, &end);
  return error < 0 ? error : connect_to(p, &end, NULL);
}

int ty_set_no_delay(ty_poller *p, ty_id id, bool on) {
  slot *s = ty_find(p, id);
  if (s == NULL) return -ENOENT;
  if (s->fd < 0 || s->peer.family == AF_UNIX || s->kind != SLOT_STREAM) return 0;
  int value = on;
  setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof value);
  return 0;
}

void ty_remember_peer(slot *s, const struct sockaddr *address) {
  peer_address *peer = &s->peer;
  peer->family = address->sa_family;
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    memcpy(peer->ip, &v4->sin_addr, 4);
    peer->port = v4->sin_port;
  } else if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    memcpy(peer->ip, &v6->sin6_addr, 16);
    peer->port = v6->sin6_port;
    peer->scope = v6->sin6_scope_id;
  }
}

static void describe_ip(int family, const void *ip, uint16_t port, uint32_t scope, ty_address *result) {
  inet_ntop(family, ip, result->host, sizeof result->host);
  char zone[IF_NAMESIZE];
  if (family == AF_INET6 && scope != 0 && if_indextoname(scope, zone) != NULL) {
    size_t used = strlen(result->host);
    snprintf(result->host + used, sizeof result->host - used, "%%%s", zone);
  }
  result->port = ntohs(port);
}

int ty_peer_address(ty_poller *p, ty_id id, ty_address *result) {
  slot *s = ty_find(p, id);
  if (s == NULL) return -ENOENT;
  memset(result, 0, sizeof *result);
  const peer_address *peer = &s->peer;
  if (peer->family == AF_INET || peer->family == AF_INET6) {
    describe_ip(peer->family, peer->ip, peer->port, peer->scope, result);
  }
  return 0;
}

int ty_local_address(ty_poller *p, ty_id id, ty_address *result) {
  slot *s = ty_find(p, id);
  if (s == NULL) return -ENOENT;
  memset(result, 0, sizeof *result);
  if (s->fd < 0) return 0;
  endpoint end = {.size = sizeof end.address};
  if (getsockname(s->fd, (struct sockaddr *)&end.address, &end.size) < 0) return -errno;
  if (end.address.ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&end.address;
    describe_ip(AF_INET, &v4->sin_addr, v4->sin_port, 0, result);
  } else if (end.address.ss_family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&end.address;
    describe_ip(AF_INET6, &v6->sin6_addr, v6->sin6_port, v6->sin6_scope_id, result);
  } else if (end.address.ss_family == AF_UNIX) {
    const struct sockaddr_un *address = (const struct sockaddr_un *)&end.address;
    size_t size = end.size - offsetof(struct sockaddr_un, sun_path);
    if (size > 0 && address->sun_path[0] != '\0') size = strnlen(address->sun_path, size);
    while (size > 1 && address->sun_path[size - 1] == '\0') size--; // an abstract name, padded
    memcpy(result->path, address->sun_path, size);
    result->path_size = size;
  }
  return 0;
}
