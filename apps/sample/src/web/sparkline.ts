// A row of numbers as a small drawing: inline SVG, nothing to load.

const WIDTH = 180;
const HEIGHT = 32;

/** A line through `values`, the largest on top; an empty drawing when there are none. */
export function sparkline(values: readonly number[]): string {
  const points = values.map(
    (value, at) => `${x(at, values.length)},${y(value, Math.max(...values))}`,
  );
  const label =
    values.length === 0 ? 'no latencies yet' : `latency of the last ${values.length} answers`;
  return (
    `<svg class="sparkline" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `width="${WIDTH}" height="${HEIGHT}"><polyline points="${points.join(' ')}"/></svg>`
  );
}

function x(at: number, count: number): string {
  return (count < 2 ? WIDTH / 2 : (at / (count - 1)) * WIDTH).toFixed(1);
}

/** Two pixels are kept free at both edges for the line's own width. */
function y(value: number, most: number): string {
  return (HEIGHT - 2 - (most === 0 ? 0 : (value / most) * (HEIGHT - 4))).toFixed(1);
}
