import { describe, it } from 'vitest';
import { MemoryPoller } from './memory-poller.ts';
import { testPoller } from './poller-suite.ts';

const LIMITS = { tls: 'there is no TLS in memory' };

testPoller('memory', (loop) => new MemoryPoller(loop), { describe, it }, LIMITS);
testPoller(
  'memory (in pieces of 1,000 bytes)',
  (loop) => new MemoryPoller(loop, { pieceBytes: 1000 }),
  { describe, it },
  LIMITS,
);
