// The table of what the parsers refuse and what they take, which STRICTNESS.md shows; other recipients can be held against it.
import { BODY_CHAPTERS } from './strictness/body-rows.ts';
import { HEAD_CHAPTERS } from './strictness/head-rows.ts';
import { RESPONSE_CHAPTERS } from './strictness/response-rows.ts';
import type { Chapter } from './strictness/rows.ts';

/** All of it, in the order of the page. Bytes are characters of latin-1. */
export const STRICTNESS: readonly Chapter[] = [
  ...HEAD_CHAPTERS,
  ...BODY_CHAPTERS,
  ...RESPONSE_CHAPTERS,
];
