export { CallbackStream, type ReadCallback, type StreamingOptions } from './lib/callback-stream.ts';
