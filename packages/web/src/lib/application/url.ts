// Rules with a name, as Tornado's users write them.
import { URLSpec, type URLSpecOptions } from '@typhoon/httpserver';
import type { RouteTarget } from './application-router.ts';

/** A rule for a path: `url('/story/(\\d+)', Story, { kwargs: { db }, name: 'story' })`. @throws TypeError as `URLSpec`. */
export function url(
  pattern: string | RegExp,
  handler: RouteTarget,
  options: URLSpecOptions = {},
): URLSpec {
  return new URLSpec(pattern, handler, options);
}
