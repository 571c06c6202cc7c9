// What can be reached in a snapshot of the heap. Owns: V8's format of it. Must not know: what the objects are.

/** V8's snapshot, as far as it is read here: flat arrays of numbers, described by `meta`. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

/** The numbers of those objects that can be reached from the roots without passing through one of `opaque`. */
export function reachable(json: string, opaque: ReadonlySet<number>): Set<number> {
  const { snapshot, nodes, edges } = JSON.parse(json) as Snapshot;
  const { node_fields: nodeFields, edge_fields: edgeFields, edge_types: edgeTypes } = snapshot.meta;
  const nodeSize = nodeFields.length;
  const edgeSize = edgeFields.length;
  const idAt = nodeFields.indexOf('id');
  const edgeTypeAt = edgeFields.indexOf('type');
  const targetAt = edgeFields.indexOf('to_node');
  const weak = edgeTypes[0].indexOf('weak');
  const firstEdge = firstEdges(nodes, nodeSize, nodeFields.indexOf('edge_count'), edgeSize);

  const seen = new Uint8Array(nodes.length / nodeSize);
  const found = new Set<number>();
  const left = [0]; // indices of nodes; the first is the root
  seen[0] = 1;
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    const id = nodes[node * nodeSize + idAt] ?? 0;
    found.add(id);
    if (opaque.has(id)) continue;
    const end = firstEdge[node + 1] ?? 0;
    for (let edge = firstEdge[node] ?? 0; edge < end; edge += edgeSize) {
      if (edges[edge + edgeTypeAt] === weak) continue;
      const target = (edges[edge + targetAt] ?? 0) / nodeSize;
      if (seen[target] === 1) continue;
      seen[target] = 1;
      left.push(target);
    }
  }
  return found;
}

/** Where each node's edges begin; one more at the end. */
function firstEdges(
  nodes: readonly number[],
  nodeSize: number,
  countAt: number,
  edgeSize: number,
): Uint32Array {
  const first = new Uint32Array(nodes.length / nodeSize + 1);
  let at = 0;
  for (let node = 0; node * nodeSize < nodes.length; node++) {
    first[node] = at;
    at += (nodes[node * nodeSize + countAt] ?? 0) * edgeSize;
  }
  first[nodes.length / nodeSize] = at;
  return first;
}
