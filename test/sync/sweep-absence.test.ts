import { describe, expect, it } from 'vitest';
import { emptied } from '../../src/simulators/sabotage.ts';
import { counting, UNAVAILABLE } from '../support/relay.ts';
import { lastGood, linesOf, spaceOf } from '../support/relay-spaces.ts';
import { among, lack } from './absence.ts';

const LIST = 'GET /api/memberships';
const SINGLE = 'GET /api/memberships/:id';

describe('a list of memberships that lacks somebody', () => {
  it('takes nothing away: below the brake each of them is asked for singly', async () => {
    const { world, members } = await spaceOf(8);
    const lacked = members.slice(0, 4);
    world.cobot.sabotage(LIST, lack(...lacked));
    const singly = counting(world.cobot, SINGLE);

    const report = await world.sweep();

    expect(singly()).toBe(4);
    expect(report.changes).toEqual([]);
    expect(world.openers(members)).toBe(8);
    expect(await lastGood(world)).toBe(world.clock.now());
  });

  it('takes access away from those who are gone when they are asked for, too', async () => {
    const { world, members } = await spaceOf(8);
    const [gone, ended, there] = members;
    if (!gone || !ended || !there) throw new Error('too few');
    world.cobot.remove(gone);
    world.cobot.cancel(ended, '2026-11-29');
    world.cobot.sabotage(LIST, lack(there));

    await world.sweep();

    expect([gone, ended, there].map((member) => world.opens(member))).toEqual([[], [], ['Front door']]);
    expect((await world.store.audit.list()).map(({ sentence }) => sentence)).toEqual(
      expect.arrayContaining([
        'may no longer open Front door: membership deleted on Cobot',
        'may no longer open Front door: membership ended on 2026-11-29',
      ]),
    );
  });

  it('asks for nobody above the brake, where a person decides first', async () => {
    const { world, members } = await spaceOf(8);
    world.cobot.sabotage(LIST, { kind: 'replace', data: emptied });
    const singly = counting(world.cobot, SINGLE);

    const report = await world.sweep();

    expect(singly()).toBe(0);
    expect(report.held).toBe(8);
    expect(world.openers(members)).toBe(8);
  });

  it('holds nothing any more once the list is whole again', async () => {
    const { world, members } = await spaceOf(8);
    const sabotage = world.cobot.sabotage(LIST, { kind: 'replace', data: emptied });
    await world.sweep();
    sabotage.lift();

    await world.sweep();

    expect(await linesOf(world)).toEqual([]);
    expect(world.openers(members)).toBe(8);
  });

  it('keeps the access of whoever cannot be asked for singly, and serves everybody else', async () => {
    const { world, members } = await spaceOf(8);
    const [unread, gone] = members;
    if (!unread || !gone) throw new Error('too few');
    world.cobot.sabotage(LIST, lack(unread));
    world.cobot.sabotage({ path: new RegExp(`memberships/${unread.id}$`) }, UNAVAILABLE);
    world.cobot.remove(gone);
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });
    const before = await lastGood(world);
    await world.clock.advance(1000);

    await expect(world.sweep()).rejects.toThrow('503');

    expect([unread, gone, late].map((member) => world.opens(member))).toEqual([['Front door'], [], ['Front door']]);
    expect(await lastGood(world)).toBe(before);
  });

  it('is not read again for each of those who are gone', async () => {
    const { world, members } = await spaceOf(80);
    for (const member of members.slice(0, 8)) world.cobot.remove(member);
    const lists = counting(world.cobot, LIST);

    await world.sweep();

    expect(world.openers(members)).toBe(72);
    expect(lists()).toBeLessThanOrEqual(2);
  });

  it('that is empty in a space of one asks for that one', async () => {
    const { world, members } = await spaceOf(1);
    world.cobot.sabotage(LIST, { kind: 'replace', data: emptied });

    const report = await world.sweep();

    expect([report.held, world.openers(members)]).toEqual([0, 1]);
  });
});

describe('a list of memberships with items that cannot be read', () => {
  const spoil = (ids: readonly string[]) =>
    ({
      kind: 'replace',
      data: (list: unknown) =>
        Array.isArray(list) ? list.map((item: unknown) => (among(ids)(item) ? { id: 'odd' } : item)) : list,
    }) as const;

  it('counts and shows them, and asks for those whom it lacks', async () => {
    const { world, members } = await spaceOf(6);
    world.cobot.sabotage(LIST, spoil(members.slice(0, 2).map(({ id }) => id)));

    const report = await world.sweep();

    expect(world.openers(members)).toBe(6);
    expect(report.problems).toContainEqual({
      subject: '',
      kind: 'unreadable-memberships',
      sentence: "2 of Cobot's memberships could not be read; whoever they belong to is asked for singly",
    });
  });

  it('keeps those who cannot be read singly either', async () => {
    const { world, members } = await spaceOf(6);
    const ids = members.slice(0, 2).map(({ id }) => id);
    world.cobot.sabotage(LIST, spoil(ids));
    world.cobot.sabotage(SINGLE, { kind: 'replace', data: () => ({ id: 'odd' }) });

    await expect(world.sweep()).rejects.toThrow('a form that the relay does not know');

    expect(world.openers(members)).toBe(6);
  });

  it('is an error where not one can be read', async () => {
    const { world, members } = await spaceOf(6);
    world.cobot.sabotage(LIST, spoil(members.map(({ id }) => id)));

    await expect(world.sweep()).rejects.toThrow('a form that the relay does not know');

    expect(world.openers(members)).toBe(6);
    expect(await linesOf(world)).toEqual([]);
  });
});
