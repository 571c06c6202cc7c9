import { Future } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connector, splitByFamily } from './connector.ts';
import type { ConnectorOptions } from './connector.ts';
import type { ResolvedAddress } from './resolver.ts';

class FakeStream {
  readonly connected = new Future<FakeStream>();
  readonly close = vi.fn();
  readonly host: string;

  constructor(host: string) {
    this.host = host;
  }
}

const address = (host: string): ResolvedAddress => ({
  host,
  port: 80,
  family: host.startsWith('6') ? 6 : 4,
});

let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock({ autoJump: false });
  new IOLoop({ clock });
});

afterEach(() => {
  IOLoop.clearCurrent();
});

class Rig {
  readonly streams = new Map<string, FakeStream>();
  readonly future: Future<FakeStream>;

  constructor(hosts: readonly string[], options?: ConnectorOptions) {
    const connect = ({
      host,
    }: ResolvedAddress): { stream: FakeStream; connected: Future<FakeStream> } => {
      const stream = new FakeStream(host);
      this.streams.set(host, stream);
      return { stream, connected: stream.connected };
    };
    this.future = new Connector(hosts.map(address), connect, options).start();
    this.future.addDoneCallback(() => undefined);
  }

  get tried(): string[] {
    return [...this.streams.keys()];
  }

  stream(host: string): FakeStream {
    const stream = this.streams.get(host);
    if (stream === undefined) throw new Error(`${host} was not tried`);
    return stream;
  }

  async succeed(host: string): Promise<void> {
    this.stream(host).connected.setResult(this.stream(host));
    await clock.advance(0);
  }

  async fail(host: string, error = new Error(`${host} failed`)): Promise<void> {
    this.stream(host).connected.setException(error);
    await clock.advance(0);
  }
}

describe('Connector', () => {
  it("splits by the first address's family (TCC-1)", () => {
    const [primary, secondary] = splitByFamily(['6a', '4a', '6b', '4b'].map(address));
    expect(primary.map(({ host }) => host)).toEqual(['6a', '6b']);
    expect(secondary.map(({ host }) => host)).toEqual(['4a', '4b']);
  });

  it('tries one family in order, one at a time (TCC-1)', async () => {
    const rig = new Rig(['4a', '4b', '4c']);
    expect(rig.tried).toEqual(['4a']);
    await rig.fail('4a');
    expect(rig.tried).toEqual(['4a', '4b']);
    await rig.succeed('4b');
    expect(rig.future.result().host).toBe('4b');
  });

  it('begins the other family after 300 ms (TCC-1)', async () => {
    const rig = new Rig(['6a', '4a']);
    await clock.advance(299);
    expect(rig.tried).toEqual(['6a']);
    await clock.advance(1);
    expect(rig.tried).toEqual(['6a', '4a']);
  });

  it('begins the other family at the first failure (TCC-1)', async () => {
    const rig = new Rig(['6a', '6b', '4a']);
    await rig.fail('6a');
    expect(rig.tried).toEqual(['6a', '6b', '4a']);
  });

  it('closes the losers, and those who win too late (TCC-2)', async () => {
    const rig = new Rig(['6a', '4a']);
    await clock.advance(300);
    await rig.succeed('4a');
    expect(rig.future.result().host).toBe('4a');
    expect(rig.stream('6a').close).toHaveBeenCalledTimes(1);
    expect(rig.stream('4a').close).not.toHaveBeenCalled();
    await rig.succeed('6a');
    expect(rig.stream('6a').close).toHaveBeenCalledTimes(2);
  });

  it('fails with the last error when all have failed, not before (TCC-3)', async () => {
    const rig = new Rig(['6a', '4a', '4b']);
    await rig.fail('6a');
    await rig.fail('4a');
    expect(rig.future.done()).toBe(false);
    const last = new Error('the last');
    await rig.fail('4b', last);
    expect(rig.future.exception()).toBe(last);
  });

  it('fails without an address (TCC-3)', () => {
    expect(new Rig([]).future.exception()).toMatchObject({ code: 'ERR_IO' });
  });

  it('closes all attempts and begins none when it is cancelled (TCC-4)', async () => {
    const rig = new Rig(['6a', '4a']);
    rig.future.cancel();
    await clock.advance(1000);
    expect(rig.tried).toEqual(['6a']);
    expect(rig.stream('6a').close).toHaveBeenCalled();
  });

  it('tries no other address after a fatal error (TCC-6)', async () => {
    const rig = new Rig(['6a', '4a'], { isFatal: () => true });
    const error = new Error('cannot bind');
    await rig.fail('6a', error);
    expect(rig.future.exception()).toBe(error);
    expect(rig.tried).toEqual(['6a']);
  });
});
