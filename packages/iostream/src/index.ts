export { BaseIOStream } from './lib/base-io-stream.ts';
export {
  bindSocket,
  bindSockets,
  bindUnixSocket,
  type BindOptions,
  type BindUnixOptions,
} from './lib/bind-sockets.ts';
export {
  addAcceptHandler,
  type AcceptHandler,
  type BoundSocket,
  type PeerAddress,
} from './lib/bound-socket.ts';
export {
  Connector,
  splitByFamily,
  type Closable,
  type ConnectorAttempt,
  type ConnectorOptions,
} from './lib/connector.ts';
export {
  IOStream,
  SSLIOStream,
  type SSLIOStreamOptions,
  type StartTlsStreamOptions,
  type StreamConnectOptions,
} from './lib/io-stream.ts';
export {
  closeHandedOver,
  handOverSockets,
  inheritedAddress,
  isServingSockets,
  SOCKETS_VARIABLE,
  type HandedOverSocket,
} from './lib/inherited-sockets.ts';
export { PipeIOStream, type PipeIOStreamOptions } from './lib/pipe-io-stream.ts';
export { CachingResolver, type CachingResolverOptions } from './lib/caching-resolver.ts';
export { CaresResolver, type NameServers } from './lib/cares-resolver.ts';
export {
  DefaultResolver,
  DefaultResolver as BlockingResolver,
  DefaultResolver as ThreadedResolver,
  isValidIp,
  OverrideResolver,
  type AddressFamily,
  type ResolvedAddress,
  type Resolver,
  type ResolverMapping,
} from './lib/resolver.ts';
export {
  StreamBufferFullError,
  StreamClosedError,
  StreamError,
  UnsatisfiableReadError,
  type StreamErrorCode,
} from './lib/stream-error.ts';
export type { IOStreamOptions, ReadBytesOptions, ReadUntilOptions } from './lib/stream-options.ts';
export { TCPClient, type TCPConnectOptions } from './lib/tcp-client.ts';
export {
  TCPServer,
  type ForkProcesses,
  type StartOptions,
  type TCPServerOptions,
} from './lib/tcp-server.ts';
export {
  SslContext,
  sslOptionsToContext,
  sslWrapSocket,
  type SslContextOptions,
  type SslOptions,
} from './lib/tls-options.ts';
