// What a file is, by its name (WEB-109, PYS-13).
import mime from 'mime';

/** Endings that say how a file is packed, and not what it is. */
const PACKED = /\.(?:bz2|xz|br|Z|z)$/;
const GZIPPED = /\.(?:gz|tgz|svgz)$/i;

/** The type without parameters; `application/octet-stream` for what nobody knows. */
export function contentTypeOf(path: string): string {
  if (GZIPPED.test(path)) return 'application/gzip';
  if (PACKED.test(path)) return 'application/octet-stream';
  return mime.getType(path) ?? 'application/octet-stream';
}
