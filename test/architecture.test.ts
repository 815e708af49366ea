// The rules that hold the folders together: they hold for the real tree, they saw all of it, and each of them bites.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Finding, findingsIn } from './support/source-rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const config = join(root, '.dependency-cruiser.cjs');

const ruleNames = z
  .object({ forbidden: z.array(z.object({ name: z.string() })) })
  .transform(({ forbidden }) => forbidden.map(({ name }) => name))
  .parse(createRequire(import.meta.url)(config));

const report = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({
    totalDependenciesCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

async function cruise(folder: string): Promise<z.output<typeof report>> {
  const parameters = [cruiser, '--config', config, '--output-type', 'json', 'src', 'test', 'bench'];
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, parameters, options);
  return report.parse(JSON.parse(stdout));
}

const filesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
    .toSorted();
const sources = filesOf('src');
const benchmarks = filesOf('bench');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the import rules', () => {
  it('hold for the real tree, of which every file was seen', async () => {
    const { modules, summary } = await cruise(root);

    const seen = new Set(modules.map(({ source }) => source));
    expect(summary.violations).toEqual([]);
    expect([...sources, ...benchmarks].filter((file) => !seen.has(file))).toEqual([]);
    expect(benchmarks).toContain('bench/main.ts');
    expect(sources).toContain('src/sync/sweep.ts');
    expect(sources.length).toBeGreaterThan(80);
    expect(summary.totalDependenciesCruised).toBeGreaterThan(400);
  }, 60_000);

  describe('bite', () => {
    let violations: z.output<typeof report>['summary']['violations'] = [];

    beforeAll(async () => {
      const folder = makeProjectOfWrongs();
      violations = (await cruise(folder)).summary.violations;
      rmSync(folder, { recursive: true });
    }, 60_000);

    it.each(Object.entries(wrongs))('%s', (rule, { file }) => {
      const found = violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

      expect(found).toContain(rule);
    });

    it('every rule has its violation', () => {
      expect(Object.keys(wrongs).toSorted()).toEqual(ruleNames.toSorted());
    });

    it('and leave alone what is allowed', () => {
      const files = Object.keys(rights);

      expect(violations.filter(({ from }) => files.includes(from))).toEqual([]);
    });
  });
});

type Wrong = { file: string; text: string; others?: Record<string, string> };

const value = (path: string) => `import { thing } from '${path}';\nexport const user = thing;\n`;
const type = (path: string) => `import type { Thing } from '${path}';\nexport type User = Thing;\n`;

/** One violation on purpose for every rule, by the rule's name. */
const wrongs: Record<string, Wrong> = {
  'no-cycles': {
    file: 'src/queue/one.ts',
    text: type('./two.ts').replace('User', 'Thing1'),
    others: { 'src/queue/two.ts': `import type { Thing1 } from './one.ts';\nexport type Thing = Thing1 | null;\n` },
  },
  'access-imports-nothing-but-itself': { file: 'src/access/reader.ts', text: `import 'node:fs';\n` },
  'lib-imports-no-folder': { file: 'src/lib/knowing.ts', text: type('../access/thing.ts') },
  ...Object.fromEntries(
    ['webhooks', 'cobot', 'sync', 'locks', 'queue', 'store', 'admin', 'alerts', 'simulators'].map((folder) => [
      `${folder}-takes-values-from-itself-access-and-lib`,
      // A mixed import counts as one of values.
      {
        file: `src/${folder}/taking.ts`,
        text: `import { type Thing, thing } from '../${folder === 'store' ? 'queue' : 'store'}/thing.ts';\nexport const user: Thing = thing;\n`,
      },
    ]),
  ),
  'cobot-knows-neither-locks-nor-sync': { file: 'src/cobot/knowing.ts', text: type('../sync/thing.ts') },
  'locks-know-neither-cobot-nor-sync': { file: 'src/locks/knowing.ts', text: type('../cobot/thing.ts') },
  'a-vendor-stays-in-its-folder': { file: 'src/locks/owned.ts', text: type('./acme/thing.ts') },
  'no-vendor-imports-another': { file: 'src/locks/acme/copying.ts', text: value('../other/thing.ts') },
  'only-entry-files-build-the-app': { file: 'src/sync/building.ts', text: value('../app.ts') },
  'configuration-builds-nothing': { file: 'src/config.ts', text: type('./store/thing.ts') },
  'nobody-imports-the-command-line': {
    file: 'src/app.ts',
    text: `${value('./cli/thing.ts')}export const thing = user;\n`,
  },
  'the-operator-takes-values-from-itself-sync-access-and-lib': {
    file: 'src/operator/showing.ts',
    text: value('../admin/thing.ts'),
  },
  'the-service-knows-no-simulator': { file: 'src/main.ts', text: type('./simulators/thing.ts') },
  'the-source-knows-neither-test-nor-bench': { file: 'src/lib/testing.ts', text: type('../../bench/thing.ts') },
  'one-http-client': { file: 'src/webhooks/calling.ts', text: `import 'axios';\n` },
  'one-clock': { file: 'src/sync/waiting.ts', text: `import 'node:timers/promises';\n` },
  'one-log': { file: 'src/admin/logging.ts', text: `import 'pino';\n` },
  'one-registry-of-metrics': { file: 'src/sync/counting.ts', text: `import 'prom-client';\n` },
  'mail-stays-in-one-file': { file: 'src/alerts/posting.ts', text: `import 'nodemailer';\n` },
  'sql-stays-in-store-and-queue': { file: 'src/sync/asking.ts', text: `import 'node:sqlite';\n` },
  'one-file-knows-pg-boss': { file: 'src/queue/handing-out.ts', text: `import 'pg-boss';\n` },
  'no-orphans': { file: 'src/lib/lonely.ts', text: 'export const alone = 1;\n' },
  resolvable: { file: 'src/lib/dangling.ts', text: value('./nowhere.ts') },
  'packages-are-declared': { file: 'src/lib/borrowing.ts', text: `import 'undeclared';\n` },
  'production-needs-no-development-package': { file: 'src/lib/developing.ts', text: `import 'nock';\n` },
};

