// A large space on the page: thousands of members at dozens of doors, and no page gets heavy or hides anybody.
import { describe, expect, it } from 'vitest';
import { toText } from '../../src/admin/html.ts';
import { linksFrom, type Show, type Visit } from '../../src/admin/page.ts';
import { showDoor } from '../../src/admin/pages/door.ts';
import { showDoors } from '../../src/admin/pages/doors.ts';
import { showHolds } from '../../src/admin/pages/holds.ts';
import { showPeople } from '../../src/admin/pages/people.ts';
import type { Answers, Operator } from '../../src/operator/answers.ts';

const AT = '2026-11-30T09:00:00Z';
const ZONE = 'Europe/Berlin';
/** With the stylesheet and the script, of which a browser keeps a copy, it has to stay under 100 kB. */
const MOST = 70_000;
const locks = Array.from({ length: 30 }, (_, index) => ({ lockId: `lock-${index}`, lock: `Meeting room ${index}` }));
const memberId = (index: number) => `0f3c9a1b2c3d4e5f60718293a4b5${String(index).padStart(4, '0')}`;
const members = Array.from({ length: 2500 }, (_, index) => ({ id: memberId(index), name: `Member number ${index}` }));
const held = members.map(({ id, name }) => ({
  membershipId: id,
  member: name,
  lockUserId: id,
  lockId: 'lock-0',
  lock: 'Meeting room 0',
  reason: 'membership ended on 2026-11-29',
  restsOnAbsence: false,
  since: AT,
}));

const people: Answers['people']['people'] = members.map(({ id, name }) => ({
  membershipIds: [id],
  name,
  email: `${id}@example.com`,
  plan: 'Full Time',
  standing: 'current',
  problems: [],
  cells: locks.map(({ lockId }) => ({
    lockId,
    opens: true,
    until: AT,
    opensNext: null,
    waiting: null,
    reason: 'plan',
  })),
}));

const answers: Partial<Operator> = {
  people: async () => ({ zone: ZONE, at: AT, note: null, locks, people }),
  who: async () => ({
    zone: ZONE,
    at: AT,
    note: null,
    lockId: 'lock-0',
    lock: 'Meeting room 0',
    lockSystemRead: true,
    lockSystemSkipped: false,
    people: members.map(({ id, name }) => ({
      name,
      membershipId: id,
      lockUserId: id,
      through: 'rules' as const,
      because: 'Front door for everybody: plan "Full Time"',
      opens: true,
      wrong: false,
    })),
  }),
  openings: async () => ({ zone: ZONE, openings: [] }),
  day: async () => ({
    zone: ZONE,
    date: '2026-11-30',
    from: '2026-11-29T23:00:00Z',
    until: '2026-11-30T23:00:00Z',
    locks: locks.map((lock) => ({
      ...lock,
      bars: members.slice(0, 200).map(({ name }) => ({
        from: AT,
        until: '2026-11-30T10:00:00Z',
        kind: 'booking' as const,
        rule: 'Meeting rooms for their bookers',
        member: name,
        people: 1,
      })),
    })),
  }),
  holds: async () => ({ zone: ZONE, hold: { id: 'h', since: AT, persons: 2500, lines: held }, kept: held }),
};

async function drawn(show: Show, query = ''): Promise<string> {
  const page = { to: linksFrom('/admin/people'), token: 't', now: Date.parse(AT), zone: ZONE };
  const asked = new URLSearchParams(query);
  // Only what these pages ask for.
  const operator = answers as Operator;
  const visit: Visit = { page, query: asked, form: asked, param: () => 'lock-0', operator, sweepMinutes: 15 };
  return toText((await show(visit)).body);
}

describe('a page of a large space', () => {
  it.each([
    ['people', showPeople],
    ['a door', showDoor],
    ['doors', showDoors],
    ['holds', showHolds],
  ] as const)('is light: %s', async (_name, show) => {
    expect((await drawn(show)).length).toBeLessThan(MOST);
  });

  it('has everybody somewhere, once', async () => {
    const seen: string[] = [];
    for (let number = 1; number <= 500; number += 1) {
      const text = await drawn(showPeople, `page=${number}`);
      seen.push(...[...text.matchAll(/>(Member number \d+)</g)].map(([, name = '']) => name));
      if (!text.includes('>Next<')) break;
    }

    expect(seen.length).toBe(members.length);
    expect(new Set(seen).size).toBe(members.length);
  });

  it('finds one of them', async () => {
    const text = await drawn(showPeople, 'find=number+2499');

    expect(text).toContain('1 person');
    expect(text).toContain('Member number 2499');
  });

  it.each(['0', '-1', '1e9', 'x', '99999999999999999999'])(
    'takes a page that is none for one that is: %s',
    async (page) => {
      expect(await drawn(showPeople, `page=${page}`)).toContain('Member number');
    },
  );
});
