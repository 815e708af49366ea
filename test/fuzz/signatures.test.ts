// Signed webhooks of the lock systems: what was not signed exactly like that is refused, whatever it is; what was signed is
// an opening with sound ids, something that needs no work, or refused; and never a crash.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzz, patience } from './fuzz.ts';
import { changedText, changeOf, cunningText, junkValue, spoiltText } from './junk.ts';
import { SECRET, type Sender, senders } from './openings.ts';

const NOW = 1_795_510_800_000;
const system = fc.constantFrom(...Object.keys(senders)).map((name) => senders[name as keyof typeof senders]);
const event = (sender: Sender) =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(changeOf(['drop', 'junk', 'null', 'wrap', 'empty', 'add', 'swap']), { maxLength: 3 })
        .map((all) => changedText(sender.event, all)),
    },
    { weight: 1, arbitrary: junkValue.map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: spoiltText.map((spoil) => spoil(JSON.stringify(sender.event))).filter((text) => text.length < 102_400),
    },
  );
const contentType = fc.oneof(
  { weight: 4, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'text/plain',
    ),
  },
  { weight: 1, arbitrary: cunningText },
);
/** What somebody does to a delivery that was signed. */
const tampering = fc.oneof(
  fc.record({ what: fc.constant('header' as const), which: fc.nat({ max: 2 }), by: cunningText }),
  fc.record({ what: fc.constant('missing' as const), which: fc.nat({ max: 2 }), by: fc.constant('') }),
  fc.record({
    what: fc.constant('body' as const),
    which: fc.nat({ max: 300 }),
    by: fc.string({ minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    what: fc.constant('digit' as const),
    which: fc.nat({ max: 120 }),
    by: fc.constantFrom('0', 'a', 'A', '=', ',', ' '),
  }),
  fc.record({
    what: fc.constant('age' as const),
    which: fc.integer({ min: 301, max: 10 ** 9 }),
    by: fc.constantFrom('-', '+'),
  }),
);

describe('a signed webhook', () => {
  it('is refused or sound, and never a crash', { timeout: patience }, async () => {
    const given = system.chain((sender) => fc.tuple(fc.constant(sender), event(sender), contentType));
    const property = fc.asyncProperty(given, async ([sender, body, type]) => {
      for (const [read, headers] of [
        [sender.read, sender.sign(body, NOW)],
        [sender.readUnsigned, {}],
      ] as const) {
        const result = read({ rawBody: Buffer.from(body), contentType: type, headers }, NOW);
        if (!result.ok) {
          expect([400, 401, 415]).toContain(result.status);
          // Signed as it should be: the signature is not what is wrong.
          expect(result.status).not.toBe(401);
          expect(result.message).not.toContain(SECRET);
        } else if (result.opening) {
          const { id, lockUserId, lockId, occurredAt } = result.opening;
          for (const each of [id, lockUserId, lockId ?? 'none']) {
            expect(each).toEqual(expect.any(String));
            expect(each).toMatch(/^[^\p{Cc}\p{Cs}]{1,200}$/u);
          }
          expect(occurredAt % 1000).toBe(0);
          expect(occurredAt).toBeLessThanOrEqual(NOW + 5 * 60_000);
          expect(() => new Date(occurredAt).toISOString()).not.toThrow();
        } else expect(result.what).toMatch(/^.{1,300}$/);
      }
    });
    await fuzz({ name: 'webhook-bodies', few: 500, many: 20_000 }, property);
  });

  it('that was tampered with is refused', { timeout: patience }, async () => {
    const given = fc.tuple(system, tampering);
    const property = fc.asyncProperty(given, async ([sender, how]) => {
      const body = JSON.stringify(sender.event);
      const right: Delivery = { headers: sender.sign(body, NOW), body, now: NOW };
      const { sent, name } = tampered(right, how);
      if (isHarmless(sender, how.what, { sent: sent.headers[name] ?? '', right: right.headers[name] ?? '' })) return;

      const { headers, now } = sent;
      const result = sender.read({ rawBody: Buffer.from(sent.body), contentType: 'application/json', headers }, now);

      if (JSON.stringify(sent) === JSON.stringify(right)) expect(result.ok).toBe(true);
      else expect(result).toMatchObject({ ok: false, status: 401, code: expect.stringMatching(/^signature_/) });
    });
    await fuzz({ name: 'signatures', few: 600, many: 20_000 }, property);
  });
});

type Delivery = { headers: Record<string, string>; body: string; now: number };
type How = typeof tampering extends fc.Arbitrary<infer T> ? T : never;

const replaced = (text: string, which: number, by: string) => {
  const at = text.length === 0 ? 0 : which % text.length;
  return text.slice(0, at) + by + text.slice(at + 1);
};

function tampered(right: Delivery, { what, which, by }: How): { sent: Delivery; name: string } {
  const names = Object.keys(right.headers);
  const name = names[which % names.length] ?? '';
  const sent = structuredClone(right);
  if (what === 'header') sent.headers[name] = by;
  else if (what === 'missing') Reflect.deleteProperty(sent.headers, name);
  else if (what === 'body') sent.body = replaced(sent.body, which, by);
  else if (what === 'digit') sent.headers[name] = replaced(sent.headers[name] ?? '', which, by);
  else sent.now += (by === '-' ? -1 : 1) * which * 1000;
  return { sent, name };
}

/** Kisi signs no time; a digest says the same in capitals, and beside parts that nobody knows. */
function isHarmless(sender: Sender, what: How['what'], { sent, right }: { sent: string; right: string }): boolean {
  if (what === 'age') return sender === senders.kisi;
  const bare = (value: string) =>
    value
      .toLowerCase()
      .trim()
      .replace(/^sha256=/, '');
  const parts = (value: string) =>
    value
      .split(/[ ,]+/)
      .filter((part) => /^(t|v1)=/.test(part))
      .join()
      .toLowerCase();
  if (sent === right) return false;
  if (sender === senders.kisi) return bare(sent) === bare(right);
  return sender === senders.unifi && parts(sent) === parts(right);
}
