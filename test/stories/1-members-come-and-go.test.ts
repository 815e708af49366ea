// Step 1 of the guide, from outside: every active member may open every lock, and nobody else through the relay.
import { describe, expect, it } from 'vitest';
import { setUpService, soon } from '../support/service.ts';

const service = await setUpService();
const { cobot, smartlock, relay, tell, opens, day, midnight } = service;
const [front, studio] = smartlock.addLocks('Front door', 'Studio');
if (!front || !studio) throw new Error('no locks');
const both = ['Front door', 'Studio'];

const fullTime = cobot.addPlan({ name: 'Full Time' });
const weekend = cobot.addPlan({ name: 'Weekend' });
const add = (name: string, more: Partial<Parameters<typeof cobot.addMember>[0]> = {}) =>
  cobot.addMember({ name, plan: fullTime, ...more });

const ada = add('Ada');
const greta = add('Greta');
const hers = smartlock.addUser({ email: 'GRETA@example.com', name: 'Greta from the bakery' });
const given = smartlock.addAccess({ user: hers, lock: front, note: 'by hand' });
const cleaner = smartlock.addUser({ email: 'cleaner@example.com', externalId: 'crm-7' });
smartlock.addAccess({ user: cleaner, lock: front });
const nomail = add('Nomail', { email: null });
const pia = add('Pia', { confirmed: false });
const carl = add('Carl', { canceledTo: day(1) });
const tim = add('Tim', { startsOn: day(-30) });
const timAgain = add('Tim', { plan: weekend, startsOn: day(-3) });
const hotDesk = add('Hot Desk', { email: 'desk@example.com', userId: 'one', startsOn: day(-9) });
const hotDeskToo = add('Hot Desk Too', { email: 'desk@example.com', userId: 'two' });
const [dora, emil, finn, gus] = [add('Dora'), add('Emil'), add('Finn'), add('Gus')];
const subdomain = cobot.env()['COBOT_SUBDOMAIN'];
const mark = (member: { id: string }) => `relay:${subdomain}:${member.id}`;
const windows = (member: { email: string | null }) =>
  both.flatMap((lock) => smartlock.windows(member.email ?? '', lock).map(({ from, until }) => ({ from, until })));
const ends = (member: { email: string | null }) => windows(member).map(({ until }) => until);
const users = (email: string) => [...smartlock.users.values()].filter((each) => each.email.toLowerCase() === email);
const problemCount = async () => /^relay_problems (\d+)/m.exec(await service.metrics())?.[1];
const sayings = () => service.logLines().map(({ msg }) => msg);

await service.subscribe();
await relay.start();
await service.idle();

describe('after the start, the sweep', () => {
  it('registers who is a member, with a mark, a token and every lock', () => {
    const [user] = users('ada@example.com');

    expect(opens(ada)).toEqual(both);
    expect(user).toMatchObject({ name: 'Ada', externalId: mark(ada) });
    expect(cobot.tokensOf(ada)).toEqual([user?.id]);
  });

  it('adopts a lock user that stands under the email already, and leaves it and its grant as they are', () => {
    expect(users('greta@example.com')).toEqual([
      expect.objectContaining({ id: hers.id, name: 'Greta from the bakery', externalId: null }),
    ]);
    expect(opens(greta)).toEqual(both);
    expect(smartlock.access.get(given.id)).toEqual(given);
    expect(cobot.tokensOf(greta)).toEqual([hers.id]);
  });

  it('leaves strangers alone', () => {
    expect(smartlock.opens('cleaner@example.com')).toEqual(['Front door']);
    expect(smartlock.users.get(cleaner.id)).toEqual(cleaner);
  });

  it('shows who has no email, and whose email another person has, and gives them nothing', async () => {
    expect(cobot.tokensOf(nomail)).toEqual([]);
    expect(users('desk@example.com')).toEqual([expect.objectContaining({ externalId: mark(hotDesk) })]);
    expect(cobot.tokensOf(hotDeskToo)).toEqual([]);
    expect(await problemCount()).toBe('2');
  });

  it('gives nothing to who is not confirmed yet', () => {
    expect(users('pia@example.com')).toEqual([]);
  });

  it('lets who has cancelled in until the last day is over', () => {
    expect(ends(carl)).toEqual([midnight(day(2)), midnight(day(2))]);
  });

  it('takes two memberships with one login for one person: one lock user, the token of who began first', () => {
    const [user, ...more] = users('tim@example.com');

    expect(more).toEqual([]);
    expect(ends(tim)).toEqual([null, null]);
    expect(cobot.tokensOf(tim)).toEqual([user?.id]);
    expect(cobot.tokensOf(timAgain)).toEqual([]);
  });
});

