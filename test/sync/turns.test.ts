import { expect, it } from 'vitest';
import { createRelayWorld, MINUTE } from '../support/relay.ts';

it("links that wait for Cobot's budget keep nobody from being served, and are all made in the end", async () => {
  const world = await createRelayWorld({ cobot: { limits: {} } });
  const plan = world.cobot.addPlan({ name: 'Full Time' });
  world.addMembers(75, plan);
  await world.sweep();
  const linkedAtFirst = world.cobot.tokens.size;
  const late = world.cobot.addMember({ name: 'Late', plan });

  await world.reconcile(late);
  const opensAtOnce = world.opens(late);
  await world.pass(2 * MINUTE);

  expect(linkedAtFirst).toBeLessThanOrEqual(60);
  expect(opensAtOnce).toEqual(['Front door']);
  expect(world.cobot.tokens.size).toBe(76);
  expect(world.cobot.requests.filter(({ status }) => status === 429)).toEqual([]);
});
