// The languages of the program, for all its modules.
import { Locales } from './locales.ts';

/** The program's languages; what the `locales` setting of an application takes. */
export const locales: Locales = new Locales();

/** {@link Locales.getClosest} of the program's languages. */
export const get: Locales['getClosest'] = locales.getClosest.bind(locales);

/** {@link Locales.setDefaultLocale} of the program's languages. */
export const setDefaultLocale: Locales['setDefaultLocale'] = locales.setDefaultLocale.bind(locales);

/** {@link Locales.getSupportedLocales} of the program's languages. */
export const getSupportedLocales: Locales['getSupportedLocales'] =
  locales.getSupportedLocales.bind(locales);

/** {@link Locales.loadTranslations} of the program's languages. */
export const loadTranslations: Locales['loadTranslations'] = locales.loadTranslations.bind(locales);

/** {@link Locales.loadGettextTranslations} of the program's languages. */
export const loadGettextTranslations: Locales['loadGettextTranslations'] =
  locales.loadGettextTranslations.bind(locales);
