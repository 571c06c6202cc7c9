export { addReloadHook, start, wait, watch } from './lib/program-reloader.ts';
export type { StartOptions } from './lib/reloader.ts';
