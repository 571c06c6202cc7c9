// How paths name a site.
import * as v from 'valibot';

/** The groups of a path such as `/api/sites/(?<id>\\d+)`. */
export const siteName = v.object({ id: v.pipe(v.string(), v.toNumber()) });
