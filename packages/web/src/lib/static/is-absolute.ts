// Paths and URLs that stand for themselves.

/** Whether a path begins with `/`, or with the scheme of a web address (WEB-77). */
export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || path.startsWith('http:') || path.startsWith('https:');
}
