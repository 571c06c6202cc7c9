// The suite that every poller passes: the contract of poller.ts, as tests. Owns: what a poller or a machine may leave out.
// Must not know: any poller, any test framework.
import { networkInterfaces } from 'node:os';
import { makeCheck } from './poller-suite/check.ts';
import { testClosing } from './poller-suite/closing.ts';
import { testConnecting, testIpv6, testUnixSockets } from './poller-suite/connecting.ts';
import { testHandlers } from './poller-suite/handlers.ts';
import { testIsolation } from './poller-suite/isolation.ts';
import { testReading } from './poller-suite/reading.ts';
import { testStartTls } from './poller-suite/starttls.ts';
import { testTls } from './poller-suite/tls.ts';
import { testWriting } from './poller-suite/writing.ts';
import type { TestFramework } from './poller-suite/check.ts';
import type { CreatePoller } from './poller-suite/rig.ts';

/** What a poller cannot do, each with the reason, which the skipped tests' titles show. */
export interface PollerLimits {
  /** Why it knows no TLS. */
  readonly tls?: string;
  /** Why it cannot watch raw descriptors. */
  readonly handlers?: string;
}

/**
 * Declares the tests of the poller contract, with the `describe` and `it` of vitest, node:test or another framework of
 * that kind. What this machine lacks (IPv6, unix sockets) is skipped by name.
 *
 * ```ts no-run
 * testPoller('net', (loop) => new NetPoller(loop), { describe, it })
 * ```
 *
 * @param create Makes the poller of a loop; called once a test.
 */
export function testPoller(
  name: string,
  create: CreatePoller,
  framework: TestFramework,
  limits: PollerLimits = {},
): void {
  const { describe, it } = framework;
  const check = makeCheck(create, it);
  describe(`the ${name} poller`, () => {
    describe('connecting', () => {
      testConnecting(check);
      testUnixSockets(check, process.platform === 'win32' ? 'Windows has no unix sockets' : null);
      testIpv6(check, hasIpv6() ? null : 'this machine has no IPv6');
    });
    describe('reading', () => {
      testReading(check);
    });
    describe('writing', () => {
      testWriting(check);
    });
    describe('closing', () => {
      testClosing(check);
    });
    describe('isolation', () => {
      testIsolation(check);
    });
    describe('raw descriptors', () => {
      const noPipe = process.platform === 'win32' ? 'Windows has no fifos' : null;
      testHandlers(check, limits.handlers ?? noPipe);
    });
    describe('TLS', () => {
      testTls(check, limits.tls ?? null);
    });
    describe('TLS over a connection that exists', () => {
      testStartTls(check);
    });
  });
}

function hasIpv6(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.some(({ address }) => address === '::1');
}
