// Step 2 of the guide, from outside: opening a door checks in on Cobot, and no day pass is ever spent twice.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { setUpService, soon } from '../support/service.ts';

// The dearest reading of what Cobot does on a second check-in: it makes one, and spends another pass.
const dearest = { repeatCheckIn: 'second' } as const;
const service = await setUpService({ cobot: { switches: dearest } });
const { cobot, smartlock, relay } = service;
const [front, studio] = smartlock.addLocks('Front door', 'Studio');
if (!front || !studio) throw new Error('no locks');
const fullTime = cobot.addPlan({ name: 'Full Time' });
const tenDays = cobot.addPlan({ name: 'Ten Days', limited: true });
const ada = cobot.addMember({ name: 'Ada', plan: fullTime });
const limited = Object.fromEntries(
  ['Ben', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gil', 'Hal', 'Ida', 'Jim', 'Kit', 'Lou'].map((name) => {
    const member = cobot.addMember({ name, plan: tenDays });
    cobot.addPass(member);
    cobot.addPass(member);
    return [name, member];
  }),
);
const cleaner = smartlock.addUser({ email: 'cleaner@example.com' });
smartlock.addAccess({ user: cleaner, lock: front });
const CHECK_IN = 'POST /api/check_ins';
const HOUR = 3_600_000;

await service.subscribe();
await relay.start();
await service.idle();

function member(name: string): Member {
  const found = limited[name];
  if (!found) throw new Error(`nobody is called ${name}`);
  return found;
}

function lockUser({ email }: Member) {
  const user = smartlock.userByEmail(email ?? '');
  if (!user) throw new Error('not registered');
  return user;
}

const open = (who: Member, how: Parameters<typeof smartlock.openLock>[2] = {}, lock = front) =>
  smartlock.openLock(lockUser(who), lock, how);
const checkIns = (who: Member) => cobot.checkInsOf(who).length;
const spent = (who: Member) => cobot.passesOf(who).filter(({ usedAt }) => usedAt !== null).length;
const messages = (who: Member) =>
  service
    .logLines()
    .filter((line) => line['membership'] === who.id)
    .map(({ msg }) => msg);
const metric = async (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await service.metrics())?.[1]);

describe('an opening', () => {
  it('checks an unlimited member in, once, however often and in whatever spelling it is told', async () => {
    const { event } = await open(ada, { spelling: 'form' });
    await expect.poll(() => checkIns(ada), soon).toBe(1);

    await smartlock.redeliver(event, { spelling: 'text in json' });
    await open(ada, { spelling: 'json' }, studio);
    await service.idle();

    expect(checkIns(ada)).toBe(1);
  });

  it('spends one pass of a limited member; the next one that day costs nothing, not even a call', async () => {
    const ben = member('Ben');
    await open(ben, { bare: true });
    await expect.poll(() => spent(ben), soon).toBe(1);
    await service.idle();
    const calls = cobot.requests.length;

    await open(ben, {}, studio);
    await service.idle();

    expect(cobot.requests.slice(calls)).toEqual([]);
    expect([checkIns(ben), spent(ben)]).toEqual([1, 1]);
    expect(messages(ben)).toContain('opened, and is checked in already');
  });

  it('links the token again where Cobot does not know it, and then checks in', async () => {
    const cleo = member('Cleo');
    for (const token of cobot.tokensOf(cleo)) cobot.tokens.delete(token);

    await open(cleo);

    await expect.poll(() => checkIns(cleo), soon).toBe(1);
    expect(cobot.tokensOf(cleo)).toEqual([lockUser(cleo).id]);
    expect(spent(cleo)).toBe(1);
  });

  it("is shown with Cobot's own words where Cobot refuses, and opens nothing more that day", async () => {
    const dan = member('Dan');
    const json = { errors: { base: ['No time passes left.'] } };
    cobot.sabotage(CHECK_IN, { kind: 'answer', status: 422, json }, { times: 1 });

    await open(dan);

    await expect.poll(() => service.opens(dan), soon).toEqual([]);
    expect(messages(dan)).toContain('Cobot refused the check-in: No time passes left.');
    expect(await metric('relay_check_ins_refused_total')).toBe(1);
    expect(spent(dan)).toBe(0);
  });

  it('of yesterday is an unpaid visit: shown, and not checked in', async () => {
    const eve = member('Eve');
    await open(eve, { occurredAt: Date.now() - 26 * HOUR, anyway: true });

    await expect.poll(() => messages(eve), soon).toContainEqual(expect.stringContaining('an unpaid visit'));
    expect([checkIns(eve), spent(eve)]).toEqual([0, 0]);
  });

  it('by somebody who is not ours is counted and costs no call', async () => {
    await service.idle();
    const calls = cobot.requests.length;

    await smartlock.openLock(cleaner, front);

    await expect.poll(() => metric('relay_foreign_openings_total'), soon).toBe(1);
    expect(cobot.requests.slice(calls)).toEqual([]);
  });

  it('after a check-in at the desk that Cobot told of spends nothing', async () => {
    const fay = member('Fay');
    const now = Date.now();
    const made = cobot.addCheckIn(fay, { from: now - 1000, until: now + 2 * HOUR });
    await service.tell('created_checkin', made);
    await service.idle();
    const posts = () => cobot.requests.filter(({ endpoint }) => endpoint === CHECK_IN).length;
    const before = posts();

    await open(fay);

    await expect.poll(() => messages(fay), soon).toContain('opened, and is checked in already');
    expect(posts()).toBe(before);
    expect([checkIns(fay), spent(fay)]).toEqual([1, 0]);
  });
});

