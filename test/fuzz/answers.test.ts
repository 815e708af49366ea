// Every answer of Cobot and of the lock systems, spoilt in every way, read by the real clients: what comes out is sound and
// of its type, "not there", or an error of the family; never a crash, and never half a thing that a door hangs on.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCobotClient } from '../../src/cobot/client.ts';
import type { Cobot } from '../../src/cobot/cobot.ts';
import { loadConfig } from '../../src/config.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { UpstreamError } from '../../src/lib/errors.ts';
import { createLockSystem } from '../../src/locks/catalog.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Action } from '../../src/simulators/sabotage.ts';
import { MONDAY } from '../support/relay.ts';
import { SYSTEMS, systems } from '../support/relay-on.ts';
import { fuzz, patience } from './fuzz.ts';
import { changed, changeOf, cunningText, junkValue, spoiltText } from './junk.ts';

const HOUR = 3_600_000;
const span = { from: MONDAY - HOUR, until: MONDAY + HOUR };
const LATEST = 8.64e15;

/** Waits pass at once; what has a limit of time keeps to it. */
function hurriedClock(): Clock {
  let now = MONDAY;
  return {
    ...systemClock,
    now: () => now,
    async sleep(ms, signal) {
      now += ms;
      signal?.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const kinds = ['drop', 'junk', 'null', 'wrap', 'double', 'swap', 'empty', 'add'] as const;
const change = fc.array(changeOf(kinds), { minLength: 1, maxLength: 4 });
const replace = (data: (json: unknown) => unknown): Action => ({ kind: 'replace', data });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: change.map((changes) => replace((json) => changed(json, changes) ?? null)) },
  { weight: 2, arbitrary: junkValue.map((junk) => replace(() => junk)) },
  {
    weight: 3,
    arbitrary: spoiltText.map(
      (spoil): Action => ({ kind: 'answer', status: 200, html: spoil('{"users":[{"id":"u1"}]}') }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'truncate' }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          201,
          202,
          204,
          206,
          300,
          301,
          302,
          307,
          308,
          400,
          401,
          402,
          403,
          404,
          405,
          409,
          410,
          418,
          422,
          451,
        ),
        junkValue,
        cunningText,
      )
      .map(
        ([status, json, where]): Action => ({
          kind: 'answer',
          status,
          json,
          headers: { location: `http://127.0.0.1:1/${encodeURIComponent(where.toWellFormed()).slice(0, 500)}` },
        }),
      ),
  },
);
/** For each request in turn, and then from the beginning: null leaves it as it is. */
const script = fc.array(fc.option(action, { freq: 3 }), { minLength: 1, maxLength: 4 });

type Sabotaged = { sabotage(match: () => boolean, action: Action): { lift(): void }; healAll(): void };

function follow(script: readonly (Action | null)[], simulator: Sabotaged): void {
  let count = 0;
  for (const [index, each] of script.entries()) {
    const turn = () => count % script.length === index;
    if (each) simulator.sabotage(() => turn() && ++count > 0, each);
  }
  // Asked last: whoever was not struck has had his turn as well.
  simulator.sabotage(() => ++count < 0, { kind: 'cut' });
}

/** No half things: every number and id is one, wherever it stands. */
function sound(value: unknown, name = ''): void {
  if (typeof value === 'number') {
    expect(Number.isFinite(value), `${name} is ${value}`).toBe(true);
    if (/^(from|until|occurredAt|expiresAt|usedAt|createdAt)$/.test(name))
      expect(Math.abs(value), name).toBeLessThanOrEqual(LATEST);
  }
  if (/(^id|Id)$/.test(name) && value !== null) expect(value, name).toEqual(expect.any(String));
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Map || value instanceof Set) sound([...value]);
  for (const [key, each] of Object.entries(value)) {
    expect(each, `${name}.${key}`).not.toBeUndefined();
    sound(each, Array.isArray(value) ? name : key);
  }
}

