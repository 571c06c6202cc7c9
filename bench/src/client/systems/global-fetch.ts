// Node.js's own fetch. It opens as many connections as there are requests.
import type { OpenSystem } from '../system.ts';

export const open: OpenSystem = () => ({
  get: async (url, signal) => {
    const response = await fetch(url, { signal: signal ?? null });
    return (await response.arrayBuffer()).byteLength;
  },
  close: () => undefined,
});
