// How things are: the store, Cobot, the lock system and the policy, each looked at now. And codes for keypads, which are
// asked for at the lock system and kept nowhere.
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { Answers, Operator } from './answers.ts';
import { lockNames, memberNames, membershipsNamed, nobodyKnown } from './names.ts';
import type { OperatorApp } from './parts.ts';

type Line = Answers['checkUp']['lines'][number];

export function lookingAfter({ parts, policy }: OperatorApp): Pick<Operator, 'codes' | 'checkUp'> {
  const { store, cobot, locks, clock } = parts;

  return {
    async codes({ member }) {
      const ids = await membershipsNamed(member, store);
      if (ids.length === 0) throw nobodyKnown(member);
      const [nameOf, lockNamed] = [await memberNames(store), await lockNames(store)];
      const persons: Answers['codes']['persons'] = [];
      for (const membershipId of ids) {
        const link = await store.links.of(membershipId);
        const codes = link ? await locks.codesOf(link.lockUserId) : [];
        persons.push({
          membershipId,
          member: nameOf(membershipId),
          codes: codes.map((each) => ({ ...each, lock: lockNamed(each.lockId) })),
        });
      }
      return { persons };
    },

    async checkUp() {
      await store.ping();
      const lines: Line[] = [{ what: 'database', ok: true, sentence: 'it answers' }];
      const space = await asked('Cobot', lines, () => cobot.space());
      if (space)
        lines.push({ what: 'Cobot', ok: true, sentence: `the token is taken; "${space.name}" is in ${space.zone}` });
      const found = await asked(locks.name, lines, () => locks.checkUp());
      for (const { what, ok, sentence } of found ?? []) lines.push({ what: `${locks.name}, ${what}`, ok, sentence });
      const known = await asked(`${locks.name}, ${plural(locks.capabilities.lockWord)}`, lines, () => locks.locks());
      if (known)
        lines.push(
          locksLine(
            `${locks.name}, ${plural(locks.capabilities.lockWord)}`,
            known.map(({ name }) => name),
          ),
        );
      const mistakes = policy.mistakes();
      lines.push({
        what: 'policy',
        ok: mistakes.length === 0,
        sentence:
          mistakes.length === 0
            ? 'nothing is wrong with it'
            : `${mistakes.length} mistakes; "relay policy check" shows them with their lines`,
      });
      const sweptAt = await store.settings.get('last-good-sweep');
      const minutes = sweptAt === undefined ? null : Math.round((clock.now() - sweptAt) / 60_000);
      lines.push({
        what: 'last good sweep',
        ok: minutes === null ? null : minutes <= 60,
        sentence: minutes === null ? 'none yet: the service makes one after its start' : `${minutes} minutes ago`,
      });
      for (const { sentence, subject } of await store.problems.all())
        if (subject === '') lines.push({ what: 'found by the last sweep', ok: null, sentence });
      return { lines };
    },
  };
}

const locksLine = (what: string, names: readonly string[]): Line =>
  names.length === 0
    ? { what, ok: false, sentence: 'there are none: make them there, or look which the token may see' }
    : { what, ok: true, sentence: names.join(', ') };

const plural = (word: string): string => (word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`);

/** undefined: it did not answer, which is a line of its own. */
async function asked<T>(what: string, lines: Line[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    lines.push({ what, ok: false, sentence: describeError(error) });
    return undefined;
  }
}
