// What every lock system has to hold about openings, and about what else it tells: whose they are, and no forged one.
import { expect } from 'vitest';
import type { Lock, Opening } from '../../src/access/model.ts';
import type { ReadOpening, WebhookRequest } from '../../src/locks/lock-system.ts';
import {
  type Check,
  give,
  HOUR,
  isAtLock,
  type LockWorld,
  MINUTE,
  register,
  SECOND,
  whatIsThere,
} from './conformance-world.ts';

const REFUSED = { ok: false, code: expect.stringMatching(/./), message: expect.stringMatching(/./) };

async function member(world: LockWorld): Promise<string> {
  const { id } = await register(world);
  await give(world, id);
  await give(world, id, world.back);
  await world.pass(2 * MINUTE);
  return id;
}

function read({ lockSystem, clock }: LockWorld, request: WebhookRequest, now = clock.now()): ReadOpening {
  return lockSystem.readOpening(request, now);
}

function openingIn(world: LockWorld, request: WebhookRequest): Opening {
  const told = read(world, request);
  if (!told.ok) throw new Error(`${told.code}: ${told.message}`);
  if (!told.opening) throw new Error(`no opening: ${told.what}`);
  return told.opening;
}

async function lockCalled({ lockSystem }: LockWorld, { name }: { name: string }): Promise<Lock> {
  const lock = (await lockSystem.locks()).find((each) => each.name === name);
  if (!lock) throw new Error(`no lock ${name}`);
  return lock;
}

/** A minute ago: the whole second that an opening can be at. */
const lately = ({ clock }: LockWorld) => Math.floor(clock.now() / SECOND) * SECOND - MINUTE;

/** As the store compares them. */
const identity =
  ({ traits }: LockWorld) =>
  ({ id, lockUserId, lockId, occurredAt }: Opening) => ({
    lockUserId,
    lockId,
    occurredAt,
    ...(traits.openingIds === 'same' ? { id } : {}),
  });

