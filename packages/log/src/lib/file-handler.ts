// A log file, with rotation (LOG-8). Owns: the descriptor. The rotations decide when to start a new file, and what becomes
// of the old one.
// Writing is synchronous: a record is in the kernel's hands when the call returns, nothing is lost at exit, and the loop
// waits some 5 µs a line. Whoever logs more than that is worth plugs in a sink.
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';

import { LogHandler } from './log-handler.ts';

import type { LogRecord } from './log-record.ts';

/** Decides when a log file is full, and moves it away. */
export interface LogRotation {
  /** Told when the file is opened. */
  opened(file: LogFileState): void;
  /** Whether the file must be moved away before `addedBytes` more are written at `nowMs`. */
  isDue(file: LogFileState, addedBytes: number, nowMs: number): boolean;
  /** Moves the file at `path`, which is closed, out of the way. */
  rotate(path: string): void;
}

/** What a rotation knows of the file. */
export interface LogFileState {
  readonly bytes: number;
  /** When it was last written before it was opened, or when it was opened if it was empty; ms since the epoch. */
  readonly lastWrittenMs: number;
}

/** Options of a {@link FileHandler}. */
export interface FileHandlerOptions {
  /** The file, made if it is not there; its directory must be. */
  readonly path: string;
  /** Default: none, the file grows. */
  readonly rotation?: LogRotation;
}

interface OpenFile {
  readonly fd: number;
  bytes: number;
  readonly lastWrittenMs: number;
}

/** Appends records to a UTF-8 file. A closed one opens again at the next record. */
export class FileHandler extends LogHandler {
  /** The absolute path. */
  readonly path: string;
  readonly #rotation: LogRotation | null;
  #file: OpenFile | null;

  /** Opens the file. What Node's `openSync` throws (`ENOENT`, `EACCES`) comes through. */
  constructor(options: FileHandlerOptions) {
    super();
    this.path = resolve(options.path);
    this.#rotation = options.rotation ?? null;
    this.#file = this.#open(Date.now());
  }

  protected override emit(record: LogRecord): void {
    const line = Buffer.from(`${this.formatter.format(record)}\n`);
    const file = (this.#file ??= this.#open(record.createdMs));
    if (this.#rotation?.isDue(file, line.length, record.createdMs) !== true) append(file, line);
    else this.#appendToNext(this.#rotation, line, record.createdMs);
  }

  /** Closes the file. */
  override close(): void {
    const file = this.#file;
    this.#file = null;
    if (file !== null) closeSync(file.fd);
  }

  /** If the old file cannot be moved away, the line is appended to it all the same, and then the failure is told. */
  #appendToNext(rotation: LogRotation, line: Uint8Array, nowMs: number): void {
    this.close();
    try {
      rotation.rotate(this.path);
    } finally {
      append((this.#file = this.#open(nowMs)), line);
    }
  }

  #open(nowMs: number): OpenFile {
    const fd = openSync(this.path, 'a');
    const { size, mtimeMs } = fstatSync(fd);
    const file = { fd, bytes: size, lastWrittenMs: size === 0 ? nowMs : mtimeMs };
    this.#rotation?.opened(file);
    return file;
  }
}

function append(file: OpenFile, line: Uint8Array): void {
  for (let written = 0; written < line.length;) written += writeSync(file.fd, line, written);
  file.bytes += line.length;
}
