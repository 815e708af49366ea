import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefusedError, TransientError } from '../../src/lib/errors.ts';
import { createLog, type Log } from '../../src/lib/log.ts';

const SECRET = 'a-secret-of-ours/with+signs=';

function logOf(
  secrets: readonly string[] = [SECRET],
  level = 'debug',
): { log: Log; lines: () => Record<string, unknown>[]; raw: () => string } {
  const written: string[] = [];
  const log = createLog({ level, secrets, destination: { write: (line) => written.push(line) } });
  return { log, lines: () => written.map((line) => JSON.parse(line)), raw: () => written.join('') };
}

/** Every string in it, names of fields too. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [name, ...stringsIn(part)]);
}

describe('a log line', () => {
  it('is JSON with a level, a time, a fixed message and the fields', () => {
    const { log, lines } = logOf();

    log.info({ delivery: 'd1', status: 204, key: 'm1' }, 'webhook stored');

    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        delivery: 'd1',
        status: 204,
        key: 'm1',
        msg: 'webhook stored',
      },
    ]);
  });

  it('carries the fields of the log it was written to', () => {
    const { log, lines } = logOf();

    log.child({ job: 'j1' }).child({ owner: 'ada@example.com' }).warn({ change: 'c1' }, 'change applied');

    expect(lines()).toEqual([expect.objectContaining({ job: 'j1', owner: '[email]', change: 'c1' })]);
  });

  it('is not written below the level', () => {
    const { log, lines } = logOf([], 'warn');

    log.debug({}, 'one');
    log.info({}, 'two');
    log.warn({}, 'three');
    log.error({}, 'four');

    expect(lines().map((line) => line['msg'])).toEqual(['three', 'four']);
  });

  it('tells of an error what happened, where, what to do and why', () => {
    const { log, lines } = logOf();
    const cause = new Error('read ECONNRESET');
    const facts = {
      code: 'cobot_network',
      where: 'GET /api/memberships on Cobot',
      advice: 'Wait.',
      effect: 'none',
      cause,
    } as const;

    log.error({ error: new TransientError('Cobot did not answer', facts) }, 'job failed');

    expect(lines()[0]?.['error']).toMatchObject({
      type: 'TransientError',
      code: 'cobot_network',
      where: 'GET /api/memberships on Cobot',
      advice: 'Wait.',
      cause: { type: 'Error', message: 'read ECONNRESET', stack: expect.stringContaining('log.test.ts') },
    });
  });

  it("keeps the other side's own words of a refusal", () => {
    const { log, lines } = logOf();
    const facts = {
      code: 'cobot_refused',
      where: 'POST /api/check_ins on Cobot',
      advice: 'Look.',
      words: ['no passes left'],
    };

    log.warn({ error: new RefusedError('Cobot refused', facts) }, 'check-in refused');

    expect(lines()[0]?.['error']).toMatchObject({ words: ['no passes left'] });
  });

  it('leaves out what else hangs on an error, such as the request of an HTTP library', () => {
    const { log, raw } = logOf();
    const error = Object.assign(new Error('failed'), {
      code: 'ERR',
      config: { headers: { 'X-Api-Token': 'unknown-to-us' } },
    });

    log.error({ error }, 'call failed');

    expect(raw()).toContain('"code":"ERR"');
    expect(raw()).not.toContain('unknown-to-us');
  });
});

describe('what never comes out', () => {
  it.each([
    ['a secret of ours', { a: [{ b: `before ${SECRET} behind` }] }],
    ['a secret of ours in a URL', { url: `https://x.example/?a=${encodeURIComponent(SECRET)}` }],
    ['a secret of ours as the name of a field', { [SECRET]: 1 }],
    ['a secret of ours in an error', { error: new Error(`bad ${SECRET}`, { cause: new Error(SECRET) }) }],
    ['a key in a URL', { url: 'POST /lock_open?key=a-secret-of-theirs&x=1' }],
    ['a token in a URL', { url: '/api?access_token=a-secret-of-theirs' }],
    ['a bearer token', { text: 'Authorization: Bearer a-secret-of-theirs' }],
    ['a signing secret', { text: 'whsec_a-secret-of-theirs' }],
    ['a field that is named for a secret', { headers: { 'X-Api-Token': 'a-secret-of-theirs' } }],
    ['whatever is in a field that is named for a secret', { password: { old: 'a-secret-of-theirs' } }],
    ['a field that is named for an email', { Email: 'a-secret-of-theirs' }],
    [
      'a secret in a Map, a Set or a URL',
      { map: new Map([['a', SECRET]]), set: new Set([SECRET]), url: new URL(`https://x.example/?key=${SECRET}`) },
    ],
    ['bytes', { body: Buffer.from(SECRET) }],
  ])('%s', (_what, fields) => {
    const { log, lines, raw } = logOf();

    log.info(fields, 'said');

    expect(lines()).toHaveLength(1);
    expect(raw()).not.toMatch(/a-secret-of/);
  });

  it.each([
    'ada@example.com',
    'mail to <ada@example.com>, please',
    'GET /users?email=ada%40example.com',
    'ada.lovelace+doors@mail.example.co.uk',
    'say\nada@example.com',
    '{"email":"ada@example.com"}',
  ])('an email address: %s', (text) => {
    const { log, raw } = logOf();

    log.info({ text, [text]: 1, error: new Error(text) }, `told ${text}`);

    expect(raw()).toContain('[email]');
    expect(raw()).not.toMatch(/ada|example/);
  });

  it('half a secret at the end of a long text', () => {
    const { log, raw } = logOf();

    for (let length = 3960; length < 4010; length += 1) log.info({ text: 'x'.repeat(length) + SECRET }, 'long');

    expect(raw()).not.toContain('a-secret');
  });

  it('a count of tokens is no secret', () => {
    const { log, lines } = logOf();

    log.info({ tokens: 5, hasPassword: true }, 'counted');

    expect(lines()).toEqual([expect.objectContaining({ tokens: 5, hasPassword: true })]);
  });

  it('a secret or an email, whatever object is logged', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9"\\ä+/=-]{8,40}$/);
    const email = fc.emailAddress();
    const secrets = fc.tuple(
      fc.array(secret, { minLength: 1, maxLength: 3 }),
      fc.array(email, { minLength: 1, maxLength: 3 }),
    );
    const scenes = secrets.chain(([hidden, emails]) => {
      const said = fc
        .tuple(fc.string(), fc.constantFrom(...hidden, ...emails), fc.constantFrom('', ' ', '"', '\n', '&'))
        .map(([before, it, behind]) => `${before} ${it}${behind}`);
      const errors = said.map((text) => new Error(text));
      const values = fc.oneof(
        said,
        fc.anything({ values: [said], key: said, withMap: true, withSet: true, withDate: true }),
        errors,
      );
      return fc.record({
        hidden: fc.constant(hidden),
        emails: fc.constant(emails),
        fields: fc.dictionary(said, values),
        message: said,
      });
    });

    fc.assert(
      fc.property(scenes, ({ hidden, emails, fields, message }) => {
        const { log, lines } = logOf(hidden);

        log.child(fields).warn(fields, message);

        const strings = lines()
          .flatMap(stringsIn)
          .map((text) => text.replaceAll('[hidden]', '').replaceAll('[email]', ''));
        expect(lines()).toHaveLength(1);
        for (const each of [...hidden, ...emails]) expect(strings.filter((text) => text.includes(each))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('logging never fails', () => {
  it.each([
    [
      'something that contains itself',
      () => {
        const it: Record<string, unknown> = {};
        it['it'] = it;
        return it;
      },
    ],
    [
      'a getter that throws',
      () => ({
        it: Object.defineProperty({}, 'x', {
          enumerable: true,
          get: () => {
            throw new Error('no');
          },
        }),
      }),
    ],
    ['a very long list', () => ({ list: Array.from({ length: 100_000 }, () => 'x') })],
    [
      'what JSON cannot say',
      () => ({ big: 1n, nothing: undefined, call: () => 1, mark: Symbol('s'), none: null, date: new Date(Number.NaN) }),
    ],
    [
      'a text of a megabyte that looks like nothing',
      () => ({ text: 'a-'.repeat(500_000), other: 'k=@'.repeat(300_000) }),
    ],
  ])('with %s', (_what, fields) => {
    const { log, lines } = logOf();

    log.info(fields(), 'said');

    expect(lines()).toEqual([expect.objectContaining({ msg: 'said' })]);
  });
});
