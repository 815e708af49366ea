// The people of a simulated space, and which of Cobot's memberships and of the lock system's users are whose. Nobody ever
// has an address that was another's.
import type { Member } from '../../src/simulators/cobot/space.ts';

export type Human = {
  name: string;
  userId: string;
  /** The latest is the last. */
  emails: string[];
  /** Memberships, the latest last; also of those that are deleted. */
  memberIds: string[];
};

export type Cast = ReturnType<typeof createCast>;

export function createCast(count: number) {
  const humans: Human[] = Array.from({ length: count }, (_, index) => ({
    name: `Person ${index}`,
    userId: `login-${index}`,
    emails: [`person-${index}@example.com`],
    memberIds: [],
  }));
  return {
    humans,
    who(number: number): Human {
      const human = humans[number % humans.length];
      if (!human) throw new Error('the cast is empty');
      return human;
    },
    byEmail: (email: string) =>
      humans.find(({ emails }) => emails.some((each) => each.toLowerCase() === email.toLowerCase())),
    byMember: (id: string) => humans.find(({ memberIds }) => memberIds.includes(id)),
    /** The latest that is still on Cobot. */
    latest: (human: Human, members: ReadonlyMap<string, Member>): Member | undefined =>
      human.memberIds.flatMap((id) => members.get(id) ?? []).at(-1),
  };
}
