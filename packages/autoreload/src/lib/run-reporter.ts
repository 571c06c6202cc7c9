// In the script that `typhoon-autoreload` runs: reports which files it loaded, and which its error names (ARL-5).
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { watchSyntaxErrors } from './loaded-files.ts';
import { start, watchedFiles } from './program-reloader.ts';
import { readSupervision, type RunReport } from './supervision.ts';

/** While modules are loaded; afterwards an error names its file. */
const LOADING_MS = 3000;

/** Begins to watch and to report, if the command has started this process. */
export function reportRun(): void {
  const report = readSupervision()?.report ?? null;
  if (report === null) return;
  const named = new Set<string>();
  let isUncaught = false;
  const tell = (): void => {
    const run: RunReport = { files: [...watchedFiles()], named: [...named], isUncaught };
    writeFileSync(report, JSON.stringify(run));
  };
  const endOfLoading = watchSyntaxErrors((file) => named.add(file));
  setTimeout(() => {
    endOfLoading();
    tell(); // should it be killed
  }, LOADING_MS).unref();
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    isUncaught = true;
    for (const file of filesNamedBy(error)) named.add(file);
  });
  process.on('exit', tell);
  start();
}

/** The files in a stack, and the one that was not found. */
function filesNamedBy(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const texts = [`at ${'url' in error ? String(error.url) : ''}:1:1`, error.stack ?? ''];
  return texts.flatMap((text) =>
    [...text.matchAll(/at (?:.*\()?(file:.+?|\/.+?):\d+:\d+\)?$/gm)].map(([, place = '']) =>
      place.startsWith('file:') ? fileURLToPath(place) : place,
    ),
  );
}
