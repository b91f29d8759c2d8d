// What is carried, octet for octet: chance of a prime length, repeated, so that no buffer's border falls on the same
// place twice, and whoever knows how many octets have come knows which one comes next.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PERIOD = 1048573, SLICE = 256 * 1024 };

static unsigned char pattern[PERIOD + SLICE];

static void make_pattern(void) {
  uint64_t state = 0x9e3779b97f4a7c15;
  for (size_t at = 0; at < sizeof pattern; at++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    pattern[at] = at < PERIOD ? (unsigned char)(state >> 32) : pattern[at - PERIOD];
  }
}

// The octets from this place on: a slice of them.
static const unsigned char *pattern_at(uint64_t place) { return pattern + place % PERIOD; }

static int is_pattern(const unsigned char *octets, size_t length, uint64_t place) {
  return memcmp(octets, pattern_at(place), length) == 0;
}
