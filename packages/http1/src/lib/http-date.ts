// Dates as HTTP writes and reads them. RFC 9110 §5.6.7.

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const TIME = String.raw`(\d{2}):(\d{2}):(\d{2})`;
const IMF = new RegExp(String.raw`^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) ${TIME} GMT$`);
const RFC850 = new RegExp(
  String.raw`^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) ${TIME} GMT$`,
);
const ASCTIME = new RegExp(String.raw`^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) ${TIME} (\d{4})$`);

let lastSecond = -1;
let lastText = '';

/** The `Date` header's value for an instant (milliseconds since the epoch); made once a second. */
export function httpDate(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toUTCString();
  }
  return lastText;
}

/** A UTC instant by its parts: year, month from 1, day, hour, minute, second; later ones may be left out. */
export type TimeParts = readonly number[];

/**
 * HTU-31: RFC 1123 text of seconds since the epoch (fractions are cut), a Date, or a UTC instant's parts.
 * @throws TypeError for anything else.
 */
export function formatTimestamp(time: number | Date | TimeParts): string {
  const second = Math.floor(secondsOf(time));
  if (second === formattedSecond) return formattedText;
  const date = new Date(second * 1000);
  if (Number.isNaN(date.getTime())) throw new TypeError(`unknown timestamp type: ${String(time)}`);
  formattedSecond = second;
  formattedText = date.toUTCString();
  return formattedText;
}

// Cookies that are set within a second expire in one, too; files are asked for again and again.
let formattedSecond = NaN;
let formattedText = '';

function secondsOf(time: unknown): number {
  if (typeof time === 'number') return time;
  if (time instanceof Date) return time.getTime() / 1000;
  if (!Array.isArray(time) || !time.every((part) => typeof part === 'number')) return NaN;
  const [year = NaN, month = 1, day = 1, hour = 0, minute = 0, second = 0] = time;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** The instant of an HTTP date in any of its three forms, or null; milliseconds since the epoch (PYS-7). */
export function parseHttpDate(text: string): number | null {
  const imf = IMF.exec(text);
  if (imf !== null) return utc(imf[3], imf[2], imf[1], imf.slice(4));
  const rfc850 = RFC850.exec(text);
  if (rfc850 !== null) {
    const year = Number(rfc850[3]);
    return utc(String(year + (year < 70 ? 2000 : 1900)), rfc850[2], rfc850[1], rfc850.slice(4));
  }
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) return utc(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6));
  return null;
}

function utc(year = '', monthName = '', day = '', time: readonly string[] = []): number | null {
  const month = MONTHS.indexOf(monthName);
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  const instant = Date.UTC(Number(year), month, Number(day), hour, minute, second);
  const isReal =
    month >= 0 && new Date(instant).getUTCDate() === Number(day) && hour < 24 && minute < 60;
  return isReal && second <= 60 ? instant : null;
}
