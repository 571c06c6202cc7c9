// What two ends agree on about compression (RFC 7692 §7). Owns: the offer, the answer, which of them are valid.
// Must not know: zlib, connections.
import { parseHeaderParams } from '@typhoon/http1';
import { WebSocketError } from '../websocket-error.ts';

/** How messages are compressed. */
export interface CompressionOptions {
  /** 0 to 9: from none to best. Default 6. */
  readonly compressionLevel?: number;
  /** 1 to 9: memory of the compressor while it works. Default 8. */
  readonly memLevel?: number;
  /**
   * Whether a message may refer to those before it: better for many small ones that are alike, for up to 64 KiB and some 30 µs a
   * message more on each connection. Default false: nothing is kept between messages, one compressor serves all.
   */
  readonly contextTakeover?: boolean;
  /** Messages of fewer bytes are sent as they are. Default 256. */
  readonly thresholdBytes?: number;
}

/** What was agreed on. */
export interface DeflateParams {
  readonly serverTakeover: boolean;
  readonly clientTakeover: boolean;
  readonly serverWindowBits: number;
  readonly clientWindowBits: number;
}

const NAME = 'permessage-deflate';
const MAX_WINDOW_BITS = 15;
const KNOWN = new Set([
  'server_no_context_takeover',
  'client_no_context_takeover',
  'server_max_window_bits',
  'client_max_window_bits',
]);

type Params = ReadonlyMap<string, string | null>;

/** What a client asks for. */
export function deflateOffer({ contextTakeover = false }: CompressionOptions): string {
  const offer = `${NAME}; client_max_window_bits`;
  return contextTakeover
    ? offer
    : `${offer}; client_no_context_takeover; server_no_context_takeover`;
}

/** What a server answers to the first offer that it can accept (WSK-20); null for none. */
export function acceptDeflate(
  offers: string,
  { contextTakeover = false }: CompressionOptions,
): { readonly params: DeflateParams; readonly answer: string } | null {
  for (const { name, params } of parseExtensions(offers)) {
    if (name !== NAME || !areValid(params, true)) continue;
    const serverBits = params.get('server_max_window_bits');
    const clientBits = params.get('client_max_window_bits');
    const agreed = {
      serverTakeover: contextTakeover && !params.has('server_no_context_takeover'),
      clientTakeover: contextTakeover && !params.has('client_no_context_takeover'),
      serverWindowBits: Number(serverBits ?? MAX_WINDOW_BITS),
      clientWindowBits: Number(clientBits ?? MAX_WINDOW_BITS),
    };
    let answer = NAME;
    if (!agreed.serverTakeover) answer += '; server_no_context_takeover';
    if (!agreed.clientTakeover) answer += '; client_no_context_takeover';
    if (typeof serverBits === 'string') answer += `; server_max_window_bits=${serverBits}`;
    if (typeof clientBits === 'string') answer += `; client_max_window_bits=${clientBits}`;
    return { params: agreed, answer };
  }
  return null;
}

/**
 * What a client makes of the server's answer; null for no extension (WSK-22).
 * @throws WebSocketError `ERR_HANDSHAKE` for an extension that was not offered, or parameters that cannot be (WSK-25).
 */
export function agreedDeflate(answer: string, isOffered: boolean): DeflateParams | null {
  const extensions = parseExtensions(answer);
  const [first] = extensions;
  if (first === undefined) return null;
  if (!isOffered || extensions.length > 1 || first.name !== NAME) {
    throw new WebSocketError('ERR_HANDSHAKE', `unsupported extension: ${answer}`);
  }
  const { params } = first;
  if (!areValid(params, false)) {
    throw new WebSocketError('ERR_HANDSHAKE', `unsupported compression parameters: ${answer}`);
  }
  return {
    serverTakeover: !params.has('server_no_context_takeover'),
    clientTakeover: !params.has('client_no_context_takeover'),
    serverWindowBits: Number(params.get('server_max_window_bits') ?? MAX_WINDOW_BITS),
    clientWindowBits: Number(params.get('client_max_window_bits') ?? MAX_WINDOW_BITS),
  };
}

/** WSK-37: commas part offers, whatever stands around them. */
function parseExtensions(line: string): { readonly name: string; readonly params: Params }[] {
  return line
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((one) => {
      const { value, params } = parseHeaderParams(one);
      return { name: value.toLowerCase(), params };
    });
}

function areValid(params: Params, isOffer: boolean): boolean {
  for (const [name, value] of params) {
    if (!KNOWN.has(name)) return false;
    if (name.endsWith('_takeover')) {
      if (value !== null) return false;
    } else if (value === null) {
      // RFC 7692 §7.1.2.2: without a value a client only says that it understands.
      if (!isOffer || name !== 'client_max_window_bits') return false;
    } else if (!/^(?:[89]|1[0-5])$/.test(value)) {
      return false;
    }
  }
  return true;
}
