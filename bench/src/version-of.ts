// The version of an installed package.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Looks the manifest up on the way from the entry file to the root: not every package exports it. */
export function versionOf(packageName: string): string {
  const entry = createRequire(import.meta.url).resolve(packageName);
  let folder = new URL('.', `file://${entry}`);
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
        readonly name?: string;
        readonly version?: string;
      };
      if (manifest.name === packageName) return manifest.version ?? '';
    } catch {
      // no manifest in this folder: look one up
    }
    const parent = new URL('..', folder);
    if (parent.href === folder.href) return '';
    folder = parent;
  }
}
