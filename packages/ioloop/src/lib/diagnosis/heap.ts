// What the inspector knows of this thread's heap: which objects of a class live, and where a generator stands.
// Must not know: what the objects are. Everything here is slow (it collects garbage) and for diagnosis alone.
import { findSourceMap } from 'node:module';
import process from 'node:process';
import type { Debugger, HeapProfiler, Runtime, Session } from 'node:inspector';

/** What is known of a generator. */
export interface GeneratorPlace {
  /** The function's name; empty when it has none. */
  readonly name: string;
  /** Where it is suspended, `file:line:column`; null when it is not. */
  readonly at: string | null;
}

/** How the inspector gets at our objects and we at its. */
const EXCHANGE = Symbol.for('@typhoon/ioloop:inspected');
const EXCHANGE_EXPRESSION = 'globalThis[Symbol.for("@typhoon/ioloop:inspected")]';

/** A session of the inspector with its own thread: every question is answered before it returns. */
export class HeapInspector {
  readonly #session: Session;
  readonly #urls = new Map<string, string>();

  constructor() {
    // Only when it is needed: not every Node.js is built with it.
    this.#session = new (process.getBuiltinModule('node:inspector').Session)();
    this.#session.connect();
    const note = ({ params }: { params: Debugger.ScriptParsedEventDataType }): void => {
      this.#urls.set(params.scriptId, params.url);
    };
    this.#session.on('Debugger.scriptParsed', note);
    this.#ask('Debugger.enable');
    this.#ask('Debugger.disable');
  }

  /** Ends the session. */
  close(): void {
    this.#session.disconnect();
  }

  /** Collects garbage, then answers all objects that have `prototype` among their prototypes, in no order. */
  instancesOf(prototype: object): unknown[] {
    const prototypeObjectId = this.#handOver(prototype);
    const { objects } = this.#ask('Runtime.queryObjects', {
      prototypeObjectId,
    }) as Runtime.QueryObjectsReturnType;
    const found: unknown[] = [];
    exchange(found);
    this.#ask('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: `function () { for (const one of this) ${EXCHANGE_EXPRESSION}.push(one) }`,
    });
    this.#release();
    return found;
  }

  /** Where a generator stands. */
  placeOf(generator: object): GeneratorPlace {
    const objectId = this.#handOver(generator);
    const { internalProperties = [] } = this.#ask('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    }) as Runtime.GetPropertiesReturnType;
    const find = (name: string): Runtime.RemoteObject | undefined =>
      internalProperties.find((property) => property.name === name)?.value;
    const functionId = find('[[GeneratorFunction]]')?.objectId;
    const place = {
      name: this.#nameOf(functionId),
      at: this.#locate(find('[[GeneratorLocation]]')),
    };
    this.#release();
    return place;
  }

  /** From now on objects keep their numbers, though the collector moves them; until `snapshot`. */
  beginNumbers(): void {
    this.#ask('HeapProfiler.startTrackingHeapObjects', { trackAllocations: false });
  }

  /** The number that an object has in the snapshot. */
  idOf(object: object): number {
    const objectId = this.#handOver(object);
    const { heapSnapshotObjectId } = this.#ask('HeapProfiler.getHeapObjectId', {
      objectId,
    }) as HeapProfiler.GetHeapObjectIdReturnType;
    this.#release();
    return Number(heapSnapshotObjectId);
  }

  /** The whole heap as JSON, in V8's format; several times as large as the heap. */
  snapshot(): string {
    const chunks: string[] = [];
    const take = ({ params }: { params: HeapProfiler.AddHeapSnapshotChunkEventDataType }): void => {
      chunks.push(params.chunk);
    };
    this.#session.on('HeapProfiler.addHeapSnapshotChunk', take);
    this.#ask('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false });
    this.#session.off('HeapProfiler.addHeapSnapshotChunk', take);
    return chunks.join('');
  }

  #nameOf(functionId: string | undefined): string {
    if (functionId === undefined) return '';
    const { result } = this.#ask('Runtime.callFunctionOn', {
      objectId: functionId,
      functionDeclaration: 'function () { return this.name }',
    }) as Runtime.CallFunctionOnReturnType;
    return typeof result.value === 'string' ? result.value : '';
  }

  #locate(location: Runtime.RemoteObject | undefined): string | null {
    const value: unknown = location?.value;
    if (!isLocation(value)) return null;
    const url = this.#urls.get(value.scriptId) ?? '';
    return sourcePlace(url, value.lineNumber, value.columnNumber);
  }

  /** The inspector's handle of an object of ours. */
  #handOver(object: object): string {
    exchange(object);
    const { result } = this.#ask('Runtime.evaluate', {
      expression: EXCHANGE_EXPRESSION,
      objectGroup: 'typhoon',
    }) as Runtime.EvaluateReturnType;
    exchange(undefined);
    return result.objectId ?? '';
  }

  #release(): void {
    exchange(undefined);
    this.#ask('Runtime.releaseObjectGroup', { objectGroup: 'typhoon' });
  }

  /** A session with its own thread answers at once. */
  #ask(method: string, params: object = {}): unknown {
    let answer: { error: Error | null; result: unknown } | null = null;
    this.#session.post(method, params, (error, result?: object) => {
      answer = { error, result };
    });
    return unwrap(method, answer);
  }
}

function unwrap(method: string, answer: { error: Error | null; result: unknown } | null): unknown {
  if (answer === null) throw new Error(`the inspector did not answer ${method}`);
  if (answer.error !== null) throw answer.error;
  return answer.result;
}

function exchange(value: unknown): void {
  if (value === undefined) Reflect.deleteProperty(globalThis, EXCHANGE);
  else Object.defineProperty(globalThis, EXCHANGE, { value, configurable: true });
}

function isLocation(
  value: unknown,
): value is { scriptId: string; lineNumber: number; columnNumber: number } {
  return typeof value === 'object' && value !== null && 'scriptId' in value;
}

/** Through the source map, where Node.js was told to read them; lines and columns are counted from 1. */
function sourcePlace(url: string, lineNumber: number, columnNumber: number): string {
  const entry = findSourceMap(url)?.findEntry(lineNumber, columnNumber);
  if (entry !== undefined && 'originalSource' in entry) {
    return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }
  return `${url}:${lineNumber + 1}:${columnNumber + 1}`;
}
