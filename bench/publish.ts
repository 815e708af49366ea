// What `--write` leaves behind: the figures as JSON, the curves as SVG, and the benchmark's block in docs/performance.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Report, type Table, verdictOn } from './report.ts';
import { drawChart } from './support/line-chart.ts';

export type Circumstances = { machine: string; at: string; quick: boolean };

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const PAGE = 'docs/performance.md';

export function publish(name: string, report: Report, circumstances: Circumstances): void {
  const { tables, aims, missing, unsound, figures, charts } = report;
  const verdicts = aims.map(verdictOn);
  const content = { name, ...circumstances, missing, unsound, verdicts, aims, tables, figures };
  write(`bench/results/${name}.json`, `${JSON.stringify(content, withoutNoise, 2)}\n`);
  for (const chart of charts) write(`docs/performance/${chart.file}.svg`, drawChart(chart));
  write(PAGE, withBlock(readFileSync(fileOf(PAGE), 'utf8'), name, blockOf(report, circumstances)));
}

function write(path: string, text: string): void {
  mkdirSync(fileOf(path.split('/').slice(0, -1).join('/')), { recursive: true });
  writeFileSync(fileOf(path), text);
}

/** Five figures are more than a measurement has. */
function withoutNoise(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}

/** Puts the text between the marks of that name. Throws where they are not there. */
export function withBlock(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- bench:${name} -->\n`, `<!-- /bench:${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${PAGE} has no place for "${name}": ${start.trim()} ... ${end}`);
  return page.slice(0, from + start.length) + text + page.slice(to);
}

export function blockOf({ tables, aims, charts, missing, unsound }: Report, where: Circumstances): string {
  const { machine, at, quick } = where;
  const paragraphs = [
    `Taken on ${at}, ${machine}${quick ? ', by `--quick`: a first look, not a result' : ''}.`,
    ...tables.map(asMarkdown),
    ...(aims.length > 0 ? [aims.map((aim) => `- ${verdictOn(aim)}`).join('\n')] : []),
    ...missing.map((words) => `**${words}**`),
    ...unsound.map((words) => `**Not sound:** ${words}`),
    ...(charts.length > 0 ? [charts.map(({ file, title }) => `![${title}](performance/${file}.svg)`).join('\n')] : []),
  ];
  return `\n${paragraphs.join('\n\n')}\n\n`;
}

function asMarkdown({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`${title}:`, '', line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
