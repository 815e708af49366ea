// How things are: the store, Cobot, the lock system, the policy, the clock and the work, each looked at now. And codes for
// keypads, which are asked for at the lock system and kept nowhere.
import { counted } from '../lib/wording.ts';
import { lookAtAlerts } from './alerts.ts';
import type { Answers, Operator } from './answers.ts';
import { asked, bad, type Finding, good, remark } from './finding.ts';
import { lookingAtCobot } from './look-at-cobot.ts';
import { lockNames, memberNames, membershipsNamed, nobodyKnown } from './names.ts';
import type { OperatorApp } from './parts.ts';

/** Behind an answer of a second or two, and a Date that counts whole seconds. */
const CLOCK_MAY_DIFFER = 20_000;
const CLOCK_IS_WRONG = 120_000;
const SWEEP_IS_LATE = 60;

export function lookingAfter(app: OperatorApp): Pick<Operator, 'codes' | 'checkUp'> {
  const { parts, policy } = app;
  const { store, queue, locks, clock } = parts;

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

    async checkUp(_, onProgress) {
      await store.ping();
      onProgress?.('looking at Cobot');
      const lines = [good('database', `it answers: ${store.keptIn}`), ...(await lookingAtCobot(app))];
      onProgress?.(`looking at ${locks.name}`);
      lines.push(...(await lookAtLocks()), ...lookAtPolicy(), ...lookAtClocks(), ...(await lookAtWork()));
      lines.push(...(await lookAtAlerts(app)));
      return { lines };
    },
  };

  async function lookAtLocks(): Promise<Finding[]> {
    const found = await asked(locks.name, async () =>
      (await locks.checkUp()).map(({ what, ok, sentence }) => ({
        what: `${locks.name}, ${what}`,
        ok,
        sentence,
        advice: null,
      })),
    );
    const what = `${locks.name}, ${plural(locks.capabilities.lockWord)}`;
    const known = await asked(what, async () => {
      const names = (await locks.locks()).map(({ name }) => name);
      return names.length > 0
        ? [good(what, names.join(', '))]
        : [bad(what, 'there are none', 'make them there, or look which the token may see')];
    });
    return [...found, ...known];
  }

  function lookAtPolicy(): Finding[] {
    const mistakes = policy.mistakes().length;
    if (mistakes > 0) {
      const sentence = `${counted(mistakes, 'mistake')}, so the policy last in force stays`;
      return [bad('policy', sentence, '"relay policy check" shows them with their lines')];
    }
    const warnings = policy.problems().map(({ sentence }) => remark('policy', sentence, null));
    return warnings.length > 0 ? warnings : [good('policy', 'nothing is wrong with it')];
  }

  function lookAtClocks(): Finding[] {
    const sides = [...app.clocksAhead()].map(([side, ms]) => ({ side: side === 'cobot' ? 'Cobot' : locks.name, ms }));
    if (sides.length === 0) return [remark('clock', 'no other side has said what time it is there', null)];
    const [worst] = sides.toSorted((one, other) => Math.abs(other.ms) - Math.abs(one.ms));
    if (!worst || Math.abs(worst.ms) <= CLOCK_MAY_DIFFER)
      return [good('clock', `agrees with ${sides.map(({ side }) => side).join(' and ')}`)];
    const seconds = counted(Math.round(Math.abs(worst.ms) / 1000), 'second');
    const sentence = `${seconds} ${worst.ms > 0 ? 'behind' : 'ahead of'} ${worst.side}: doors open late or early, and signed webhooks are refused`;
    const isTooMuch = Math.abs(worst.ms) > CLOCK_IS_WRONG;
    return [(isTooMuch ? bad : remark)('clock', sentence, 'set the clock of this machine by NTP')];
  }

  async function lookAtWork(): Promise<Finding[]> {
    const sweptAt = await store.settings.get('last-good-sweep');
    const minutes = sweptAt === undefined ? null : Math.round((clock.now() - sweptAt) / 60_000);
    const dead = (await queue.list({ state: 'dead' })).length;
    const held = (await store.holds.open())?.lines.length ?? 0;
    return [
      minutes === null
        ? remark('last good sweep', 'none yet', 'the service makes one after its start')
        : minutes > SWEEP_IS_LATE
          ? bad('last good sweep', `${minutes} minutes ago`, '"relay problems" says what keeps it back')
          : good('last good sweep', minutes === 0 ? 'just now' : `${counted(minutes, 'minute')} ago`),
      dead > 0
        ? bad(
            'jobs',
            `${counted(dead, 'job')} dead`,
            '"relay jobs" says why, "relay jobs redrive" puts them back to work',
          )
        : good('jobs', 'none is dead'),
      held > 0
        ? remark('brake', `${counted(held, 'loss', 'losses')} held for a person to decide`, '"relay holds" shows them')
        : good('brake', 'nothing is held'),
      ...(await store.problems.all())
        .filter(({ subject, kind }) => subject === '' && !kind.startsWith('policy-'))
        .map(({ sentence }) => remark('found by the last sweep', sentence, null)),
    ];
  }
}

const plural = (word: string): string => (word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`);
