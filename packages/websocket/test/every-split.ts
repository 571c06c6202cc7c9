// The same bytes, however they are cut.

/** The same bytes whole, one by one, and cut in two at every place. */
export function* everySplit(bytes: Buffer): Generator<readonly Buffer[]> {
  yield [bytes];
  yield Array.from(bytes, (octet) => Buffer.of(octet));
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}
