export { BaseIOStream } from './lib/base-io-stream.ts';
export {
  IOStream,
  SSLIOStream,
  type SSLIOStreamOptions,
  type StartTlsStreamOptions,
  type StreamConnectOptions,
} from './lib/io-stream.ts';
export {
  StreamBufferFullError,
  StreamClosedError,
  StreamError,
  UnsatisfiableReadError,
  type StreamErrorCode,
} from './lib/stream-error.ts';
export {
  SslContext,
  sslOptionsToContext,
  sslWrapSocket,
  type SslOptions,
} from './lib/tls-options.ts';
export type { IOStreamOptions, ReadBytesOptions, ReadUntilOptions } from './lib/stream-options.ts';
