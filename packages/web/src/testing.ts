export { fetchApp, type FetchAppOptions } from './lib/testing/fetch-app.ts';
export type { AppResponse } from './lib/testing/memory-connection.ts';
