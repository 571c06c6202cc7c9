// Signed values with an application's secret (WEB-36).
import { createSignedValue, decodeSignedValue } from './signed-value.ts';
import { requiredSetting } from '../handler/required-setting.ts';
import type { HandlerSettings } from '../handler/handler-settings.ts';
import type { DecodeSignedValueOptions } from './signed-value.ts';

/**
 * Signs with the application's secret.
 * @throws WebError `ERR_SETTING` without a secret, or without `keyVersion` where there are several.
 */
export function sign(
  settings: HandlerSettings,
  name: string,
  value: string | Uint8Array,
  version: number | undefined,
): string {
  const secret = requiredSetting(settings, 'cookieSecret', 'secure cookies');
  return createSignedValue(secret, name, value, { version, keyVersion: settings.keyVersion });
}

/** The value, or null for what was not signed by us. @throws WebError `ERR_SETTING` without a secret. */
export function verify(
  settings: HandlerSettings,
  name: string,
  signed: string | null,
  options: Omit<DecodeSignedValueOptions, 'clock'>,
): Buffer | null {
  const secret = requiredSetting(settings, 'cookieSecret', 'secure cookies');
  return decodeSignedValue(secret, name, signed, options);
}