export const openingChecks: Check[] = [
  {
    name: 'tells of an opening by webhook: whose, where and when',
    async check(world) {
      const id = await member(world);
      const at = lately(world);

      const opening = openingIn(world, await world.open(id, world.front.id, { occurredAt: at }));

      expect(opening).toMatchObject({ id: expect.stringMatching(/./), occurredAt: at });
      expect(opening.refused).toBeUndefined();
      expect(await world.lockSystem.holderOf(opening.lockUserId)).toBe(id);
      expect(isAtLock(opening, await lockCalled(world, world.front))).toBe(true);
      if (world.lockSystem.capabilities.openingsName === 'lock user') expect(opening.lockUserId).toBe(id);
    },
  },
  {
    name: 'lists openings since a moment, oldest first, and they are those of the webhooks',
    async check(world) {
      const id = await member(world);
      const { lockSystem, front, back, clock } = world;
      const openNow = async (lockId: string) => openingIn(world, await world.open(id, lockId));
      await openNow(front.id);
      await world.pass(2 * HOUR);
      const second = await openNow(back.id);
      await world.pass(HOUR);
      const third = await openNow(front.id);

      const listed = await lockSystem.openingsSince(second.occurredAt - HOUR);

      expect(second.occurredAt).toBeLessThan(third.occurredAt);
      expect(listed.map(identity(world))).toEqual([second, third].map(identity(world)));
      expect(await lockSystem.openingsSince(clock.now() + HOUR)).toEqual([]);
    },
  },
  {
    name: 'lists an opening whose webhook never came',
    async check(world) {
      const id = await member(world);
      const at = lately(world);
      await world.simulator.openLock(id, world.front.id, { lose: true, occurredAt: at });

      const [opening, ...more] = await world.lockSystem.openingsSince(at - HOUR);

      expect(more).toEqual([]);
      expect(opening?.occurredAt).toBe(at);
      expect(await world.lockSystem.holderOf(opening?.lockUserId ?? '')).toBe(id);
    },
  },
  {
    name: 'lists 120 openings, each once, however many pages that takes',
    async check(world) {
      const id = await member(world);
      const since = world.clock.now();
      for (let opening = 0; opening < 120; opening += 1) {
        await world.simulator.openLock(id, world.front.id, { lose: true });
        await world.pass(10 * SECOND);
      }

      const listed = (await world.lockSystem.openingsSince(since - MINUTE)).map(({ occurredAt }) => occurredAt);

      expect(listed).toHaveLength(120);
      expect(new Set(listed).size).toBe(120);
      expect(listed).toEqual(listed.toSorted((a, b) => a - b));
    },
  },
  {
    name: 'tells a delivery that comes twice as one opening',
    async check(world) {
      const id = await member(world);
      const first = openingIn(world, await world.open(id, world.front.id));

      const second = openingIn(world, await world.redeliver());

      expect(second).toEqual(first);
    },
  },
  {
    name: 'refuses a delivery that is signed with another secret (401)',
    async check(world) {
      expect(read(world, await world.forged())).toMatchObject({ ...REFUSED, status: 401 });
    },
  },
  {
    name: 'refuses a delivery without any signature (401)',
    async check(world) {
      const request = await world.open(await member(world), world.front.id);
      const headers = { 'content-type': request.contentType };

      expect(read(world, { ...request, headers })).toMatchObject({ ...REFUSED, status: 401 });
    },
  },
  {
    name: 'refuses a delivery whose body was changed on the way (401)',
    async check(world) {
      const request = await world.open(await member(world), world.front.id);
      const rawBody = Buffer.from(` ${request.rawBody.toString()}`);

      expect(read(world, { ...request, rawBody })).toMatchObject({ ...REFUSED, status: 401 });
    },
  },
  {
    name: 'refuses a delivery that was signed long ago, or long from now (401)',
    needs: { what: 'a time in the signature', isThere: ({ traits }) => traits.signatureHasTime },
    async check(world) {
      const request = await world.open(await member(world), world.front.id);
      const now = world.clock.now();

      expect(read(world, request, now + 10 * MINUTE)).toMatchObject({ ...REFUSED, status: 401 });
      expect(read(world, request, now - 10 * MINUTE)).toMatchObject({ ...REFUSED, status: 401 });
      expect(read(world, request, now + 4 * MINUTE)).toMatchObject({ ok: true });
    },
  },
  {
    name: 'refuses a body that it cannot read, with a reason and without a secret',
    async check(world) {
      const request = await world.open(await member(world), world.front.id);

      const refused = read(world, { ...request, rawBody: Buffer.from('{"half": ') });

      expect(refused).toMatchObject(REFUSED);
      expect(world.secrets.filter((secret) => JSON.stringify(refused).includes(secret))).toEqual([]);
    },
  },
  {
    name: 'takes nobody for having entered who was refused at a door',
    async check(world) {
      const { lockSystem, simulator, front } = world;
      const lockUserId = simulator.addPerson({ email: 'bob@example.com' });
      const request = await world.refuse(lockUserId, front.id);

      const told = request === null ? [] : [read(world, request)];
      const listed = await lockSystem.openingsSince(world.clock.now() - HOUR);

      for (const each of told) expect(each).toMatchObject({ ok: true });
      const openings = [...told.flatMap((each) => (each.ok && each.opening ? [each.opening] : [])), ...listed];
      expect(openings.filter(({ refused }) => refused === undefined || refused === '')).toEqual([]);
    },
  },
  {
    name: 'takes no other event for an opening, and refuses none',
    needs: { what: 'other events at the same address', isThere: ({ traits }) => traits.otherEvents !== null },
    async check(world) {
      const requests = await world.traits.otherEvents?.();

      expect(requests).not.toEqual([]);
      for (const request of requests ?? []) {
        expect(read(world, request)).toMatchObject({ ok: true, opening: null, what: expect.stringMatching(/./) });
      }
    },
  },
  {
    name: 'knows whose a lock user is, and that nobody is behind what is no more',
    async check(world) {
      const { lockSystem } = world;
      const { id } = await register(world);

      expect(await lockSystem.holderOf(id)).toBe(id);
    },
  },
  {
    name: 'tells codes to whom asks for them, and nowhere else',
    needs: { what: 'codes', isThere: ({ traits }) => traits.codes },
    async check(world) {
      const id = await member(world);
      const request = await world.open(id, world.front.id);

      const codes = await world.lockSystem.codesOf(id);

      expect(codes.map(({ lockId }) => lockId).toSorted()).toEqual([world.front.id, world.back.id].toSorted());
      const elsewhere = JSON.stringify([
        await world.lockSystem.grants(),
        await world.lockSystem.users(),
        await world.lockSystem.openingsSince(world.clock.now() - HOUR),
        await world.lockSystem.checkUp(),
        read(world, request),
      ]);
      for (const { code } of codes) expect(new RegExp(`\\b${code}\\b`).test(elsewhere)).toBe(false);
    },
  },
  {
    name: 'looks over everything without changing anything or telling a secret',
    async check(world) {
      const before = whatIsThere(world);

      const findings = await world.lockSystem.checkUp();

      expect(whatIsThere(world)).toEqual(before);
      for (const finding of findings) expect(finding.sentence).not.toBe('');
      expect(world.secrets.filter((secret) => JSON.stringify(findings).includes(secret))).toEqual([]);
    },
  },
];
