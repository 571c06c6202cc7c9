// The names that every template knows (TPL-6). Owns: which they are. Must not know: how they are looked up.
import { jsonEncode, linkify, squeeze, urlEscape, xhtmlEscape } from '@typhoon/escape';

// As Python's own functions are there in Tornado's templates, the language's own objects are there in these. What belongs to
// Node.js (`process`, `fetch`, ...) is not.
const STANDARD = [
  'AggregateError,Array,ArrayBuffer,BigInt,BigInt64Array,BigUint64Array,Boolean,DataView,Date,Error,EvalError,Float32Array',
  'Float64Array,Int16Array,Int32Array,Int8Array,Intl,JSON,Map,Math,Number,Object,Promise,Proxy,RangeError,ReferenceError',
  'Reflect,RegExp,Set,String,Symbol,SyntaxError,TypeError,URIError,Uint16Array,Uint32Array,Uint8Array,Uint8ClampedArray',
  'WeakMap,WeakRef,WeakSet,decodeURI,decodeURIComponent,encodeURI,encodeURIComponent,isFinite,isNaN,parseFloat,parseInt',
].flatMap((names) => names.split(','));

/** A built-in that a template may be escaped with or apply; it is given text, which saves encoding it. */
export const TEXT_FUNCTIONS: ReadonlySet<unknown> = new Set<unknown>([
  xhtmlEscape,
  urlEscape,
  jsonEncode,
  squeeze,
  linkify,
]);

/** The built-in names and what they stand for. */
export const BUILTINS: Readonly<Record<string, unknown>> = Object.freeze({
  __proto__: null,
  ...Object.fromEntries(STANDARD.map((name) => [name, Reflect.get(globalThis, name) as unknown])),
  escape: xhtmlEscape,
  xhtml_escape: xhtmlEscape,
  xhtmlEscape,
  url_escape: urlEscape,
  urlEscape,
  json_encode: jsonEncode,
  jsonEncode,
  squeeze,
  linkify,
  datetime: Date,
});
