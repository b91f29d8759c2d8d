// The server behind whoever is measured: it costs as little as it can. `backend PORT MAIL-PORT`.
// On PORT the first octet says what is wanted: D and a length, so many octets down; U and a length, so many up, which
// are compared and answered with K when all was as it should be; E, whatever comes is sent back.
// On MAIL-PORT it greets, and says "250 ok" to every line.
#define _GNU_SOURCE
#include "pattern.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

struct peer {
  int fd;
  char what; // 0: not said yet; M: mail
  unsigned char head[9];
  size_t headed;
  uint64_t length, done;
  int differs;
};

static int poller;
static unsigned char buffer[SLICE];

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4096) != 0) perror("listen"), exit(1);
  return fd;
}

static void watch(int fd, void *whom, int flags) {
  struct epoll_event event = {.events = EPOLLIN | flags, .data.ptr = whom};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static int finish(struct peer *peer) {
  close(peer->fd);
  free(peer);
  return 0;
}

// Answers each line that ends in here: what is asked is short and comes whole.
static void say_ok(int fd, const unsigned char *said, ssize_t length) {
  static const char ok[] = "250 ok\r\n";
  for (ssize_t at = 0; at < length; at++)
    if (said[at] == '\n' && write(fd, ok, sizeof ok - 1) < 0) return;
}

// One step with a peer; 0 when there is nothing to be done before the next event.
static int step(struct peer *peer) {
  if (peer->what == 'D' && peer->done < peer->length) {
    uint64_t left = peer->length - peer->done;
    ssize_t sent = write(peer->fd, pattern_at(peer->done), left < SLICE ? left : SLICE);
    if (sent < 0) return 0;
    peer->done += sent;
    if (peer->done == peer->length) shutdown(peer->fd, SHUT_WR);
    return 1;
  }
  // The head comes first, and no more than it: what follows is compared from its own beginning.
  int heading = peer->what == 0 || ((peer->what == 'D' || peer->what == 'U') && peer->headed < 9);
  ssize_t got = heading ? read(peer->fd, peer->head + peer->headed, peer->what == 0 ? 1 : 9 - peer->headed)
                        : read(peer->fd, buffer, SLICE);
  if (got == 0) return finish(peer);
  if (got < 0) return 0;
  if (heading) {
    peer->headed += got;
    peer->what = peer->head[0];
    if (peer->headed == 9)
      for (int at = 1; at < 9; at++) peer->length = peer->length << 8 | peer->head[at];
  } else if (peer->what == 'U') {
    peer->differs |= !is_pattern(buffer, got, peer->done);
    peer->done += got;
    if (peer->done >= peer->length && write(peer->fd, peer->differs ? "X" : "K", 1) < 0) return 0;
  } else if (peer->what == 'E') {
    if (write(peer->fd, buffer, got) != got) return finish(peer);
  } else if (peer->what == 'M') {
    say_ok(peer->fd, buffer, got);
  }
  return 1;
}

static void welcome(int door, char what) {
  for (int fd; (fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    static const char greeting[] = "220 backend ready\r\n";
    int on = 1;
    struct peer *peer = calloc(1, sizeof *peer);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peer->fd = fd, peer->what = what;
    if (what == 'M' && write(fd, greeting, sizeof greeting - 1) < 0) finish(peer);
    else watch(fd, peer, EPOLLOUT | EPOLLET);
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  make_pattern();
  poller = epoll_create1(0);
  int raw = listen_on(atoi(words[1])), mail = listen_on(atoi(words[2]));
  watch(raw, &raw, 0);
  watch(mail, &mail, 0);
  puts("ready");
  fflush(stdout);
  for (struct epoll_event events[256];;) {
    int ready = epoll_wait(poller, events, 256, -1);
    for (int at = 0; at < ready; at++) {
      void *whom = events[at].data.ptr;
      if (whom == &raw) welcome(raw, 0);
      else if (whom == &mail) welcome(mail, 'M');
      else
        while (step(whom));
    }
  }
}
