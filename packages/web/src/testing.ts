export { appTest, type AppTestOptions } from './lib/testing/app-test.ts';
export type { AppFetchOptions, AppUnderTest, ServeOptions } from './lib/testing/app-under-test.ts';
export { fetchApp, type FetchAppOptions } from './lib/testing/fetch-app.ts';
export type { AppResponse } from './lib/testing/memory-connection.ts';
