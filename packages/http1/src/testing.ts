export { STRICTNESS } from './lib/testing/strictness.ts';
export type { Chapter, Row } from './lib/testing/strictness/rows.ts';
