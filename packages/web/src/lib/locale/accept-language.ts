// Accept-Language: which languages, best first. RFC 9110 §12.5.4; WEB-82.

/** The languages that a browser accepts, best first; one with a weight of 0, or none that can be read, is not accepted. */
export function acceptedLanguages(header: string): string[] {
  return header
    .split(',')
    .map((entry) => {
      const [code = '', ...params] = entry.split(';').map((part) => part.trim());
      return { code, weight: weightOf(params[0] ?? '') };
    })
    .filter(({ code, weight }) => code !== '' && weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ code }) => code);
}

/** 1 unless said otherwise. */
function weightOf(param: string): number {
  const [name, value = ''] = param.split('=').map((part) => part.trim());
  if (name !== 'q') return 1;
  return /^\d*\.?\d+$|^\d+\.$/.test(value) ? Number(value) : 0;
}
