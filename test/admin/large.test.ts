// Two thousand members in the store: every page is light, and a glance at a door asks the lock system nothing.
import { expect, it } from 'vitest';
import type { Evidence } from '../../src/store/store.ts';
import { openDesk } from './desk.ts';

const MEMBERS = 2000;
/** With the stylesheet and the script, of which a browser keeps a copy, it has to stay under 100 kB. */
const MOST = 70_000;

it('a door of a large space is told by the rules alone, until it is to be compared', { timeout: 60_000 }, async () => {
  const desk = await openDesk();
  const { world, app } = desk;
  const ada = world.cobot.addMember({ name: 'Ada', plan: world.plan });
  await desk.sweep();
  const { store } = app.parts;
  const template = await store.evidence.of(ada.id);
  if (!template) throw new Error('Nothing was read of Ada.');
  const many = Array.from({ length: MEMBERS }, (_, index) => memberLike(template, index));
  await store.evidence.put(many);
  await store.links.put(
    many.map(({ membership: { id } }) => ({
      membershipId: id,
      lockUserId: `user ${id}`,
      origin: 'made' as const,
      endedAt: null,
    })),
  );
  await desk.signIn();
  const [studio] = (await app.parts.policy()).locks.filter(({ name }) => name === 'Studio');
  const before = world.lock.requests.length;

  const pages = await Promise.all(
    ['', '/people', '/people?at=tomorrow 07:45', `/doors/${studio?.id}`, '/doors', '/audit', '/events'].map((path) =>
      desk.get(`/admin${path}`),
    ),
  );
  const asked = world.lock.requests.length - before;
  const compared = await desk.get(`/admin/doors/${studio?.id}?compare=yes`);

  expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 200));
  expect(pages.filter(({ text }) => text.length >= MOST)).toEqual([]);
  expect(pages[3]?.text).toContain('2001 people by the rules');
  expect(pages[3]?.text).toContain('?compare=yes">Compare with it now</a>');
  expect(asked).toBe(0);
  expect(world.lock.requests.length).toBeGreaterThan(before);
  expect(compared.text).toContain('rules and lock system differ for 2000');
});

function memberLike(template: Evidence, index: number): Evidence {
  // No id of Cobot's has an x in it: none of these is the template's own by chance.
  const id = `${template.membership.id.slice(0, -5)}x${String(index).padStart(4, '0')}`;
  return {
    ...template,
    membership: { ...template.membership, id, name: `Member ${index}`, email: `member-${index}@example.com` },
  };
}
