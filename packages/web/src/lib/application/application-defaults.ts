// What the settings of an application imply (WEB-87, 88).
import { StaticFileHandler } from '../static/static-file-handler.ts';
import { contentEncoding } from '../output/content-encoding.ts';
import type { RouteList } from './application-router.ts';
import type { ApplicationSettings } from './application-settings.ts';
import type { OutputTransformClass } from '../output/output-transform.ts';

/** The settings, and what `debug` stands for where nothing else was said. */
export function completeSettings(settings: ApplicationSettings): ApplicationSettings {
  if (settings.debug !== true) return settings;
  const implied = { serveTraceback: true, compiledTemplateCache: false, staticHashCache: false };
  return { ...implied, ...settings };
}

/** The transforms of every answer (WEB-90). */
export function transformsOf({
  transforms,
  compressResponse,
}: ApplicationSettings): readonly OutputTransformClass[] {
  if (transforms !== undefined) return transforms;
  if (compressResponse === undefined || compressResponse === false) return [];
  return [contentEncoding(compressResponse === true ? undefined : compressResponse)];
}

/** The rules for static files; none without a folder. */
export function staticRoutes(settings: ApplicationSettings): RouteList {
  const { staticPath, staticUrlPrefix = '/static/', staticHandlerArgs } = settings;
  if (staticPath === undefined) return [];
  const handler = settings.staticHandlerClass ?? StaticFileHandler;
  const kwargs = { ...staticHandlerArgs, path: staticPath };
  const prefix = staticUrlPrefix.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const patterns = [`${prefix}(.*)`, '/(favicon\\.ico)', '/(robots\\.txt)'];
  return patterns.map((pattern) => [pattern, handler, kwargs] as const);
}
