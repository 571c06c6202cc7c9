// Passwords, as they are kept: salted and hashed, slowly, in Node.js's own threads.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;

/** What to keep of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(password, salt, KEY_BYTES)).toString('hex')}`;
}

/** Whether that is the password that was hashed. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [salt = '', hash = ''] = kept.split(':');
  const key = await derive(password, Buffer.from(salt, 'hex'), KEY_BYTES);
  return timingSafeEqual(key, Buffer.from(hash, 'hex'));
}