const rights: Record<string, string> = {
  'src/operator/allowed.ts': `${type('../store/thing.ts')}${value('../sync/thing.ts')}`,
  'src/sync/allowed.ts': `${type('../store/thing.ts')}${value('../lib/thing.ts')}export { thing } from '../access/thing.ts';\n`,
  'src/access/allowed.ts': `import 'zod';\n${value('./thing.ts')}`,
  'src/locks/catalog.ts': value('./acme/thing.ts'),
  'src/locks/acme/allowed.ts': type('../thing.ts'),
  'src/lib/wire.ts': `import 'axios';\n`,
  'src/cli/demo.ts': value('../simulators/thing.ts'),
  'src/cli/allowed.ts': value('../app.ts'),
};

/** A small project with every violation; its packages are empty ones. */
function makeProjectOfWrongs(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relay-test-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const homes = ['access', 'lib', 'webhooks', 'cobot', 'sync', 'locks', 'locks/acme', 'locks/other', 'queue', 'store'];
  for (const home of [...homes, 'admin', 'alerts', 'operator', 'simulators', 'cli', '../test', '../bench'])
    write(`src/${home}/thing.ts`, 'export type Thing = number;\nexport const thing: Thing = 1;\n');
  for (const [name, { file, text, others = {} }] of Object.entries(wrongs)) {
    write(file, `// ${name}\n${text}`);
    for (const [other, content] of Object.entries(others)) write(other, content);
  }
  for (const [file, text] of Object.entries(rights)) write(file, text);

  const dependencies = Object.fromEntries(
    ['axios', 'nodemailer', 'pg-boss', 'pino', 'prom-client', 'zod'].map((name) => [name, '1.0.0']),
  );
  write('package.json', JSON.stringify({ type: 'module', dependencies, devDependencies: { nock: '1.0.0' } }));
  for (const name of [...Object.keys(dependencies), 'nock', 'undeclared']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  return folder;
}

describe('the source', () => {
  const mayDo: Record<Finding, readonly string[]> = {
    'reads the environment': ['src/config.ts'],
    'asks for the time': ['src/lib/clock.ts'],
    'says any': [],
    'asserts with !': [],
    'keeps state': [],
  };

  it.each(Object.entries(mayDo))('nowhere but where it belongs: %s', (finding, files) => {
    const others = sources.filter((file) => !files.includes(file));

    const found = others.flatMap((file) =>
      findingsIn(textOf(file))
        .filter((each) => each.finding === finding)
        .map(({ line }) => `${file}:${line}`),
    );

    expect(found).toEqual([]);
    for (const file of files) expect(findingsIn(textOf(file)).map((each) => each.finding)).toContain(finding);
  });

  it.each([
    ['reads the environment', `const home = process.env['HOME'];`],
    ['reads the environment', `const { HOME } = globalThis.process['env'];`],
    ['reads the environment', `import { env } from 'node:process';`],
    ['asks for the time', 'const at = Date.now();'],
    ['asks for the time', 'const at = new Date();'],
    ['asks for the time', 'const at = Temporal.Now.instant();'],
    ['asks for the time', 'setTimeout(work, 10);'],
    ['asks for the time', 'const wait = globalThis.setInterval;'],
    ['asks for the time', 'fetch(url, { signal: AbortSignal.timeout(10) });'],
    ['says any', 'const thing: any[] = [];'],
    ['says any', 'const thing = other as any;'],
    ['asserts with !', 'const [first] = list; use(first!.name);'],
    ['keeps state', 'let count = 0;'],
  ])('is known to break a rule when it %s: %s', (finding, text) => {
    expect(findingsIn(text).map((each) => each.finding)).toContain(finding);
  });

  it('is not suspected for what it says in comments, strings and dates of its own', () => {
    const text = `// Date.now() and process.env, any\nconst words = 'setTimeout()';\nconst then = new Date(0);\nif (!a !== b) go();\n`;

    expect(findingsIn(text)).toEqual([]);
  });

  it('names no vendor outside its folder, the catalog, the configuration and the simulators', () => {
    const vendors = readdirSync(join(root, 'src/locks'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const home = /^src\/(locks\/catalog\.ts|config(-variables|-locks)?\.ts|simulators\/|cli\/demo)/;

    const found = vendors.flatMap((vendor) =>
      sources
        .filter((file) => !home.test(file) && !file.startsWith(`src/locks/${vendor}/`))
        .filter((file) => textOf(file).toLowerCase().includes(vendor)),
    );

    expect(vendors).toContain('smartlock');
    expect(found).toEqual([]);
  });

  it('has no file above 300 lines, and each says at its top what it is for', () => {
    const lines = (file: string) => textOf(file).split('\n').length - 1;

    expect([...sources, ...benchmarks].filter((file) => lines(file) > 300)).toEqual([]);
    expect([...sources, ...benchmarks].filter((file) => !/^(#!.*\n)?\/\/ \S/.test(textOf(file)))).toEqual([]);
  });
});
