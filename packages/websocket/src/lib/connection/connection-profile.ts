// What connections have in common that were opened alike: one object for all of them. Owns: the options and their defaults.
import { WebSocketError } from '../websocket-error.ts';
import type { SendLimitOptions, SlowReaderPolicy } from '@typhoon/topic';
import type { DeflatePair } from '../deflate/message-deflate.ts';

/** What a connection is made with; all that is not its own. */
export interface ConnectionProfile {
  readonly isClient: boolean;
  readonly maxMessageBytes: number;
  /** 0: no pings. */
  readonly pingIntervalMs: number;
  /** 0: nobody waits for pongs. */
  readonly pingTimeoutMs: number;
  readonly maxWaitingBytes: number;
  readonly policy: SlowReaderPolicy;
  /** Null without compression; of one connection alone where messages refer to those before them. */
  readonly deflate: DeflatePair | null;
  /** Names the form of a published message; null where each connection has its own. */
  readonly form: string | null;
}

/** What of a profile can be chosen. */
export interface ProfileOptions {
  readonly maxMessageBytes?: number | undefined;
  readonly pingIntervalMs?: number | undefined;
  readonly pingTimeoutMs?: number | undefined;
  readonly sendLimit?: SendLimitOptions | undefined;
}

/** WSK-13. */
const MAX_MESSAGE_BYTES = 10_485_760;
/** Deviation: in Tornado nobody pings unless it is told to, and a peer whose cable was pulled stays for ever (WSK-17). */
const PING_INTERVAL_MS = 30_000;
const MAX_WAITING_BYTES = 1_048_576;

/** Profiles that keep nothing of one connection. */
const known = new Map<string, ConnectionProfile>();
/** There are as many as an application has kinds of connections; one that makes up new options each time must not fill us up. */
const KNOWN_MAX = 256;

/** The profile of connections with these options. @throws WebSocketError `ERR_BAD_OPTION` */
export function profileOf(
  isClient: boolean,
  options: ProfileOptions,
  deflate: DeflatePair | null,
): ConnectionProfile {
  const maxMessageBytes = atLeast('maxMessageBytes', options.maxMessageBytes ?? MAX_MESSAGE_BYTES);
  const pingIntervalMs = atLeast('pingIntervalMs', options.pingIntervalMs ?? PING_INTERVAL_MS);
  const asked = atLeast('pingTimeoutMs', options.pingTimeoutMs ?? pingIntervalMs);
  // WSK-17: who has not answered when the next ping is due does not get one.
  const pingTimeoutMs = Math.min(asked, pingIntervalMs);
  const { maxBytes = MAX_WAITING_BYTES, policy = 'wait' } = options.sendLimit ?? {};
  const maxWaitingBytes = atLeast('sendLimit.maxBytes', maxBytes);
  const isRemembering = deflate?.isRemembering === true;
  const made = {
    isClient,
    maxMessageBytes,
    pingIntervalMs,
    pingTimeoutMs,
    maxWaitingBytes,
    policy,
    deflate,
    form: isRemembering || isClient ? null : `websocket ${deflate?.deflater.key ?? ''}`,
  };
  if (isRemembering) return made;
  const key = JSON.stringify({ ...made, deflate: deflate?.deflater.key });
  const shared = known.get(key);
  if (shared !== undefined) return shared;
  if (known.size < KNOWN_MAX) known.set(key, made);
  return made;
}

function atLeast(name: string, value: number): number {
  if (value >= 0) return value;
  throw new WebSocketError('ERR_BAD_OPTION', `${name} must be at least 0, got ${value}`);
}
