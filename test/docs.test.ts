// What is written stays in step with what is there: variables, commands, routes, events, metrics, links, examples.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Router } from 'express';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../src/access/policy-load.ts';
import { runCommandLine } from '../src/cli/program.ts';
import { type Variable, variables } from '../src/config-variables.ts';
import { COBOT_EVENTS } from '../src/lib/callback-path.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createMetrics } from '../src/lib/metrics.ts';
import { openWorld } from './cli/world.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const documents = ['README.md', 'SECURITY.md', ...filesIn('src/locks'), ...filesIn('docs'), ...filesIn('examples')];

function filesIn(folder: string): string[] {
  return namesIn(folder, '.md').map((name) => join(folder, name));
}

function namesIn(folder: string, ending: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(ending));
}

/** The rows of the table between two marks, without its head. */
function rowsOf(mark: string): string[] {
  const [, between = ''] = new RegExp(`<!-- ${mark}:.*?-->\n([\\s\\S]*?)<!-- /${mark} -->`).exec(readme) ?? [];
  const rows = between.split('\n').filter((line) => line !== '');
  return rows.slice(2);
}

/** What stands in backticks in the first cell. */
const subjectOf = (row: string) => /^\| `(.*?)` \|/.exec(row)?.[1] ?? row;

describe('the README', () => {
  it('has a row for every variable, in order, with its default and meaning', () => {
    expect(rowsOf('variables')).toEqual(variables.filter(isUsual).map(rowFor));
  });

  it('has a row for every variable of the other lock systems', () => {
    const others = variables.filter((each) => !isUsual(each));

    expect(rowsOf('lock-systems')).toEqual(others.map(rowFor));
  });

  it('lists the commands and options that there are, and no others', async () => {
    const there = await commandsWithOptions();

    const written = rowsOf('commands').flatMap((row) => {
      const [, words = '', rest = ''] = /^([a-z ]+[a-z])(.*)$/.exec(subjectOf(row)) ?? [];
      const options = [...rest.matchAll(/--[a-z-]+/g)].map(([option]) => option).toSorted();
      const names = rest.startsWith(' [list]') ? [words, `${words} list`] : [words];
      return names.map((name) => [name, options] as const);
    });

    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(there));
  });

  it('lists the routes that there are, and no others', async () => {
    const world = await openWorld();
    const { app } = await world.service({ ADMIN_PASSWORD: 'there is a page, too' });
    const routes = routesOf(app.http.router);

    expect(rowsOf('routes').map(subjectOf).toSorted()).toEqual(routes.toSorted());
  });

  it('names every event of Cobot that is registered, and no other', () => {
    const [, list = ''] = /registers these events: ([\s\S]*?)\.\n\n/.exec(readme) ?? [];

    expect([...list.matchAll(/`(\w+)`/g)].map(([, event]) => event)).toEqual([...COBOT_EVENTS]);
  });

  it('gives the two commands that try it, on lines of their own', () => {
    expect(readme).toMatch(/^npm ci && npm run demo$/m);
    expect(readme).toMatch(/^npm ci && npm test$/m);
  });

  it('asks for the four values that have to be filled in', () => {
    const required = variables.filter((each) => each.required && isUsual(each)).map(({ name }) => name);
    const [, start = ''] = /fill in the first four: ([\s\S]*?)\n2\. /.exec(readme) ?? [];

    expect(required).toHaveLength(4);
    expect(required.filter((name) => !start.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the documents', () => {
  it.each(documents)('%s names no file that is not there', (document) => {
    const text = read(document);
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => linkedFrom(document, link));
    const named = [...text.matchAll(/`((?:src|test|docs|examples|\.ci)\/[\w./-]+\w)`/g)].map(([, path = '']) => path);

    expect([...local.map(({ path }) => path), ...named].filter((path) => !existsSync(join(root, path)))).toEqual([]);
    for (const { path, anchor } of local) if (anchor !== '') expect(anchorsOf(path)).toContain(anchor);
  });

  it('one page says of every metric what it means', async () => {
    const text = await metrics().text();
    const there = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
    const written = [...read('docs/operations.md').matchAll(/^\| `(relay_\w+)/gm)].map(([, name]) => name);

    expect(written.toSorted()).toEqual(there.toSorted());
  });

  it('one page says of every table why it is kept', () => {
    const migrations = namesIn('src/store/migrations', '.ts').map((name) => read(`src/store/migrations/${name}`));
    const tables = [...migrations.join().matchAll(/\.createTable\('(\w+)'\)/g)].map(([, table = '']) => table);
    const [, section = ''] = /## What is kept, and why\n([\s\S]*?)\n## /.exec(read('docs/architecture.md')) ?? [];

    expect(tables.length).toBeGreaterThan(15);
    expect(tables.filter((table) => !section.includes(`\`${table}\``))).toEqual([]);
  });

  it.each(filesIn('docs/decisions'))('%s says the context, the choice and what was given up', (file) => {
    const text = read(file);

    expect([...text.matchAll(/^#+ (.*)$/gm)].slice(1).map(([, heading]) => heading)).toEqual([
      'Context',
      'Choice',
      'Given up',
    ]);
    expect(text.split('\n').length).toBeLessThan(45);
  });

  it('every reading that the source calls inferred or unknown is listed', () => {
    const text = read('docs/unknowns.md');
    const sources = namesIn('src', '.ts')
      .filter((name) => /^(cobot|access|locks|webhooks)\/.*\.ts$/.test(name))
      .filter((name) => /\b[Ii]nferred\b|not documented|documented nowhere/.test(read(`src/${name}`)));

    expect(sources.length).toBeGreaterThan(3);
    expect(sources.filter((name) => !text.includes(`\`src/${name}\``))).toEqual([]);
  });
});

describe('the examples of a policy', () => {
  it.each(namesIn('examples', '.yaml'))('%s is a good one', (name) => {
    expect(parsePolicy(read(`examples/${name}`))).toMatchObject({ ok: true });
  });
});

/** What everybody has, and what the lock system that is there without a choice needs. */
const isUsual = ({ lockSystem = 'smartlock' }: Variable) => lockSystem === 'smartlock';

function rowFor({ name, required, default: otherwise, otherwise: without, description }: Variable): string {
  const fallback = otherwise === undefined ? `none: ${without}` : `\`${otherwise}\``;
  return `| \`${name}\` | ${required ? 'required' : fallback} | ${description} |`;
}

async function help(...words: string[]): Promise<string> {
  let text = '';
  const out = (more: string) => {
    text += more;
  };
  const terminal = { out, err: out, width: 200, colours: false, ask: null };
  await runCommandLine([...words, '--help'], { env: {}, terminal, clock: systemClock });
  return text;
}

/** Every command that there is help for, with its own options. */
async function commandsWithOptions(above: string[] = []): Promise<(readonly [string, string[]])[]> {
  const text = await help(...above);
  const section = (title: string) => new RegExp(`^${title}:\n((?:  .*\n)+)`, 'm').exec(text)?.[1] ?? '';
  const own = [...section('Options').matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
  const below = [...section('Commands').matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
  const deeper = await Promise.all(
    below.filter((name) => name !== 'help').map((name) => commandsWithOptions([...above, name])),
  );
  const options = own.filter((option) => !['--help', '--json'].includes(option)).toSorted();
  // Of those that only hold others commander offers help on these.
  const isCommand = above.length > 0 && !below.includes('help');
  return [...(isCommand ? [[above.join(' '), options] as const] : []), ...deeper.flat()];
}

/** "POST /lock_open": what a router and those in it answer; `all` is the answer to other methods. */
function routesOf({ stack }: Pick<Router, 'stack'>): string[] {
  return stack.flatMap(({ route, handle }) => {
    if ('stack' in handle && Array.isArray(handle.stack)) return routesOf({ stack: handle.stack });
    const methods = new Set(route?.stack.map((layer) => layer.method).filter((name) => name !== undefined));
    return route ? [...methods].map((method) => `${method.toUpperCase()} ${route.path}`) : [];
  });
}

function metrics() {
  return createMetrics({
    jobs: async () => [],
    budgets: async () => [],
    lastGoodSweep: async () => 0,
    holdLines: async () => 0,
    problems: async () => 0,
    now: () => 0,
  });
}

function linkedFrom(document: string, link: string): { path: string; anchor: string } {
  const [file = '', anchor = ''] = link.split('#');
  return { path: file === '' ? document : join(dirname(document), file), anchor };
}

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
