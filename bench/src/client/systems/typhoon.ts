// Ours, on the poller that TYPHOON_POLLER names.
import { AsyncHTTPClient } from '@typhoon/httpclient';
import type { OpenSystem } from '../system.ts';

export const open: OpenSystem = (connections) => {
  const client = new AsyncHTTPClient({ maxClients: connections, maxClientsPerHost: connections });
  return {
    get: async (url, signal) => {
      const response = await client.fetch(url, signal === undefined ? undefined : { signal });
      return response.body.length;
    },
    close: () => {
      client.close();
    },
  };
};
