// The one language of an application without the `locales` setting: messages stand for themselves.
import type { HandlerLocale, HandlerLocales } from './handler-locale.ts';

function message(text: string, plural?: string, count?: number): string {
  return plural === undefined || count === 1 ? text : plural;
}

const PLAIN: HandlerLocale = {
  code: 'en_US',
  translate: message,
  pgettext: (_context, text, plural, count) => message(text, plural, count),
};

/** Speaks `en_US`, and nothing else. */
export const plainLocales: HandlerLocales = { getClosest: () => PLAIN };
