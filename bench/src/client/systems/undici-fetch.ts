// undici's fetch over an Agent.
import { Agent, fetch } from 'undici';
import type { OpenSystem } from '../system.ts';

export const open: OpenSystem = (connections) => {
  const dispatcher = new Agent({ connections });
  return {
    get: async (url, signal) => {
      const response = await fetch(url, { dispatcher, signal: signal ?? null });
      return (await response.arrayBuffer()).byteLength;
    },
    close: () => void dispatcher.destroy(),
  };
};