describe('where the answer of Cobot does not come', () => {
  // An echo would tell what became of it.
  beforeAll(() => void Object.assign(cobot.switches, { echo: false }));
  afterAll(() => void Object.assign(cobot.switches, { echo: true }));

  it('because the connection broke after the deed: no second check-in', async () => {
    const gil = member('Gil');
    cobot.sabotage(CHECK_IN, { kind: 'reset', when: 'after' }, { times: 1 });

    await open(gil);
    await expect.poll(() => messages(gil), soon).toContain('opened, and was checked in on Cobot');

    await service.idle();
    expect([checkIns(gil), spent(gil)]).toEqual([1, 1]);
  });

  it('because the connection broke before the deed: it is done', async () => {
    const hal = member('Hal');
    cobot.sabotage(CHECK_IN, { kind: 'reset', when: 'before' }, { times: 1 });

    await open(hal);

    await expect.poll(() => checkIns(hal), soon).toBe(1);
    expect(spent(hal)).toBe(1);
  });

  it('because the relay was killed in between: no second one after the next start', async () => {
    const ida = member('Ida');
    const answer = cobot.sabotage(CHECK_IN, { kind: 'hang', when: 'after' }, { times: 1 });
    await open(ida);
    await expect.poll(() => spent(ida), soon).toBe(1);

    await relay.kill();
    answer.lift();
    await relay.start();

    await expect.poll(() => messages(ida), soon).toContainEqual(expect.stringContaining('checked in'));
    await service.idle();
    expect([checkIns(ida), spent(ida)]).toEqual([1, 1]);
  });
});

describe('a webhook that never comes', () => {
  it('is made up for from the list of events after the next start', async () => {
    const [jim, kit] = [member('Jim'), member('Kit')];
    await open(jim, { lose: true });
    await relay.stop();
    const { delivery } = await open(kit);
    await relay.start();

    await expect.poll(() => [checkIns(jim), checkIns(kit)], soon).toEqual([1, 1]);
    expect(delivery?.state).toBe('waiting');
    expect([spent(jim), spent(kit)]).toEqual([1, 1]);
  });
});

describe('in the end', () => {
  it('no echo of our own check-ins has cost a call', async () => {
    await service.idle();
    const asked = cobot.requests.filter(({ endpoint }) => endpoint === 'GET /api/check_ins/:id');
    const whose = asked.map(({ params }) => cobot.checkIns.get(params['id'] ?? '')?.memberId);

    // The one at the desk.
    expect(whose).toEqual([member('Fay').id]);
  });

  it('every door that was open is open, and who never opened one was never checked in', () => {
    const lou = member('Lou');
    expect(service.opens(lou)).toEqual(['Front door', 'Studio']);
    expect(service.opens(member('Ben'))).toEqual(['Front door', 'Studio']);
    expect([checkIns(lou), spent(lou)]).toEqual([0, 0]);
  });
});
