import { describe, expect, it } from 'vitest';
import { decide, entitledAt } from '../../src/access/decide.ts';
import type { MemberFacts } from '../../src/access/model.ts';
import type { Rule } from '../../src/access/policy.ts';
import {
  bookingOf,
  bookingRuleOf,
  checkInOf,
  factsOf,
  HOUR,
  known,
  limitedPlan,
  NOW,
  passOf,
  policyOf,
  ruleOf,
  termsOf,
} from '../support/facts.ts';

/** What the front door rests on now, each with who would be charged for opening it. */
function restsOn(members: readonly MemberFacts[], ...rules: Rule[]) {
  const decision = decide(members, null, termsOf({ policy: policyOf(rules) }));
  return entitledAt(decision, 'front', NOW).map(
    ({ membershipId, basis, charged }) => `${membershipId} ${basis} ${charged ? 'charged' : 'free'}`,
  );
}

const booked = known([bookingOf(NOW, NOW + HOUR)]);
const bookers = (passes: Rule['passes']) => bookingRuleOf({}, { locks: ['front'], passes });

describe('whoever opens is charged', () => {
  it('for a pass, and for the check-in that it became', () => {
    const facts = factsOf(
      { plan: limitedPlan() },
      { passes: known([passOf()]), checkIns: known([checkInOf(NOW, NOW + HOUR)]) },
    );

    expect(restsOn([facts], ruleOf())).toEqual(['m1 check-in charged', 'm1 pass charged']);
  });

  it('for a booking whose rule asks for a pass', () => {
    const facts = factsOf({ plan: limitedPlan() }, { passes: known([passOf()]), bookings: booked });

    expect(restsOn([facts], bookers('required'))).toEqual(['m1 pass charged']);
  });

  it('where a pass opens, also where a booking does so besides', () => {
    const facts = factsOf({ plan: limitedPlan() }, { passes: known([passOf()]), bookings: booked });

    expect(restsOn([facts], ruleOf(), bookers('ignore'))).toEqual(['m1 pass charged', 'm1 booking free']);
  });
});

describe('nobody is charged', () => {
  it('for a booking, which is paid by itself', () => {
    expect(restsOn([factsOf({ plan: limitedPlan() }, { bookings: booked })], bookers('ignore'))).toEqual([
      'm1 booking free',
    ]);
  });

  it('for a booking of an unlimited plan whose rule asks for a pass', () => {
    expect(restsOn([factsOf({}, { bookings: booked })], bookers('required'))).toEqual(['m1 booking free']);
  });

  it('where no pass is needed, although there is one', () => {
    const facts = factsOf({ plan: limitedPlan() }, { passes: known([passOf()]) });

    expect(restsOn([facts], ruleOf({ passes: 'ignore' }))).toEqual(['m1 plan free']);
  });

  it('for an unlimited plan', () => {
    expect(restsOn([factsOf()], ruleOf())).toEqual(['m1 plan free']);
  });
});

describe('of two memberships', () => {
  it('each says for itself what opening with it costs', () => {
    const members = [factsOf({ id: 'm2' }), factsOf({ id: 'm1', plan: limitedPlan() }, { passes: known([passOf()]) })];

    expect(restsOn(members, ruleOf())).toEqual(['m1 pass charged', 'm2 plan free']);
  });
});
