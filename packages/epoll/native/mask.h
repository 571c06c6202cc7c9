// WebSocket's masking (RFC 6455 §5.3): an exclusive or with four bytes, over and over. Knows nothing of sockets and Node.
#ifndef TY_MASK_H
#define TY_MASK_H

#include <stddef.h>
#include <stdint.h>

// Copies `size` bytes from `from` to `to`, which may be the same, masked; the lowest byte of `mask` goes with the first. Answers
// 0x80 if any byte of the result has its high bit set, else 0.
int ty_mask(uint8_t *to, const uint8_t *from, size_t size, uint32_t mask);

#endif
