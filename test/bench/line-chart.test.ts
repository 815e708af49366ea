import { describe, expect, it } from 'vitest';
import { type Chart, drawChart } from '../../bench/support/line-chart.ts';

const chart: Chart = {
  file: 'some',
  title: 'Calls & members',
  x: 'members',
  y: 'calls',
  log: { x: true, y: false },
  series: [
    {
      name: 'relay',
      points: [
        [100, 5],
        [1000, 5],
        [10_000, 5],
      ],
    },
    {
      name: 'the <guide>',
      points: [
        [100, 101],
        [1000, 1001],
        [10_000, 10_001],
      ],
    },
  ],
};

const heights = (svg: string): number[] =>
  [...svg.matchAll(/<circle class="f0" cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
const places = (svg: string): number[] =>
  [...svg.matchAll(/<circle class="f0" cx="([\d.]+)"/g)].map(([, x]) => Number(x));

describe('a line chart', () => {
  it('has every point of every series, within the picture, and its words', () => {
    const svg = drawChart(chart);

    expect([...svg.matchAll(/<circle/g)]).toHaveLength(6);
    expect(svg).toContain('Calls &amp; members');
    expect(svg).toContain('the &lt;guide&gt;');
    expect([...heights(svg), ...places(svg)].every((each) => each >= 0 && each <= 720)).toBe(true);
  });

  it('draws what stays the same as level, and each power of ten at the same distance', () => {
    const svg = drawChart(chart);
    const [one = 0, two = 0, three = 0] = places(svg);

    expect(new Set(heights(svg)).size).toBe(1);
    expect(three - two).toBeCloseTo(two - one);
  });

  it('more is higher', () => {
    const [series] = chart.series;
    const svg = drawChart({
      ...chart,
      series: [
        {
          name: series?.name ?? '',
          points: [
            [1, 1],
            [10, 2],
            [100, 3],
          ],
        },
      ],
    });

    expect(heights(svg)).toEqual(heights(svg).toSorted((one, other) => other - one));
  });

  it('follows light and dark', () => {
    expect(drawChart(chart)).toContain('@media(prefers-color-scheme:dark)');
  });

  it('leaves out what has no place on a logarithmic axis, and refuses to draw nothing', () => {
    const points = [[0, 1]] as const;
    const nothing = { ...chart, series: [{ name: 'none', points }] };
    const some = {
      ...chart,
      series: [{ name: 'some', points: [...points, [10, Number.NaN] as const, [10, 1] as const] }],
    };

    expect(() => drawChart(nothing)).toThrow('nothing to draw');
    expect([...drawChart(some).matchAll(/<circle/g)]).toHaveLength(1);
  });
});
