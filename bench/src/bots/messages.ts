// What the processes of the bots' run tell each other.

/** What a process of bots is to do. */
export type Order =
  /** Come into the chat, one connection each. */
  | { readonly kind: 'come'; readonly count: number }
  /** Some leave, and come again. */
  | { readonly kind: 'comeAgain'; readonly count: number }
  /** Say these, each by another bot. */
  | { readonly kind: 'say'; readonly texts: readonly string[] }
  /** Wait until each bot has heard so many, and answer what they have. */
  | { readonly kind: 'hear'; readonly messages: number; readonly limitMs: number }
  /** Leave. */
  | { readonly kind: 'leave' };

/** An order with its number, and the answer to it. */
export interface Asked {
  readonly id: number;
  readonly order: Order;
}
/** The answer to the order of that number. */
export interface Answered {
  readonly id: number;
  readonly heard: Heard;
}

/** What was heard, by all bots of the process. */
export interface Heard {
  readonly bots: number;
  /** Messages that a bot has not got. */
  readonly missing: number;
  /** Messages that a bot has got again. */
  readonly twice: number;
  /** Connections that ended before they should. */
  readonly lost: number;
}
