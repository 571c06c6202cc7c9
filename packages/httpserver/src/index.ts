export { CallbackDelegate, type RequestCallback } from './lib/callback-delegate.ts';
export type { DrainOptions, DrainResult, UnfinishedRequest } from './lib/drain.ts';
export type {
  Awaitable,
  ConnectionContext,
  DrainListener,
  HTTPConnection,
  HTTPMessageDelegate,
  HTTPServerConnectionDelegate,
  ResponseStartLine,
  RestingRequest,
} from './lib/http-connection.ts';
export { HTTPServer, type ServerStartOptions } from './lib/http-server.ts';
export { cpuCount } from './lib/processes/cpu-count.ts';
export { forkProcesses, type ForkOptions } from './lib/processes/fork-processes.ts';
export { addStopHook, processReady, taskId } from './lib/processes/forked-child.ts';
export {
  CalledProcessError,
  ProcessError,
  type ProcessErrorCode,
} from './lib/processes/process-error.ts';
export {
  Subprocess,
  type SubprocessOptions,
  type SubprocessPipe,
} from './lib/processes/subprocess.ts';
export { ReversibleRuleRouter, Router, RuleRouter, type ReversibleRouter } from './lib/routing.ts';
export type { CallableTarget } from './lib/routing-delegates.ts';
export {
  AnyMatches,
  DefaultHostMatches,
  HostMatches,
  Matcher,
  type DefaultHostOwner,
  type MatchParams,
  type PathValue,
} from './lib/routing-matchers.ts';
export { PathMatches } from './lib/routing-path.ts';
export {
  Rule,
  URLSpec,
  type RouteParams,
  type RuleList,
  type RuleOptions,
  type RuleSpec,
  type URLSpecOptions,
} from './lib/routing-rules.ts';
export type { ProxyHeader, ProxyTlv } from './lib/proxy-header.ts';
export { ServerError, type ServerErrorCode } from './lib/server-error.ts';
export type { ServerListener, ServerListenOptions } from './lib/server-listener.ts';
export type { HTTPServerOptions } from './lib/server-options.ts';
export type { ServerTlsOptions } from './lib/server-tls.ts';
export { RequestAbortedError, type RequestAbortedCode } from './lib/request-aborted-error.ts';
export { HTTPServerRequest } from './lib/server-request.ts';
