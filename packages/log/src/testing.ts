export { ExpectLog } from './lib/expect-log.ts';
export type { ExpectLogOptions } from './lib/expect-log.ts';
