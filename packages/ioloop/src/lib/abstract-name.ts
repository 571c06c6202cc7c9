// Names in Linux's abstract namespace of unix sockets: paths that begin with NUL. Owns: being found by node:net, and finding it.

const PATH_BYTES = 108; // of `sun_path`
/** Until 22, Node.js takes such a name for all 108 bytes of the address, with NULs behind it. */
const isPadded = Number(process.versions.node.split('.', 1)[0]) < 22;

/** The path as the kernel has to be told it, so that it means the same as to node:net. */
export function kernelPath(path: string): string {
  if (!isPadded || !path.startsWith('\0')) return path;
  return path + '\0'.repeat(Math.max(0, PATH_BYTES - Buffer.byteLength(path)));
}
