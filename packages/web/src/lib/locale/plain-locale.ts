// The one language of an application without the `locales` setting: messages stand for themselves.
import { requiredSetting } from '../handler/required-setting.ts';
import type { HandlerLocale, HandlerLocales } from './handler-locale.ts';

function message(text: string, plural?: string, count?: number): string {
  return plural === undefined || count === 1 ? text : plural;
}

/** Dates are said by those who know languages. @throws WebError `ERR_SETTING` */
function speaker(feature: string): HandlerLocale {
  return requiredSetting({}, 'locales', feature).getClosest('en_US');
}

const PLAIN: HandlerLocale = {
  code: 'en_US',
  translate: message,
  pgettext: (_context, text, plural, count) => message(text, plural, count),
  formatDate: (date, style) => speaker('formatDate').formatDate(date, style),
  formatDay: (date, style) => speaker('formatDay').formatDay(date, style),
};

/** Speaks `en_US`, and nothing else. */
export const plainLocales: HandlerLocales = { getClosest: () => PLAIN };
