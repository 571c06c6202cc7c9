export { fetchWithCallback, type CallbackFetchOptions } from './lib/legacy/callback-fetch.ts';
export { HTTPClientError as HTTPError } from './lib/http-response.ts';
