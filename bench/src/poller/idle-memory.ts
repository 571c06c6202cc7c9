// What a server's memory comes to when it is left alone: RSS without garbage.
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from '../server-process.ts';

/** RSS without garbage, so long after what was done. */
export async function settledRss(server: ServerProcess, settleMs = 10_000): Promise<number> {
  await delay(settleMs);
  await server.collectGarbage();
  return server.usage().rssBytes;
}
