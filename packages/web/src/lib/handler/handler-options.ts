// Options of a request handler's methods.

/** How to read an argument. */
export interface ArgumentOptions {
  /** Whether white space at both ends goes. Default true. */
  readonly strip?: boolean;
}

/** How to read an argument that may be missing. */
export interface DefaultedArgumentOptions<Default> extends ArgumentOptions {
  /** What is given then. */
  readonly default: Default;
}

/** How to read a signed cookie. */
export interface SignedCookieOptions {
  /** The signed text. Default: the cookie's. */
  readonly value?: string | null;
  /** Older ones are refused. Default 31. */
  readonly maxAgeDays?: number;
  /** Older forms are refused. Default 1. */
  readonly minVersion?: number;
}

/** How to write a path of a static file. */
export interface StaticUrlOptions {
  /** Whether scheme and host come first. Default: the handler's `includeHost`. */
  readonly includeHost?: boolean;
  /** Whether a hash of the file's content comes with it. Default true. */
  readonly includeVersion?: boolean;
}
