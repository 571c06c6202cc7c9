// Local date and time by a pattern of %-codes, as far as log lines and log file names need it.
import { LogError } from './log-error.ts';

const two = (n: number): string => String(n).padStart(2, '0');

const CODES: Readonly<Record<string, (date: Date) => string>> = {
  '%': () => '%',
  Y: (date) => String(date.getFullYear()).padStart(4, '0'),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  H: (date) => two(date.getHours()),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  z: offset,
};

/**
 * Makes a function that writes an instant (milliseconds since the epoch) in local time. Known codes: `%Y %y %m %d %H %M %S
 * %z %%`. The text of the last second is kept, since a log asks for the same one over and over.
 *
 * @throws LogError `ERR_LOG_FORMAT` for another code.
 */
export function compileDateFormat(pattern: string): (ms: number) => string {
  const parts = pattern.split(/(%[^]?)/).map((part) => {
    if (!part.startsWith('%')) return () => part;
    const write = CODES[part.slice(1)];
    if (write !== undefined) return write;
    throw new LogError(
      'ERR_LOG_FORMAT',
      `${part} is no date code: use %${Object.keys(CODES).join(' %')}`,
    );
  });
  let lastSecond = NaN;
  let lastText = '';
  return (ms) => {
    const second = Math.floor(ms / 1000);
    if (second !== lastSecond) {
      const date = new Date(ms);
      lastText = parts.map((write) => write(date)).join('');
      lastSecond = second;
    }
    return lastText;
  };
}

/** `+0200`: how far local time is ahead of UTC. */
function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const ahead = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}${two(ahead % 60)}`;
}
