import { describe, expect, it } from 'vitest';
import { decide } from '../../src/access/decide.ts';
import { type Explaining, explain, standingSentence } from '../../src/access/explain.ts';
import type { MemberFacts, Membership } from '../../src/access/model.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import {
  berlin,
  DOORS,
  factsOf,
  grantOf,
  HOUR,
  inBerlin,
  limitedPlan,
  membershipOf,
  NOW,
  planCopy,
  policyOf,
  ruleOf,
  termsOf,
  unknown,
} from '../support/facts.ts';

const office = policyOf([
  ruleOf({ name: 'Office', locks: ['front'], hours: [{ from: 480, until: 1200, weekdays: [1, 2, 3, 4, 5] }] }),
]);

function answers(members: readonly MemberFacts[], more: Partial<Explaining> = {}) {
  const policy = more.policy ?? defaultPolicy;
  const at = more.at ?? NOW;
  const decision = decide(members, null, termsOf({ policy, now: at }));
  return explain(decision, members, {
    policy,
    calendar: berlin,
    locks: DOORS,
    at,
    current: [],
    waiting: () => null,
    ...more,
  });
}

describe('why', () => {
  it('answers for every lock, in the order of the locks', () => {
    expect(answers([factsOf()]).map(({ lock, opens }) => [lock, opens])).toEqual([
      ['Front door', true],
      ['Studio', true],
    ]);
  });

  it('names membership, plan and rule where it opens, and since when and until when', () => {
    const [front] = answers([factsOf()], { policy: office, at: NOW });

    expect(front).toMatchObject({
      opens: true,
      because: ['membership m1: active, plan "Full Time"', 'Office: plan "Full Time"'],
      since: inBerlin('2026-11-24 08:00'),
      until: inBerlin('2026-11-24 20:00'),
      opensNext: inBerlin('2026-11-25 08:00'),
    });
  });

  it('names the next window where it is shut at the moment', () => {
    const [front] = answers([factsOf()], { policy: office, at: inBerlin('2026-11-24 21:00') });

    expect(front).toMatchObject({
      opens: false,
      because: [
        'membership m1: active, plan "Full Time"',
        'outside its windows; the next one begins at 2026-11-25 08:00',
      ],
      since: null,
      until: null,
      opensNext: inBerlin('2026-11-25 08:00'),
    });
  });

  it('names why not, for each membership', () => {
    const [front] = answers([
      factsOf({ plan: limitedPlan() }),
      factsOf({ id: 'm2', canceledTo: '2026-10-31', plan: planCopy({ name: 'Part Time' }) }),
    ]);

    expect(front?.because).toEqual([
      'membership m1: active, plan "Day Pass"',
      'membership m2: ended on 2026-10-31',
      'no day pass left',
      'membership ended on 2026-10-31',
    ]);
  });

  it('names what could not be read', () => {
    const [front] = answers([factsOf({ plan: limitedPlan() }, { passes: unknown('Cobot is down') })]);

    expect(front?.because).toContain('not known now, so what is there stays: Cobot is down');
  });

  it('says so where no rule gives the lock', () => {
    const [, studio] = answers([factsOf()], { policy: office });

    expect(studio).toMatchObject({ opens: false, because: [expect.any(String), 'no rule gives this lock'] });
  });

  it('has the ends of an open window as none', () => {
    const [front] = answers([factsOf({ startsOn: null })]);

    expect(front).toMatchObject({ since: null, until: null, opensNext: null });
  });

  it('tells what waits for a person', () => {
    const [front, studio] = answers([factsOf()], { waiting: (lockId) => (lockId === 'front' ? 'held' : null) });

    expect([front?.waiting, studio?.waiting]).toEqual(['held', null]);
  });
});

describe('the lock system', () => {
  const ours = { ...grantOf(), ours: true };
  const theirs = { ...grantOf({ id: 'g2' }), ours: false };
  const over = { ...grantOf({ id: 'g3', until: NOW }), ours: true };
  const ahead = { ...grantOf({ id: 'g4', from: NOW + HOUR }), ours: true };
  const elsewhere = { ...grantOf({ id: 'g5', lockId: 'studio' }), ours: true };
  const says = (members: MemberFacts[], current: Explaining['current']) => answers(members, { current })[0]?.lockSystem;
  const ended = [factsOf({ canceledTo: '2026-10-31' })];

  it.each([
    ['agrees', [factsOf()], [ours]],
    ['agrees', [factsOf()], [theirs]],
    ['agrees', ended, []],
    ['agrees', ended, [over]],
    ['agrees', ended, [ahead]],
    ['agrees', ended, [elsewhere]],
    ['is shut although it should open', [factsOf()], []],
    ['is shut although it should open', [factsOf()], [over, ahead, elsewhere]],
    ['opens although it should not', ended, [ours]],
    ['opens although it should not', ended, [theirs, ours]],
    ['agrees, through a grant of others', ended, [theirs]],
  ])('%s', (expected, members, current) => {
    expect(says(members, current)).toBe(expected);
  });
});

describe('a membership in one sentence', () => {
  it.each<[string, Partial<Membership>]>([
    ['membership m1: active, plan "Full Time"', {}],
    ['membership m1: active, plan "Full Time", until 2026-12-01 00:00', { canceledTo: '2026-11-30' }],
    ['membership m1: not confirmed yet', { confirmed: false }],
    ['membership m1: begins on 2026-12-24, plan "Full Time"', { startsOn: '2026-12-24' }],
    ['membership m1: ended on 2026-10-31', { canceledTo: '2026-10-31' }],
    ['membership m1: deleted on Cobot', { deleted: true }],
    [
      'membership m1: active, plan "New"',
      { plan: planCopy({ changesOn: '2026-11-24' }), upcomingPlan: planCopy({ name: 'New' }) },
    ],
  ])('%s', (expected, more) => {
    expect(standingSentence(membershipOf(more), { policy: defaultPolicy, calendar: berlin, at: NOW })).toBe(expected);
  });
});
