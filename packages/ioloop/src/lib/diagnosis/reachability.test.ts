import { describe, expect, it } from 'vitest';
import { reachable } from './reachability.ts';

const PROPERTY = 0;
const WEAK = 1;

/** A snapshot whose node n has the number 10 × n; the root is 0. */
function snapshot(...edgesOf: readonly (readonly [type: number, to: number][])[]): string {
  return JSON.stringify({
    snapshot: {
      meta: {
        node_fields: ['type', 'id', 'edge_count'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [['property', 'weak'], 'string_or_number', 'node'],
      },
    },
    nodes: edgesOf.flatMap((edges, node) => [0, node * 10, edges.length]),
    edges: edgesOf.flat().flatMap(([type, to]) => [type, 0, to * 3]),
  });
}

const NONE: ReadonlySet<number> = new Set();

describe('reachable', () => {
  it('follows the edges from the root, round circles too', () => {
    const json = snapshot([[PROPERTY, 1]], [[PROPERTY, 2]], [[PROPERTY, 1]], [[PROPERTY, 0]]);
    expect(reachable(json, NONE)).toEqual(new Set([0, 10, 20]));
  });

  it('does not count weak ones', () => {
    const json = snapshot([[PROPERTY, 1]], [[WEAK, 2]], []);
    expect(reachable(json, NONE)).toEqual(new Set([0, 10]));
  });

  it('reaches what is opaque, and nothing through it', () => {
    const edges = [[PROPERTY, 2]] as [number, number][];
    const json = snapshot([[PROPERTY, 1]], edges, []);
    expect(reachable(json, new Set([10]))).toEqual(new Set([0, 10]));
  });
});
