// Which workspace folder a file belongs to.
import { relative, sep } from 'node:path';

/** `packages/gen` for any file below it, `examples`, `bench`, or '' for all else. */
export function workspaceOf(root, file) {
  const parts = relative(root, file).split(sep);
  if (parts[0] === 'packages' || parts[0] === 'apps') return parts.slice(0, 2).join('/');
  return ['examples', 'bench'].includes(parts[0]) ? parts[0] : '';
}
