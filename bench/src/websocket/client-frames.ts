// What a WebSocket client says, as bytes that are made once.

const MASK = [0x12, 0x34, 0x56, 0x78];

/** A client's frame of text. */
export function textFrame(text: string): Buffer {
  const size = text.length;
  const head =
    size < 126
      ? [0x81, 0x80 | size]
      : size < 65_536
        ? [0x81, 0xfe, size >> 8, size & 0xff]
        : [0x81, 0xff, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 0xff, size & 0xff];
  const body = Buffer.from(text).map((byte, at) => byte ^ (MASK[at & 3] ?? 0));
  return Buffer.concat([Buffer.from(head), Buffer.from(MASK), body]);
}

/** How many bytes a server needs to say that. */
export function answerBytes(size: number): number {
  return size + (size < 126 ? 2 : size < 65_536 ? 4 : 10);
}

/** The request that opens a WebSocket. */
export function opening(path = '/', hasDeflate = false): string {
  const deflate = hasDeflate
    ? 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n'
    : '';
  return (
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${deflate}` +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
  );
}
