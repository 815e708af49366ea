// A report for the terminal.
import { formatTable } from '../src/cli/table.ts';
import { type Report, verdictOn } from './report.ts';

export function asText({ tables, aims, missing, unsound }: Report, width: number | null): string {
  const parts = tables.map(({ title, columns, rows }) => {
    const heads = columns.map((head, index) => ({ head, ...(index === 1 ? { least: 16 } : {}) }));
    return `${title}\n\n${formatTable(heads, rows, { width })}`;
  });
  return [
    ...parts,
    ...(aims.length > 0 ? [`${aims.map((aim) => `- ${verdictOn(aim)}\n`).join('')}`] : []),
    ...(missing.length > 0 ? [`${missing.join('\n')}\n`] : []),
    ...(unsound.length > 0 ? [`NOT SOUND:\n${unsound.map((words) => `- ${words}\n`).join('')}`] : []),
  ].join('\n');
}
