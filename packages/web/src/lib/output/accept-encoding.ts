// Which of the codings we can make a client likes best. RFC 9110 §12.5.3. Must not know: how they are made.

/** The offered coding with the highest weight, of several the first; null where the client takes none of them, or likes it better as it is. */
export function preferredEncoding<E extends string>(
  header: string,
  offered: readonly E[],
): E | null {
  if (header === '') return null;
  const weights = weightsOf(header);
  let best: E | null = null;
  // "identity" is always acceptable, and only what is said about it counts.
  const plainWeight = weights.get('identity') ?? 0;
  let bestWeight = 0;
  for (const coding of offered) {
    const weight = weights.get(coding) ?? weights.get('*') ?? 0;
    if (weight > bestWeight) {
      best = coding;
      bestWeight = weight;
    }
  }
  return bestWeight < plainWeight ? null : best;
}

function weightsOf(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const entry of header.split(',')) {
    const [coding = '', ...params] = entry.split(';').map((part) => part.trim().toLowerCase());
    // RFC 9110 §8.4.1.3: they are the same.
    const name = coding === 'x-gzip' ? 'gzip' : coding;
    if (name !== '') weights.set(name, weightOf(params));
  }
  return weights;
}

/** 1 unless said otherwise; what is no weight is none. */
function weightOf(params: readonly string[]): number {
  for (const param of params) {
    const [name, value = ''] = param.split('=').map((part) => part.trim());
    if (name !== 'q') continue;
    return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
  }
  return 1;
}
