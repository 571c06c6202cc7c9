// What streams and their reads can be told.

/** How much a stream may hold. */
export interface IOStreamOptions {
  /** No read may need more bytes than this, and of what nobody reads not much more is taken. Default 104,857,600. */
  readonly maxBufferSize?: number;
  /** Input is kept in blocks of up to so many bytes. Default 65,536, at most half of `maxBufferSize`. */
  readonly readChunkSize?: number;
  /** More than so many bytes to send are refused. Default: no limit. */
  readonly maxWriteBufferSize?: number;
}

/** How far a search may go. */
export interface ReadUntilOptions {
  /** The match must end within so many bytes, or the stream is closed (IOS-8). Default: `maxBufferSize` alone limits. */
  readonly maxBytes?: number;
}

/** Whether less will do. */
export interface ReadBytesOptions {
  /** Be content with fewer bytes, as soon as there is one. Default false. */
  readonly partial?: boolean;
}
