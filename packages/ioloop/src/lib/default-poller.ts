// Which poller a loop gets when nobody chose: the native one where it loads, else the portable one.
// Owns: that choice, and saying why. Must not know: what pollers do.
import { createRequire } from 'node:module';
import { genLog } from '@typhoon/log';
import { EpollPoller } from './epoll-poller.ts';
import { LoopError } from './loop-error.ts';
import { NetPoller } from './net-poller.ts';
import type { LoadedNative as Epoll } from '@typhoon/epoll';
import type { Poller, PollerHost } from './poller.ts';

/** The reasons that were told. */
const said = new Set<string>();

/** The pollers that can be asked for by name. */
export type PollerName = 'net' | 'epoll';

/**
 * Makes the poller that `TYPHOON_POLLER` names (`net` or `epoll`); unset, the native one if it loads.
 * @throws LoopError `ERR_POLLER_UNAVAILABLE` when the named one does not load, or there is none of that name.
 */
export function defaultPoller(host: PollerHost, load: () => Epoll = loadEpoll): Poller {
  const name = process.env['TYPHOON_POLLER'] ?? '';
  if (name === 'net' || name === 'epoll') return loopPoller(host, name, load);
  if (name !== '') {
    throw new LoopError('ERR_POLLER_UNAVAILABLE', `TYPHOON_POLLER is net or epoll, not ${name}`);
  }
  const { native, reason } = load();
  if (native !== null) return new EpollPoller(host, native);
  if (!said.has(reason)) genLog.debug('the portable poller is used: %s', reason);
  said.add(reason);
  return new NetPoller(host);
}

/** Makes the poller of that name. @throws LoopError `ERR_POLLER_UNAVAILABLE` when it does not load. */
export function loopPoller(
  host: PollerHost,
  name: PollerName,
  load: () => Epoll = loadEpoll,
): Poller {
  if (name === 'net') return new NetPoller(host);
  const { native, reason } = load();
  if (native !== null) return new EpollPoller(host, native);
  throw new LoopError('ERR_POLLER_UNAVAILABLE', `the epoll poller is not available: ${reason}`);
}

/** The pollers that there are on this machine. */
export function availablePollers(): readonly PollerName[] {
  return loadEpoll().native === null ? ['net'] : ['net', 'epoll'];
}

/**
 * The optional package, which may not be installed at all. It is required, not imported: that can fail without failing us,
 * and at once. Node.js itself reads it then, so its entry is compiled even where all others are sources.
 */
export function loadEpoll(): Epoll {
  try {
    const require = createRequire(import.meta.url);
    const { loadNative } = require('@typhoon/epoll/native') as {
      readonly loadNative: () => Epoll;
    };
    return loadNative();
  } catch (error) {
    return { native: null, reason: error instanceof Error ? error.message : String(error) };
  }
}
