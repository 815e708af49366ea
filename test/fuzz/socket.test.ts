// The operator's socket: whatever is asked of it, it answers in whole lines of JSON and goes on; nothing but what its
// operations take gets through to the operator.
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveOperator } from '../../src/cli/socket-server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { isOperation, type Operator, operations } from '../../src/operator/answers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fuzz, patience } from './fuzz.ts';
import { cunningText, junkValue } from './junk.ts';

const TOKEN = 'a-token-of-the-space-0123456789';
const NAMES = Object.keys(operations).filter(isOperation);

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<string>(...NAMES) },
  {
    weight: 1,
    arbitrary: cunningText.map((text) => encodeURIComponent(text.toWellFormed())).filter((text) => text.length < 300),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '__proto__', 'constructor', '../sync', 'sync?x=1', '%73ync', 'toString'),
  },
);
const FIELDS = [
  'dryRun',
  'member',
  'lock',
  'at',
  'id',
  'ids',
  'email',
  'grantIds',
  'since',
  'limit',
  'text',
  'decision',
  'all',
  '__proto__',
];
const body = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .dictionary(fc.constantFrom(...FIELDS), junkValue, { maxKeys: 5 })
      .map((value) => JSON.stringify(value)),
  },
  { weight: 2, arbitrary: junkValue.map((value) => JSON.stringify(value) ?? '') },
  { weight: 1, arbitrary: fc.string() },
);
const bytes = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(name, body, fc.constantFrom('POST', 'GET', 'DELETE'))
      .map(
        ([path, text, method]) =>
          `${method} /${path} HTTP/1.1\r\nhost: relay\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc
      .nat({ max: 300 })
      .map((size) => `POST /sync HTTP/1.1\r\nhost: relay\r\ncontent-length: ${size}\r\n\r\n{"dryRun":`),
  },
);

describe("the operator's socket", () => {
  it('answers whatever it is asked, and goes on', { timeout: patience }, async () => {
    const lines: string[] = [];
    const log = createLog({
      level: 'debug',
      secrets: [TOKEN],
      destination: { write: (line) => void lines.push(line) },
    });
    const asked: string[] = [];
    // Every question fails in the end, with what must not come out.
    const answers = NAMES.map((each) => [
      each,
      async (input: unknown) => {
        expect(operations[each].input.safeParse(input).success).toBe(true);
        asked.push(each);
        throw new Error(`no ${TOKEN} for ada@example.com`);
      },
    ]);
    const operator: Operator = Object.fromEntries(answers);
    const dataDir = temporaryFolder();
    const socket = await serveOperator(operator, { dataDir, log, clock: systemClock });
    onTestFinished(socket.close);

    const property = fc.asyncProperty(bytes, async (text) => {
      const connection = connect(join(dataDir, 'relay.sock'));
      const chunks: Buffer[] = [];
      connection.on('data', (chunk: Buffer) => chunks.push(chunk));
      connection.on('error', () => undefined);
      connection.end(text);
      await once(connection, 'close');
      const heard = Buffer.concat(chunks).toString();
      if (!heard.startsWith('HTTP/1.1 200')) {
        expect(heard).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
        return;
      }
      const jsonLines = heard
        .split('\r\n\r\n')
        .slice(1)
        .join('')
        .split('\n')
        .filter((line) => line.startsWith('{'));
      expect(jsonLines.map((line) => JSON.parse(line).kind)).toEqual(heard.includes('{') ? ['failure'] : []);
    });
    await fuzz(
      {
        name: 'operator-socket',
        few: 250,
        many: 6000,
        between() {
          expect(lines.filter((line) => line.includes(TOKEN) || line.includes('ada@'))).toEqual([]);
          lines.length = 0;
        },
      },
      property,
    );

    // Else it would have tried nothing.
    if (!process.env['FUZZ_PATH_OF_CASE']) expect(new Set(asked).size).toBeGreaterThan(5);
  });
});