async function read(call: () => Promise<unknown>): Promise<void> {
  try {
    const value = await call();
    if (value !== undefined) sound(value);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    for (const words of [error.message, error.advice, error.where])
      expect(words).not.toMatch(/@example|undefined|\[object/);
  }
}

// Pauses between repeats are real ones; here they pass at once.
const realSetTimeout = globalThis.setTimeout;
beforeEach(() => {
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((work: () => void, ms = 0) =>
    realSetTimeout(work, ms >= 50 && ms < 1000 ? 1 : ms),
  );
});
afterEach(() => vi.restoreAllMocks());

describe('an answer of Cobot', () => {
  it('is read soundly or refused, whatever it is', { timeout: patience }, async () => {
    const clock = hurriedClock();
    const simulator = await startCobotSimulator({ clock, random: seededRandom(7), limits: 'off' });
    onTestFinished(() => simulator.close());
    const plan = simulator.addPlan({ name: 'Days', limited: true });
    const member = simulator.addMember({ name: 'Ada Lovelace', plan });
    simulator.addMember({ name: 'Grace Hopper', plan: simulator.addPlan({ name: 'Full Time' }) });
    const pass = simulator.addPass(member);
    const checkIn = simulator.addCheckIn(member, { from: MONDAY - HOUR, until: MONDAY + HOUR });
    const booking = simulator.addBooking({
      resource: simulator.addResource('Room'),
      member,
      from: MONDAY,
      to: MONDAY + HOUR,
    });
    const calls: ((cobot: Cobot, text: string) => Promise<unknown>)[] = [
      (cobot) => cobot.space(),
      (cobot) => cobot.memberships(),
      (cobot) => cobot.membership(member.id),
      (cobot, text) => cobot.membership(text),
      (cobot) => cobot.plansOnOffer(),
      (cobot) => cobot.resources(),
      (cobot) => cobot.unusedPasses(),
      (cobot) => cobot.unusedPassesOf(member.id),
      (cobot) => cobot.timePass(pass.id, member.id),
      (cobot) => cobot.checkIns(span),
      (cobot) => cobot.checkInsOf(member.id, span),
      (cobot) => cobot.checkIn(checkIn.id),
      (cobot) => cobot.bookings(span),
      (cobot) => cobot.booking(booking.id),
      (cobot, text) => cobot.booking(text),
      (cobot) => cobot.bookingsOf(member.id, span),
      (cobot) => cobot.checkInTokens(),
      (cobot, text) => cobot.checkInTokenOwner(text),
      (cobot, text) => cobot.addCheckInToken({ membershipId: member.id, token: text }),
      (cobot) => cobot.checkInByToken('a-token'),
      (cobot) => cobot.checkInByMembership(member.id),
      (cobot) => cobot.subscriptions(),
      (cobot) => cobot.subscribe({ event: 'created_booking', callbackUrl: 'https://relay.example/x' }),
      (cobot, text) => cobot.unsubscribe(text),
      (cobot) => cobot.tokenScopes(),
    ];
    const { url, api2Url, token } = simulator;
    const property = fc.asyncProperty(
      fc.constantFrom(...calls.keys()),
      script,
      cunningText,
      async (index, script, text) => {
        const cobot = createCobotClient({ config: { subdomain: 'co-up', token, url, wwwUrl: url, api2Url }, clock });
        follow(script, simulator);
        try {
          await read(async () => await calls[index]?.(cobot, text));
        } finally {
          simulator.healAll();
          simulator.requests.length = 0;
        }
      },
    );
    await fuzz({ name: 'answers-cobot', few: 150, many: 6000 }, property);
  });
});

describe.each(SYSTEMS)('an answer of %s', (system) => {
  it('is read soundly or refused, whatever it is', { timeout: patience }, async () => {
    const clock = hurriedClock();
    const secret = `whsec_${Buffer.from('a signing secret of 24 b').toString('base64')}`;
    const simulator = await systems[system]({ clock, random: seededRandom(7), secret, limits: 'off' });
    onTestFinished(() => simulator.close());
    const [door] = simulator.addLocks('Front door', 'Room');
    const user = simulator.addPerson({ email: 'ada@example.com', name: 'Ada' });
    const lockId = door?.id ?? '';
    const grant = simulator.addByHand({ lockUserId: user, lockId });
    await simulator.openLock(user, lockId, { anyway: true, lose: true }).catch(() => null);
    const loaded = loadConfig({
      COBOT_SUBDOMAIN: 'co-up',
      COBOT_ACCESS_TOKEN: 'a-token-of-cobot',
      WEBHOOK_KEY: 'the-key-of-the-callbacks-1',
      ...simulator.env(),
    });
    if (!loaded.ok) throw new Error(loaded.problems.join());
    const window = { from: MONDAY, until: MONDAY + HOUR };
    const calls: ((locks: LockSystem, text: string) => Promise<unknown>)[] = [
      (locks) => locks.locks(),
      (locks) => locks.users(),
      (locks) => locks.user(user),
      (locks, text) => locks.user(text),
      (locks) => locks.userByEmail('ada@example.com'),
      (locks) => locks.grants(),
      (locks) => locks.grants({ lockUserId: user }),
      (locks, text) => locks.grants({ lockUserId: text }),
      (locks, text) => locks.createUser({ email: 'new@example.com', name: text, externalId: 'relay:co-up:m1' }),
      (locks, text) => locks.updateUser(user, { name: text }),
      (locks, text) => locks.updateUser(text, { name: 'Ada' }),
      (locks, text) => locks.deleteUser(`nobody${text}`),
      (locks) => locks.addGrant({ lockUserId: user, lockId, note: 'relay:co-up x', ...window }),
      (locks, text) => locks.addGrant({ lockUserId: text, lockId: text, note: text, from: null, until: null }),
      (locks) => locks.moveGrant(grant, window),
      (locks, text) => locks.moveGrant(text, window),
      (locks, text) => locks.removeGrant(text),
      (locks) => locks.openingsSince(MONDAY - HOUR),
      (locks, text) => locks.holderOf(text),
      (locks) => locks.codesOf(user),
      async (locks) => (await locks.checkUp()).map(({ what, ok, sentence }) => ({ what, ok, sentence })),
    ];
    const property = fc.asyncProperty(
      fc.constantFrom(...calls.keys()),
      script,
      cunningText,
      async (index, script, text) => {
        const locks = createLockSystem(loaded.config.locks, { clock });
        follow(script, simulator);
        try {
          await read(async () => await calls[index]?.(locks, text));
        } finally {
          simulator.healAll();
          simulator.requests.length = 0;
        }
      },
    );
    await fuzz({ name: `answers-${system}`, few: 75, many: 2000 }, property);
  });
});
