// Which HTTP servers of this process listen: one that serves cannot watch over others.

/** A server is in it from its first `listen` to its `stop`. */
export const listeningServers: Set<object> = new Set<object>();
