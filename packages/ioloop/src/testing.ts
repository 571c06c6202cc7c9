export { availablePollers, type PollerName } from './lib/default-poller.ts';
export { asyncTest, type AsyncTestOptions } from './lib/testing/async-test.ts';
export { MemoryNetwork } from './lib/testing/memory-network.ts';
export {
  memoryTransportPair,
  type MemoryOptions,
  type MemoryPairOptions,
} from './lib/testing/memory-pair.ts';
export { MemoryPoller, type MemoryPollerOptions } from './lib/testing/memory-poller.ts';
export { loopOn, onEachPoller, type PollerTestFramework } from './lib/testing/on-each-poller.ts';
export type { CreatePoller } from './lib/testing/poller-suite/rig.ts';
export type { TestFramework, TestFunction } from './lib/testing/poller-suite/check.ts';
export { testPoller, type PollerLimits } from './lib/testing/poller-suite.ts';
export { RedisServer } from './lib/testing/redis-server.ts';
export { testCertificate, type TestCertificate } from './lib/testing/test-certificate.ts';
export { VirtualClock, type VirtualClockOptions } from './lib/testing/virtual-clock.ts';
export {
  getAsyncTestTimeout,
  type TestControl,
  type TestWaitOptions,
} from './lib/testing/test-run.ts';
