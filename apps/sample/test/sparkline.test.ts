import { describe, expect, it } from 'vitest';
import { sparkline } from '../src/web/sparkline.ts';

describe('sparkline', () => {
  it('puts the largest value on top', () => {
    expect(sparkline([0, 10])).toContain('points="0.0,30.0 180.0,2.0"');
  });

  it('draws nothing of nothing', () => {
    expect(sparkline([])).toContain('points=""');
  });
});
