// A client's connection that its user has lost: nobody can read from it or close it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { websocketConnect, WebSocketHandler } from '../src/index.ts';
import { logged, onBothPollers, Rig } from './on-both-pollers.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

onBothPollers(() => {
  const rig = new Rig();

  it('is told of in the log, and closed, when it is collected (WSK-28)', async () => {
    const codes: (number | null)[] = [];
    class Waiting extends WebSocketHandler {
      override onClose(): void {
        codes.push(this.closeCode);
      }
    }
    const url = await rig.serve([['/', Waiting]]);
    const connectAndForget = async (): Promise<void> => {
      const client = await websocketConnect(url);
      client.ping();
    };
    await connectAndForget();
    for (let n = 0; n < 200 && codes.length === 0; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (n % 10 === 0) gc();
    }
    expect(codes).toEqual([1001]);
    expect(logged).toEqual([expect.stringContaining('Unclosed WebSocketClientConnection')]);
  });
});