describe('after a webhook', () => {
  it('lets a member in who was confirmed', async () => {
    await cobot.emit('confirmed_membership', cobot.confirm(pia));

    await expect.poll(() => opens(pia), soon).toEqual(both);
  });

  it('opens from 00:00 of the first day on to who begins later', async () => {
    const later = add('Fay', { startsOn: day(3) });

    await tell('confirmed_membership', later);

    await expect.poll(() => windows(later).map(({ from }) => from), soon).toEqual([midnight(day(3)), midnight(day(3))]);
    expect(opens(later)).toEqual([]);
  });

  it('ends every window with a cancellation date, and opens it again when that is undone', async () => {
    await cobot.emit('canceled_membership', cobot.cancel(dora, day(0)));
    await expect.poll(() => ends(dora), soon).toEqual([midnight(day(1)), midnight(day(1))]);
    expect(opens(dora)).toEqual(both);

    dora.canceledTo = null;
    await tell('uncanceled_membership', dora);
    await expect.poll(() => ends(dora), soon).toEqual([null, null]);
  });

  it('takes everything from who has left, the check-in token too, and keeps the lock user', async () => {
    await cobot.emit('membership_cancellation_date_reached', cobot.cancel(emil, day(-1)));

    await expect.poll(() => windows(emil), soon).toEqual([]);
    await expect.poll(() => cobot.tokensOf(emil), soon).toEqual([]);
    expect(users('emil@example.com')).toHaveLength(1);
  });

  it('takes everything from who was deleted', async () => {
    await cobot.emit('deleted_membership', cobot.remove(finn));

    await expect.poll(() => windows(finn), soon).toEqual([]);
  });

  it('gives the old lock user to who rejoins under a new membership, and moves mark and token', async () => {
    const [old] = users('emil@example.com');
    const again = add('Emil');

    await tell('confirmed_membership', again);

    await expect.poll(() => opens(again), soon).toEqual(both);
    await expect.poll(() => cobot.tokensOf(again), soon).toEqual([old?.id]);
    await expect.poll(() => users('emil@example.com'), soon).toEqual([{ ...old, externalId: mark(again) }]);
  });

  it('keeps the union while one of two memberships is left, and moves the token to it', async () => {
    const [user] = users('tim@example.com');

    await cobot.emit('canceled_membership', cobot.cancel(tim, day(-1)));

    await expect.poll(() => cobot.tokensOf(timAgain), soon).toEqual([user?.id]);
    expect(cobot.tokensOf(tim)).toEqual([]);
    expect(opens(timAgain)).toEqual(both);
  });

  it('gives the lock user to the second person with that email once the first has left', async () => {
    await cobot.emit('canceled_membership', cobot.cancel(hotDesk, day(-1)));
    await expect.poll(() => cobot.tokensOf(hotDesk), soon).toEqual([]);

    await tell('updated_membership_details', hotDeskToo);

    await expect.poll(() => opens(hotDeskToo), soon).toEqual(both);
    expect(users('desk@example.com')).toHaveLength(1);
  });

  it('changes email and name of a lock user that we made', async () => {
    const [before] = users('gus@example.com');
    Object.assign(gus, { email: 'august@example.com', name: 'August' });

    await tell('updated_membership_details', gus);

    await expect
      .poll(() => users('august@example.com'), soon)
      .toEqual([{ ...before, email: 'august@example.com', name: 'August' }]);
    expect(opens(gus)).toEqual(both);
  });

  it('leaves the email of an adopted lock user as it is, keeps it linked, and shows it', async () => {
    const problems = Number(await problemCount());
    greta.email = 'greta.new@example.com';

    await tell('updated_membership_details', greta);
    await service.idle();

    expect(smartlock.opens('greta@example.com')).toEqual(both);
    expect(users('greta.new@example.com')).toEqual([]);
    expect(Number(await problemCount())).toBe(problems + 1);
  });

  it('never makes a lock user under an email that another lock user has', async () => {
    ada.email = 'cleaner@example.com';

    await tell('updated_membership_details', ada);
    await service.idle();

    expect(users('ada@example.com')).toHaveLength(1);
    expect(smartlock.opens('ada@example.com')).toEqual(both);
    expect(smartlock.users.get(cleaner.id)).toEqual(cleaner);
  });
});

describe('whoever looks at it afterwards', () => {
  it('finds each change as one sentence in the log', () => {
    expect(sayings()).toContain('registered as a new lock user (the lock system may send an invitation)');
    expect(sayings()).toContain('stands behind a lock user who was there already');
    expect(sayings()).toContain('may no longer open Studio: membership deleted on Cobot');
    expect(sayings()).toContain(`may no longer open Studio: membership ended on ${day(-1)}`);
  });

  it('finds nothing left to change after a second start', async () => {
    const before = structuredClone([[...smartlock.users], [...smartlock.access], [...cobot.tokens]]);
    const requests = smartlock.requests.length;

    await relay.stop();
    await relay.start();
    await service.idle();

    expect([[...smartlock.users], [...smartlock.access], [...cobot.tokens]]).toEqual(before);
    // Ada's email is still another's: that is tried again, and refused.
    const isWrite = ({ method, status }: { method: string; status: number | null }) =>
      method !== 'GET' && status !== 409;
    expect(smartlock.requests.slice(requests).filter(isWrite)).toEqual([]);
  });
});
