// How a server under test says that it listens: one line with its port.

/** Prints the port for whoever started this process. From then on SIGUSR2 collects garbage, where Node.js was told to let us. */
export function ready(port: number): void {
  process.on('SIGUSR2', () => {
    globalThis.gc?.();
    globalThis.gc?.();
  });
  console.log(`port ${port}`);
}
