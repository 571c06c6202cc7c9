// node:http with an agent that keeps connections.
import { Agent, get } from 'node:http';
import type { OpenSystem } from '../system.ts';

export const open: OpenSystem = (connections) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    get: (url, signal) =>
      new Promise((resolve, reject) => {
        const options = signal === undefined ? { agent } : { agent, signal };
        const request = get(url, options, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            resolve(Buffer.concat(chunks).length);
          });
          response.on('error', reject);
        });
        request.on('error', reject);
      }),
    close: () => {
      agent.destroy();
    },
  };
};
