// One message on its way to many. Owns: that each form of it is made once.

/** What belongs to a message. */
export interface PublishOptions {
  /** Subscribers with the policy `keepLatest` keep only the last message of a key while they cannot take more. */
  readonly key?: string;
}

/** A message, and the forms in which subscribers send it on. */
export class Published {
  /** Text, or bytes that nobody changes. */
  readonly data: string | Uint8Array;
  readonly key: string | undefined;
  readonly #forms = new Map<string, unknown>();

  constructor(data: string | Uint8Array, { key }: PublishOptions = {}) {
    this.data = data;
    this.key = key;
  }

  /**
   * The message in a form: `encode` is called for the first subscriber that asks, all others get what it made.
   *
   * @param form Names the form and all that it depends on; forms of one name are of one type.
   */
  as<T>(form: string, encode: (data: string | Uint8Array) => T): T {
    if (this.#forms.has(form)) return this.#forms.get(form) as T;
    const made = encode(this.data);
    this.#forms.set(form, made);
    return made;
  }
}
