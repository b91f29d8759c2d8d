// The clients of whoever is measured, as cheap as OpenSSL lets them be; what they saw goes to stdout as JSON.
//   load connect PORT COUNT AT-ONCE [resume] [mail]   each: TCP, TLS, a word and its answer, both ends closed
//   load down|up PORT OCTETS AT-ONCE                  each connection carries so many, which are compared
//   load ping    PORT COUNT                           64 octets there and back, one after the other
//   load idle    PORT COUNT                           opens so many, says "open", and closes them at the end of stdin
//   load dawdle  PORT COUNT                           the same, but none gets further than into its first record of TLS
// One process, one thread, certificates are not verified: what is measured is the other end.
#include "pattern.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum phase { CONNECTING, GREETING, HELLO, UPGRADE, HANDSHAKE, ASKING, ANSWER, SENDING, TAKING, CLOSING };

struct connection {
  int fd;
  SSL *ssl;
  enum phase phase;
  double began;
  char heard[512];
  size_t length;
  uint64_t done;
};

static SSL_CTX *context;
static SSL_SESSION *ticket;
static struct sockaddr_in server = {.sin_family = AF_INET};
static char what;           // E, D or U: what is asked of the backend
static int is_mail, resumes, stays;
static uint64_t octets;     // a connection's
static int wanted, at_once, opened, finished, settled, reused, intact;
static double *took;
static int poller;
static unsigned char buffer[SLICE];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(const char *why) {
  fprintf(stderr, "load: %s, after %d of %d connections: %s\n", why, finished, wanted, strerror(errno));
  exit(1);
}

// Keeps the first ticket, which all later connections show.
static int keep_ticket(SSL *ssl, SSL_SESSION *session) {
  (void)ssl;
  if (ticket != NULL) return 0;
  ticket = session;
  return 1; // it is ours now
}

static int new_socket(int flags) {
  int fd = socket(AF_INET, SOCK_STREAM | flags, 0), on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS) fail("no connection");
  return fd;
}

static SSL *new_ssl(int fd) {
  SSL *ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  SSL_set_connect_state(ssl);
  if (resumes && ticket != NULL) { // a copy: OpenSSL shows none twice
    SSL_SESSION *copy = SSL_SESSION_dup(ticket);
    SSL_set_session(ssl, copy);
    SSL_SESSION_free(copy);
  }
  return ssl;
}

static void open_one(void) {
  struct connection *each = calloc(1, sizeof *each);
  each->began = now();
  each->fd = new_socket(SOCK_NONBLOCK);
  each->ssl = new_ssl(each->fd);
  opened++;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = each};
  epoll_ctl(poller, EPOLL_CTL_ADD, each->fd, &event);
}

