// One CSV file of translations (LCL-4, PYS-11). Owns: what its rows mean, its encoding. Text is split by csv-parse.
import { genLog } from '@typhoon/log';
import { parse } from 'csv-parse/sync';

/** For which counts a translation is; `unknown`: for messages without one. */
export type PluralMark = 'plural' | 'singular' | 'unknown';

/** The translations of one language. */
export type CsvTranslations = Readonly<Record<PluralMark, ReadonlyMap<string, string>>>;

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads message, translation and an optional mark from each row. A row with another mark is logged and passed over.
 *
 * @param encoding What `TextDecoder` knows. Default: by the byte order mark, else UTF-8.
 */
export function readCsvTranslations(
  file: Uint8Array,
  name: string,
  encoding: string | null,
): CsvTranslations {
  const translations = {
    plural: new Map<string, string>(),
    singular: new Map<string, string>(),
    unknown: new Map<string, string>(),
  };
  for (const { record, info } of rowsOf(decode(file, encoding))) {
    const [message, translation, mark = ''] = record.map((field) => field.trim());
    if (message === undefined || translation === undefined) continue;
    const plural = mark === '' ? 'unknown' : mark;
    if (isMark(plural)) translations[plural].set(message, translation);
    else {
      genLog.error('Unrecognized plural indicator %r in %s line %d', plural, name, info.lines);
    }
  }
  return translations;
}

function rowsOf(text: string): Row[] {
  return parse(text, {
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  }) as unknown as Row[];
}

function decode(file: Uint8Array, encoding: string | null): string {
  const mark = Buffer.from(file.subarray(0, 2)).toString('hex');
  const found = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding ?? found, { fatal: true }).decode(file);
}

function isMark(mark: string): mark is PluralMark {
  return mark === 'plural' || mark === 'singular' || mark === 'unknown';
}
