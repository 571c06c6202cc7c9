export {
  memoryStreamPair,
  type MemoryStreamPairOptions,
} from './lib/testing/memory-stream-pair.ts';
export { testStream, type CreateStreamPair } from './lib/testing/stream-suite.ts';
