// Values as text: what structured clone can copy, a queue can carry. Must not know: queues.
import { deserialize, serialize } from 'node:v8';

/** A value as text. Throws for what cannot be copied. */
export function encode(value: unknown): string {
  return serialize(value).toString('base64');
}

/** The value again. */
export function decode(text: string): unknown {
  return deserialize(Buffer.from(text, 'base64'));
}
