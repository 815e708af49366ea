// A line chart as SVG: the curve behind a table. Its colours follow the reader's light or dark theme; every line also
// ends in its own mark and words, so that it can be read without colours. Pure.

type Point = readonly [x: number, y: number];

type Series = { name: string; points: readonly Point[] };

export type Chart = {
  /** Without .svg. */
  file: string;
  title: string;
  x: string;
  y: string;
  /** Logarithmic axes; values have to be above 0. */
  log: { x: boolean; y: boolean };
  series: readonly Series[];
  /** A line across, such as what is aimed at. */
  level?: { at: number; name: string };
};

const WIDTH = 720;
const HEIGHT = 380;
const LEFT = 74;
const RIGHT = 190;
const TOP = 42;
const BOTTOM = 52;
const INNER = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
const LABEL_APART = 15;

const STYLE = `text{font:13px system-ui,sans-serif;fill:#24292f}.t{font-weight:600;font-size:14px}.g{stroke:#d0d7de}.l{stroke:#6e7781;stroke-dasharray:5 4}
path{fill:none;stroke-width:2.2}.s0{stroke:#0550ae}.s1{stroke:#bc4c00}.s2{stroke:#1a7f37}.s3{stroke:#8250df}.s4{stroke:#a40e26}.f0{fill:#0550ae}.f1{fill:#bc4c00}.f2{fill:#1a7f37}.f3{fill:#8250df}.f4{fill:#a40e26}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.g{stroke:#3d444d}.l{stroke:#9198a1}.s0{stroke:#79c0ff}.s1{stroke:#ffa657}.s2{stroke:#7ee787}.s3{stroke:#d2a8ff}.s4{stroke:#ff7b72}.f0{fill:#79c0ff}.f1{fill:#ffa657}.f2{fill:#7ee787}.f3{fill:#d2a8ff}.f4{fill:#ff7b72}}`;
const COLOURS = 5;

export function drawChart(chart: Chart): string {
  const { title, x, y, log, level } = chart;
  const series = chart.series.map(({ name, points }) => ({ name, points: points.filter(isDrawable(log)) }));
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) throw new Error(`There is nothing to draw in "${title}".`);
  const across = scaleOf(
    all.map(([value]) => value),
    log.x,
  );
  const up = scaleOf([...all.map(([, value]) => value), ...(level ? [level.at] : [])], log.y);
  const atX = (value: number) => round(LEFT + across.share(value) * INNER.width);
  const atY = (value: number) => round(TOP + (1 - up.share(value)) * INNER.height);
  const right = LEFT + INNER.width;

  const grid = [
    ...up.ticks.map(
      (tick) =>
        `<line class="g" x1="${LEFT}" x2="${right}" y1="${atY(tick)}" y2="${atY(tick)}"/><text x="${LEFT - 8}" y="${atY(tick) + 4}" text-anchor="end">${words(tick)}</text>`,
    ),
    ...across.ticks.map(
      (tick) =>
        `<line class="g" x1="${atX(tick)}" x2="${atX(tick)}" y1="${TOP + INNER.height}" y2="${TOP + INNER.height + 5}"/><text x="${atX(tick)}" y="${TOP + INNER.height + 19}" text-anchor="middle">${words(tick)}</text>`,
    ),
  ];
  const line = level
    ? [
        `<line class="l" x1="${LEFT}" x2="${right}" y1="${atY(level.at)}" y2="${atY(level.at)}"/><text x="${right - 4}" y="${atY(level.at) - 5}" text-anchor="end">${escaped(level.name)}</text>`,
      ]
    : [];
  const places = apart(series.map(({ points }) => atY(points.at(-1)?.[1] ?? up.least)));
  const curves = series.map(({ name, points }, index) => {
    const colour = index % COLOURS;
    const dots = points.map(
      (point) => `<circle class="f${colour}" cx="${atX(point[0])}" cy="${atY(point[1])}" r="3"/>`,
    );
    const path = points.map((point, place) => `${place === 0 ? 'M' : 'L'}${atX(point[0])} ${atY(point[1])}`).join('');
    return `<path class="s${colour}" d="${path}"/>${dots.join('')}<text class="f${colour}" x="${right + 10}" y="${round((places[index] ?? 0) + 4)}">${escaped(name)}</text>`;
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(`${title}: ${y} against ${x}`)}">
<style>${STYLE}</style>
<text class="t" x="${LEFT}" y="22">${escaped(title)}</text>
${[...grid, ...line, ...curves].join('\n')}
<text x="${LEFT + INNER.width / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(x)}</text>
<text transform="translate(16 ${TOP + INNER.height / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>
</svg>
`;
}

/** What has no place on an axis is left out. */
const isDrawable =
  (log: Chart['log']) =>
  ([x, y]: Point): boolean =>
    Number.isFinite(x) && Number.isFinite(y) && !(log.x && x <= 0) && !(log.y && y <= 0);

type Scale = { least: number; ticks: number[]; share(value: number): number };

function scaleOf(values: readonly number[], isLog: boolean): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return isLog ? logScale(least, most) : evenScale(most);
}

function evenScale(most: number): Scale {
  const step = niceStep((most || 1) / 4);
  const top = Math.ceil((most || 1) / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => round(index * step));
  return { least: 0, ticks, share: (value) => value / top };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power;
}

function logScale(least: number, most: number): Scale {
  const from = Math.floor(Math.log10(least));
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  return { least: 10 ** from, ticks, share: (value) => (Math.log10(value) - from) / (to - from) };
}

/** Moves labels down as far as they need to be read. */
function apart(places: readonly number[]): number[] {
  const moved = [...places];
  const order = places.map((_, index) => index).toSorted((one, other) => (places[one] ?? 0) - (places[other] ?? 0));
  let last = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    last = Math.max(moved[index] ?? 0, last + LABEL_APART);
    moved[index] = last;
  }
  return moved;
}

const round = (value: number): number => Math.round(value * 100) / 100;
const words = (value: number): string =>
  value < 1 ? String(Number(value.toPrecision(2))) : value.toLocaleString('en');
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
