// Paths that cannot be taken for another host.

/** A path with one slash in front: browsers read `//x` and `/\x` as the host `x` (SEC-35). Other text as it is. */
export function localPath(path: string): string {
  return path.replace(/^[/\\]{2,}/, '/');
}
