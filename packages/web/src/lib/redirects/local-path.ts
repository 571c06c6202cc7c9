// Paths that cannot be taken for another host. Browsers drop tabs and line ends from URLs and take `\` for `/`, so that `//x`, `/\x`
// and `/<tab>/x` are all the host `x`.

/** A path with one slash in front (SEC-35). Other text as it is. */
export function localPath(path: string): string {
  return path.replace(/^[/\\][/\\\t\r\n]+/, '/');
}

/**
 * Whether a redirect to `url` stays on this site: a path, as every browser reads it. To be asked before a `redirect` to what a
 * request said, such as the `next` of a login page (SEC-35).
 */
export function isLocalUrl(url: string): boolean {
  // eslint-disable-next-line no-control-regex -- browsers drop some of them
  return /^\/(?![/\\])[^\x00-\x1f\x7f]*$/.test(url);
}
