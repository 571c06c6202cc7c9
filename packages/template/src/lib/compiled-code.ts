// Running generated code. Owns: compiling it, and finding the place in the template that an error comes from.
// Must not know: what the code does.
import { compileFunction } from 'node:vm';

import { LINE_END, type GeneratedCode } from './code-writer.ts';
import { RUNTIME } from './runtime.ts';
import { TemplateError } from './template-error.ts';

/** What generates a template's output, from the arguments and the namespace: text, or bytes if some were put out as they are. */
export type Execute = (args: object, namespace: object) => string | Buffer;

/** Where compile failures are told of, besides being thrown. A logger of `@typhoon/log` is one. */
export interface TemplateLogger {
  error(message: string): void;
}

const PARAMETERS: readonly string[] = [...Object.keys(RUNTIME), '_tt_imports'];
const VALUES: readonly unknown[] = Object.values(RUNTIME);

// Makes the files that V8 knows the generated code by differ, also those of templates with one name.
let count = 0;

/** Generated code that can be run. */
export class CompiledCode {
  readonly #name: string;
  readonly #places: readonly string[];
  readonly #file: string;
  readonly #execute: Execute;

  /** @throws TemplateError `ERR_TEMPLATE_COMPILE` */
  constructor(
    name: string,
    { code, places }: GeneratedCode,
    modules: object,
    logger: TemplateLogger | null,
  ) {
    this.#name = name;
    this.#places = places;
    this.#file = `typhoon-template:${count++}/${name.replace(/[^\w./-]/g, '_')}`;
    try {
      const make = compileFunction(code, PARAMETERS, { filename: this.#file });
      this.#execute = Reflect.apply(make, undefined, [...VALUES, modules]) as Execute;
    } catch (cause) {
      throw this.#compileError(code, cause, logger);
    }
  }

  /** Generates. The stack of what it throws shows places in the template (TPL-25). */
  run(args: object, namespace: object): string | Buffer {
    const execute = this.#execute; // without an object before it, `this` is undefined in the template
    try {
      return execute(args, namespace);
    } catch (error) {
      if (error instanceof Error) this.#addPlaces(error);
      throw error;
    }
  }

  /** TPL-26: for what the parser accepts, but not the engine. */
  #compileError(code: string, cause: unknown, logger: TemplateLogger | null): TemplateError {
    const listing = numbered(code);
    logger?.error(`${this.#name} code:\n${listing}`);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const stack = cause instanceof Error ? (cause.stack ?? '') : '';
    const place = stack.startsWith(`${this.#file}:`) ? this.#placeOf(stack.split('\n', 1)[0]) : '';
    const message = `the code of ${this.#name} does not compile: ${reason}`;
    return new TemplateError(
      'ERR_TEMPLATE_COMPILE',
      place === '' ? message : `${message} at ${place}`,
      { cause, listing },
    );
  }

  /** Puts `# FILE:LINE` behind each line of the stack that is about this code, once. */
  #addPlaces(error: Error): void {
    const { stack } = error;
    if (typeof stack !== 'string') return;
    const lines = stack.split('\n');
    // Where the stack does not reach down to the template, or was made elsewhere: say at least which template it was.
    const note = `    in template ${this.#name}`;
    const isAbout = (line: string): boolean => line.includes(`${this.#file}:`);
    if (!lines.some(isAbout) && !lines.includes(note)) lines.push(note);
    lines.forEach((line, i) => {
      const place = isAbout(line) && !line.includes(' # ') ? this.#placeOf(line) : '';
      if (place !== '') lines[i] = `${line} # ${place}`;
    });
    Reflect.set(error, 'stack', lines.join('\n'));
  }

  /** The place in the template for a line that ends with a place in this code. */
  #placeOf(line = ''): string {
    const at = line.lastIndexOf(`${this.#file}:`);
    const lineNumber = Number.parseInt(line.slice(at + this.#file.length + 1), 10);
    return this.#places[lineNumber - 1] ?? '';
  }
}

/** Code with the number of each line before it. */
function numbered(code: string): string {
  const lines = code.split(LINE_END);
  const width = String(lines.length).length;
  return lines.map((line, i) => `${String(i + 1).padStart(width)}  ${line}`).join('\n');
}
