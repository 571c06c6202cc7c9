// What we use of the library, which has no types of its own; what it gives is checked in gettext-catalogue.ts.
declare module 'gettext-parser' {
  /** Reads `.mo` files. */
  export const mo: { parse(file: Buffer, defaultCharset?: string): unknown };
}
