export { fetchApp, type FetchAppOptions } from './lib/fetch-app.ts';
export type { AppResponse } from './lib/memory-connection.ts';
