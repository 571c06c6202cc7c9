// WebSocket's masking, in vectors of the compiler's: the machine's own are as wide as it has them.
#include "mask.h"

#include <string.h>

enum { BLOCK = 64, LANES = BLOCK / sizeof(uint64_t) };
typedef uint64_t block __attribute__((vector_size(BLOCK)));
static const uint64_t HIGH_BITS = 0x8080808080808080u;

int ty_mask(uint8_t *to, const uint8_t *from, size_t size, uint32_t mask) {
  const uint8_t bytes[4] = {(uint8_t)mask, (uint8_t)(mask >> 8), (uint8_t)(mask >> 16), (uint8_t)(mask >> 24)};
  uint32_t word;
  memcpy(&word, bytes, sizeof word); // as it lies in memory, whatever the machine's order
  const block wide = (block){0} + ((uint64_t)word << 32 | word);
  block seen = {0};
  size_t done = 0;
  for (; size - done >= BLOCK; done += BLOCK) {
    block part;
    memcpy(&part, from + done, BLOCK); // neither side is aligned
    part ^= wide;
    seen |= part;
    memcpy(to + done, &part, BLOCK);
  }
  uint64_t all = 0;
  for (size_t n = 0; n < LANES; n++) all |= seen[n];
  uint8_t rest = 0;
  for (; done < size; done++) {
    to[done] = from[done] ^ bytes[done & 3];
    rest |= to[done];
  }
  return (all & HIGH_BITS) != 0 || (rest & 0x80) != 0 ? 0x80 : 0;
}
