// What a rule asks of a request. Owns: the Matcher contract, and the matchers that do not look at the path.
// Must not know: rules, routers, what is behind them. Paths are in routing-path.ts.
import type { HTTPServerRequest } from './server-request.ts';

/** One group's value, percent-decoded; null for a group that took no part. */
export type PathValue = Buffer | null;

/** What a match says of the request. */
export interface MatchParams {
  /** Values of the unnamed groups, in order. */
  readonly pathArgs: readonly PathValue[];
  /** Values of the named groups. */
  readonly pathKwargs: Readonly<Record<string, PathValue>>;
}

/** A match that says nothing else. */
export const NO_PARAMS: MatchParams = Object.freeze({
  pathArgs: Object.freeze([]),
  pathKwargs: Object.freeze({}),
});

/** Decides whether a rule is for a request. */
export abstract class Matcher {
  /** The one path that matches, where the matcher looks at nothing else; it lets routers skip the others. Default null. */
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- subclasses compute it
  get literalPath(): string | null {
    return null;
  }

  /** Text that every path which matches begins with; it lets routers skip the others. Default none. */
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- subclasses compute it
  get literalPrefix(): string {
    return '';
  }

  /** Null if the rule is not for this request. */
  abstract match(request: HTTPServerRequest): MatchParams | null;

  /** The path that would match with these values in its groups; null where nothing can be said. */
  reverse(..._args: readonly unknown[]): string | null {
    return null;
  }
}

/** Matches every request. */
export class AnyMatches extends Matcher {
  override match(_request: HTTPServerRequest): MatchParams {
    return NO_PARAMS;
  }
}

/** Matches the host's name, without port and in lower case (RTE-4). */
export class HostMatches extends Matcher {
  /** Anchored at the start. */
  readonly hostPattern: RegExp;

  /** @param hostPattern Text must match the whole name; a regular expression from its start on. */
  constructor(hostPattern: string | RegExp) {
    super();
    this.hostPattern = anchored(hostPattern);
  }

  override match(request: HTTPServerRequest): MatchParams | null {
    return matchesStart(this.hostPattern, request.hostName) ? NO_PARAMS : null;
  }
}

/** All that {@link DefaultHostMatches} asks of an application. */
export interface DefaultHostOwner {
  /** The host that requests for unknown hosts are served as; null for none. */
  readonly defaultHost: string | null;
}

/**
 * Matches requests that come straight from a client, without `X-Real-Ip`, if the application's default host, as it is at
 * that time, matches (RTE-13).
 */
export class DefaultHostMatches extends Matcher {
  readonly application: DefaultHostOwner;
  /** Anchored at the start. */
  readonly hostPattern: RegExp;

  /** @param hostPattern As for {@link HostMatches}. */
  constructor(application: DefaultHostOwner, hostPattern: string | RegExp) {
    super();
    this.application = application;
    this.hostPattern = anchored(hostPattern);
  }

  override match(request: HTTPServerRequest): MatchParams | null {
    const { defaultHost } = this.application;
    if (defaultHost === null || request.headers.has('X-Real-Ip')) return null;
    return matchesStart(this.hostPattern, defaultHost) ? NO_PARAMS : null;
  }
}

/**
 * RTE-4, PYS-21: matched from the start. Text must match to the end as well; a regular expression is taken as it is.
 * @throws SyntaxError for text that is no regular expression.
 */
export function anchored(pattern: string | RegExp): RegExp {
  if (typeof pattern === 'string') {
    return new RegExp(endsInDollar(pattern) ? pattern : `${pattern}$`, 'y');
  }
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}y`);
}

/** Whether a pattern ends in `$`, and that is not an escaped one. */
export function endsInDollar(source: string): boolean {
  return /(?<!\\)(?:\\\\)*\$$/.test(source);
}

/** A sticky expression remembers where it stopped. */
export function matchesStart(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}
