export { adoptSocket } from './lib/adopt-socket.ts';
export { systemClock, type Clock, type ClockTimer } from './lib/clock.ts';
export { DeadlineSweep, type Expirable, type SweepHost } from './lib/deadline-sweep.ts';
export type { Pollable } from './lib/descriptor-handlers.ts';
export type { DumpOptions } from './lib/diagnosis/dump.ts';
export { dumpOnSignal, type DumpOnSignalOptions } from './lib/diagnosis/dump-on-signal.ts';
export {
  registerFutureKind,
  registerTaskKind,
  taskNotes,
  type FutureKind,
  type TaskKind,
  type TaskView,
  type WaitSource,
} from './lib/diagnosis/task-kinds.ts';
export { isFrameworkFrame, isUserFrame } from './lib/diagnosis/user-frames.ts';
export { HandshakeLog } from './lib/handshake-log.ts';
export { IOLoop, type IOLoopOptions, type Settleable } from './lib/ioloop.ts';
export { LoopError, type LoopErrorCode } from './lib/loop-error.ts';
export type { LoopLoad } from './lib/loop-load.ts';
export { NetPoller } from './lib/net-poller.ts';
export {
  carryContexts,
  contextsLeftOpen,
  openContexts,
  type OpenContexts,
} from './lib/open-contexts.ts';
export { PeriodicCallback, type PeriodicCallbackOptions } from './lib/periodic-callback.ts';
export type {
  Address,
  ConnectAddress,
  ConnectAttempt,
  ConnectOptions,
  ConnectTlsOptions,
  Flushable,
  ListenAddress,
  Listener,
  ListenOptions,
  Poller,
  PollerHost,
  Protocol,
  TlsInfo,
  Transport,
} from './lib/poller.ts';
export { startTls, type StartTlsOptions } from './lib/start-tls.ts';
export type { Timeout, TimeoutHandle } from './lib/timeout.ts';
export { TransportError, type TransportErrorCode } from './lib/transport-error.ts';
export { isThenable } from './lib/thenable.ts';
