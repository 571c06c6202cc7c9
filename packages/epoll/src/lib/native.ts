// Loads the binary, and nothing else does: the one built here, else the one that came with the package for this platform.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NativeModule } from './native-module.ts';

/** The binary, or why there is none. */
export interface LoadedNative {
  /** The native part, or null. */
  readonly native: NativeModule | null;
  /** The file it was loaded from, or why it was not loaded. */
  readonly reason: string;
}

let loaded: LoadedNative | null = null;

/**
 * The native part of this thread, or the reason why there is none; never throws. `TYPHOON_NATIVE=off` switches it off,
 * `TYPHOON_EPOLL_BINARY` names another file.
 */
export function loadNative(): LoadedNative {
  loaded ??= load();
  return loaded;
}

function load(): LoadedNative {
  if (process.env['TYPHOON_NATIVE'] === 'off')
    return { native: null, reason: 'TYPHOON_NATIVE=off' };
  if (process.platform !== 'linux') {
    return { native: null, reason: `there is no epoll on ${process.platform}` };
  }
  const require = createRequire(import.meta.url);
  let reason: string | null = null;
  for (const file of candidates()) {
    if (!existsSync(file)) continue;
    try {
      return { native: require(file) as NativeModule, reason: file };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  return { native: null, reason: reason ?? `no binary for ${target()}` };
}

/** One after the other: finding out the target takes 10 ms. Both src/lib/ and dist/lib/ are two levels below the package's root. */
function* candidates(): Generator<string> {
  const named = process.env['TYPHOON_EPOLL_BINARY'];
  const inPackage = (file: string): string =>
    fileURLToPath(new URL(`../../${file}`, import.meta.url));
  if (named !== undefined && named !== '') {
    yield named;
    return;
  }
  yield inPackage('build/addon.node');
  yield inPackage(`prebuilds/${target()}/addon.node`);
}

function target(): string {
  return `${process.platform}-${process.arch}-${libc()}`;
}

function libc(): string {
  Object.assign(process.report, { excludeNetwork: true }); // no reverse look-ups while the report is made
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined ? 'musl' : 'gnu';
}
