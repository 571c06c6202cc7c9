// Settings that a feature cannot do without.
import { WebError } from '../errors/web-error.ts';
import type { HandlerSettings } from './handler-settings.ts';

/**
 * The value of a setting that must be there.
 * @throws WebError `ERR_SETTING`, naming the setting and what needs it.
 */
export function requiredSetting<K extends keyof HandlerSettings>(
  settings: HandlerSettings,
  name: K,
  feature: string,
): NonNullable<HandlerSettings[K]> {
  const value = settings[name] ?? undefined;
  if (value === undefined) {
    const message = `You must define the '${name}' setting in your application to use ${feature}`;
    throw new WebError('ERR_SETTING', message);
  }
  return value;
}
