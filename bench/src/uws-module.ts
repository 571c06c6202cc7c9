// uWebSockets.js. It is over 100 MB for all its platforms, and not in the registry under its own name: a republished build is
// fetched when a benchmark needs it.
import { fileURLToPath } from 'node:url';

const UWS = '@trufflesuite/uws-js-unofficial';

/** Which build. */
export const UWS_VERSION = '20.30.0-unofficial.0';

/** The path of its module, fetched if it is not here yet. */
export async function uwsModule(): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const tool = new URL('../../scripts/fetch-tool.mjs', import.meta.url).href;
  const module = (await import(tool)) as {
    fetchTool(root: string, name: string, version: string, file: string, flags: string[]): string;
  };
  const flags = ['--ignore-scripts'];
  return `${module.fetchTool(root, UWS, UWS_VERSION, `${UWS}/package.json`, flags)}/${UWS}`;
}