// Whether a TLS call has to be made again later.
static int must_wait(struct connection *each, int result) {
  int error = SSL_get_error(each->ssl, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return 1;
  fail(each->phase == HANDSHAKE ? "no handshake" : "the connection broke");
  return 0;
}

static int say(struct connection *each, const char *words, enum phase next) {
  if (write(each->fd, words, strlen(words)) < 0) fail("nothing can be said");
  each->phase = next;
  each->length = 0;
  return 1;
}

// In clear: waits for the last line of a reply with this code, then says the next words.
static int hear(struct connection *each, const char *code, const char *words, enum phase next) {
  ssize_t got = read(each->fd, each->heard + each->length, sizeof each->heard - 1 - each->length);
  if (got == 0 || (got < 0 && errno != EAGAIN)) fail("the dialogue broke off");
  if (got < 0) return 0;
  each->length += got;
  each->heard[each->length] = 0;
  if (each->heard[each->length - 1] != '\n') return 1;
  char *line = each->heard + each->length - 1;
  while (line > each->heard && line[-1] != '\n') line--;
  if (strncmp(line, code, 3) != 0) fail(each->heard);
  if (line[3] == '-') return 1;
  return words == NULL ? (each->phase = next, 1) : say(each, words, next);
}

static void settle(struct connection *each) {
  took[settled++] = now() - each->began;
  reused += SSL_session_reused(each->ssl);
}

static int leave(struct connection *each) {
  if (stays) return 0;
  SSL_shutdown(each->ssl);
  shutdown(each->fd, SHUT_WR);
  each->phase = CLOSING;
  return 1;
}

// One step of a connection; 0 when there is nothing to be done before the next event.
static int step(struct connection *each) {
  int result;
  switch (each->phase) {
    case CONNECTING:
      each->phase = is_mail ? GREETING : HANDSHAKE;
      return 1;
    case GREETING: return hear(each, "220", "EHLO load.test\r\n", HELLO);
    case HELLO: return hear(each, "250", "STARTTLS\r\n", UPGRADE);
    case UPGRADE: return hear(each, "220", NULL, HANDSHAKE);
    case HANDSHAKE:
      if ((result = SSL_do_handshake(each->ssl)) != 1) return !must_wait(each, result);
      each->phase = ASKING;
      return 1;
    case ASKING: {
      unsigned char head[9] = {what};
      for (int at = 0; at < 8; at++) head[1 + at] = octets >> (56 - 8 * at);
      if (is_mail) result = SSL_write(each->ssl, "NOOP\r\n", 6);
      else if (what == 'E') result = SSL_write(each->ssl, "E!", 2);
      else result = SSL_write(each->ssl, head, sizeof head);
      if (result <= 0) return !must_wait(each, result);
      each->phase = what == 'U' ? SENDING : what == 'D' ? TAKING : ANSWER;
      return 1;
    }
    case SENDING: {
      uint64_t left = octets - each->done;
      if (left == 0) return each->phase = ANSWER, 1;
      result = SSL_write(each->ssl, pattern_at(each->done), left < SLICE ? left : SLICE);
      if (result <= 0) return !must_wait(each, result);
      each->done += result;
      return 1;
    }
    case TAKING:
      if ((result = SSL_read(each->ssl, buffer, SLICE)) <= 0) return !must_wait(each, result);
      if (!is_pattern(buffer, result, each->done)) fail("what came down is not what was sent");
      each->done += result;
      if (each->done > octets) fail("more came down than was sent");
      if (each->done < octets) return 1;
      intact++, settle(each);
      return leave(each);
    case ANSWER:
      if ((result = SSL_read(each->ssl, each->heard, sizeof each->heard)) <= 0) return !must_wait(each, result);
      if (memcmp(each->heard, is_mail ? "250" : what == 'U' ? "K" : "!", is_mail ? 3 : 1) != 0) fail("another answer");
      intact++, settle(each);
      return leave(each);
    case CLOSING:
      if (read(each->fd, buffer, SLICE) > 0) return 1;
      if (errno == EAGAIN) { errno = 0; return 0; }
      SSL_free(each->ssl);
      close(each->fd);
      free(each);
      finished++;
      if (opened < wanted) open_one();
      return 0;
  }
  return 0;
}

static void run(void) {
  poller = epoll_create1(0);
  took = calloc(wanted, sizeof *took);
  while (opened < wanted && opened < at_once) open_one();
  struct epoll_event events[256];
  while (stays ? settled < wanted : finished < wanted) {
    int ready = epoll_wait(poller, events, 256, 20000);
    if (ready == 0) errno = ETIMEDOUT, fail("nothing happens");
    for (int at = 0; at < ready; at++) {
      if (events[at].events & EPOLLERR && ((struct connection *)events[at].data.ptr)->phase < CLOSING) fail("a reset");
      while (errno = 0, step(events[at].data.ptr));
    }
    // who stays is opened at once, but not faster than a queue of connections that wait to be accepted holds
    while (stays && opened < wanted && opened - settled < at_once) open_one();
  }
}

static void ping(void) {
  unsigned char sent[64], heard[64];
  took = calloc(wanted, sizeof *took);
  SSL *ssl = new_ssl(new_socket(0));
  if (SSL_do_handshake(ssl) != 1 || SSL_write(ssl, "E", 1) != 1) fail("no handshake");
  for (int warm = 0; settled < wanted;) {
    memcpy(sent, pattern_at(settled), sizeof sent);
    double began = now();
    SSL_write(ssl, sent, sizeof sent);
    for (int got = 0, more; got < 64; got += more)
      if ((more = SSL_read(ssl, heard + got, 64 - got)) <= 0) fail("the connection broke");
    if (memcmp(sent, heard, 64) != 0) fail("another answer");
    if (++warm > 1000) took[settled++] = now() - began;
  }
  intact = settled;
}

// Each says the beginning of a record, then an octet of it every half second.
static void dawdle(void) {
  int *sockets = calloc(wanted, sizeof *sockets);
  for (; opened < wanted; opened++)
    if (write(sockets[opened] = new_socket(0), "\x16\x03\x01", 3) != 3) fail("nothing can be said");
  puts("open"), fflush(stdout);
  for (struct pollfd end = {.events = POLLIN}; poll(&end, 1, 500) == 0;)
    for (int at = 0; at < wanted; at++)
      if (write(sockets[at], "\x02", 1) != 1) fail("one that dawdles was sent away");
}

static int by_value(const void *one, const void *other) {
  double left = *(const double *)one, right = *(const double *)other;
  return left < right ? -1 : left > right;
}

int main(int count, char **words) {
  if (count < 4) return 2;
  const char *mode = words[1];
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  server.sin_port = htons(atoi(words[2]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at_once = count > 4 ? atoi(words[4]) : 1;
  for (int at = 5; at < count; at++) {
    resumes |= strcmp(words[at], "resume") == 0;
    is_mail |= strcmp(words[at], "mail") == 0;
  }
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set1_groups_list(context, "X25519");
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_ticket);
  SSL_CTX_set_read_ahead(context, 1);
  make_pattern();

  what = strcmp(mode, "down") == 0 ? 'D' : strcmp(mode, "up") == 0 ? 'U' : 'E';
  stays = strcmp(mode, "idle") == 0;
  if (what == 'E') wanted = atoi(words[3]);
  else octets = strtoull(words[3], NULL, 10), wanted = at_once;
  if (what != 'E') SSL_CTX_set_default_read_buffer_len(context, SLICE);
  if (stays) at_once = 64;

  if (resumes) { // the first connection brings the ticket, and is not counted
    int rest = wanted;
    wanted = 1, run();
    wanted = rest, opened = finished = settled = reused = intact = 0;
  }
  if (strcmp(mode, "dawdle") == 0) return dawdle(), 0;
  double began = now();
  if (strcmp(mode, "ping") == 0) ping();
  else run();
  double seconds = now() - began;
  if (stays) {
    puts("open"), fflush(stdout);
    while (read(0, buffer, sizeof buffer) > 0);
    return 0;
  }
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  qsort(took, settled, sizeof *took, by_value);
  printf("{\"count\":%d,\"intact\":%d,\"reused\":%d,\"seconds\":%.6f,\"p50\":%.9f,\"p99\":%.9f,\"cpuSeconds\":%.6f}\n", settled,
         intact, reused, seconds, took[settled / 2], took[settled * 99 / 100],
         used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
  return 0;
}
