import { expect, it } from 'vitest';
import { workerProgram } from './worker-main.ts';

const HEADER = `// Generated from worker-main.ts by \`vitest run -u src/lib/worker-text.test.ts\`. Do not edit.

/** The program of a worker. */
// prettier-ignore
export const WORKER_TEXT: string = [
`;

it('is the program of worker-main.ts (if not: vitest run -u src/lib/worker-text.test.ts)', async () => {
  const lines = workerProgram().split('\n');
  const text = `${HEADER}${lines.map((line) => `  ${JSON.stringify(line)},\n`).join('')}].join('\\n');\n`;
  await expect(text).toMatchFileSnapshot('./worker-text.ts');
});
