// How a server under test says that it listens: one line with its port.

/** Prints the port for whoever started this process. */
export function ready(port: number): void {
  console.log(`port ${port}`);
}
