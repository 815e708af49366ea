// What was true when: on Cobot, and in the operator's file; and since when the relay can be expected to know. The relay's
// own word counts in one thing alone: that it got through a sweep, and when it had begun to read for it.
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import { AFTERMATH } from './faults.ts';
import type { HouseRules } from './house-rules.ts';
import type { Refused, Truth } from './oracle.ts';

export type RulesThen = { from: number; rules: HouseRules | null; text: string };

export type History = ReturnType<typeof createHistory>;

const MINUTE = 60_000;
/** While nothing goes wrong, what was told takes effect in so long. */
export const IN_GOOD_TIMES = 10 * MINUTE;

export function createHistory(cobot: CobotSimulator, start: number, now: () => number) {
  let truths: Truth[] = [];
  let print = '';
  const rules: RulesThen[] = [];
  const refused: Refused[] = [];
  const troubles: { from: number; until: number }[] = [];
  let goodSweep = start;

  const overlapping = (from: number, until: number) =>
    troubles.some((each) => each.from <= until && from <= each.until);

  /** What was true before that moment counts no more. */
  function since(): number {
    if (overlapping(goodSweep, now())) return goodSweep;
    return Math.max(goodSweep, now() - IN_GOOD_TIMES);
  }

  function then<T extends { from: number }>(list: readonly T[], from: number): T[] {
    return list.filter((each, index) => (list[index + 1]?.from ?? Infinity) > from && each.from <= now());
  }

  return {
    since,
    /** What runs out by the clock alone is looked at with the next sweep. */
    lastGoodSweep: (): number => goodSweep,
    /** Something may have changed on Cobot. */
    note(): void {
      const { members, passes, checkIns, bookings } = cobot;
      const all = [
        [...members.values()],
        [...passes.values()],
        [...checkIns.values()],
        [...bookings.values()],
      ] as const;
      const next = JSON.stringify(all);
      if (next === print) return;
      print = next;
      const [memberList, passList, checkInList, bookingList] = structuredClone(all);
      truths.push({
        from: now(),
        members: new Map(memberList.map((member) => [member.id, member])),
        passes: passList,
        checkIns: checkInList,
        bookings: bookingList,
      });
      truths = then(truths, since());
    },
    wrote(text: string, parsed: HouseRules | null): void {
      rules.push({ from: now(), rules: parsed, text });
    },
    refusedCheckIn(no: Refused): void {
      refused.push(no);
    },
    refused,
    /** Something goes wrong for so long. Returns what to call if it ends before. */
    trouble(forMs: number): () => void {
      const trouble = { from: now() - MINUTE, until: now() + forMs + AFTERMATH };
      troubles.push(trouble);
      return () => {
        trouble.until = Math.min(trouble.until, now() + AFTERMATH);
      };
    },
    inTrouble: (from = now()): boolean => overlapping(from, now()),
    /** The relay says that it got through a sweep for which it began to read then. */
    sweptSince(from: number): void {
      if (!overlapping(from, now()) || goodSweep === start) goodSweep = Math.max(goodSweep, from);
    },
    latest(): Truth {
      const latest = truths.at(-1);
      if (!latest) throw new Error('nothing was ever true');
      return latest;
    },
    /** Everything that the relay may still go by. */
    truths: (): Truth[] => then(truths, since()),
    /** The rules that may still be in force; `inForce`: the text that is. */
    rules(inForce: string | null): HouseRules[] {
      const good = rules.filter((each) => each.rules !== null);
      const maybe = then(good, since());
      const known = good.findLast((each) => each.text === inForce);
      const isBroken = rules.at(-1)?.rules === null;
      if (known && (isBroken || overlapping(since(), now()))) maybe.push(known);
      return [...new Set(maybe.flatMap((each) => each.rules ?? []))];
    },
    file: (): RulesThen | undefined => rules.at(-1),
    rulesOf: (text: string): HouseRules | undefined => rules.findLast((each) => each.text === text)?.rules ?? undefined,
  };
}
