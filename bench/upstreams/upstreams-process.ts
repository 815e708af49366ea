// Cobot and the lock system of a benchmark, simulated, in a process of their own. They can be told to be slow, to refuse,
// to hang and to fail; and they are the ones that know in the end what has had its effect, when, and what was done twice.
import { performance } from 'node:perf_hooks';
import { daytimeZone, localDay } from '../../src/cli/demo/daytime.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { type Seen, textOf } from '../../src/simulators/exchange.ts';
import type { Action } from '../../src/simulators/sabotage.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { twiceAtTheLocks } from '../../test/crash/verdict.ts';
import { answerParent } from '../support/child.ts';

export type Mode =
  /** Answers `delayMs` after the deed. */
  | { kind: 'answering'; delayMs: number }
  | { kind: 'refusing' }
  | { kind: 'hanging' }
  /** 20 % answers of 500 and 5 % resets, half of each after the deed; the rest as `answering`. */
  | { kind: 'failing'; delayMs: number };

export type Effect = {
  /** Milliseconds since 1970: the last call that changed something for this member at the lock system. */
  at: number;
  /** Calls to the lock system for this member, up to that one. */
  calls: number;
};

const nowMs = () => performance.timeOrigin + performance.now();
const clock = systemClock;
const zone = daytimeZone(clock.now());
const cobot = await startCobotSimulator({
  clock,
  random: seededRandom(1),
  zone,
  // What the relay may ask of Cobot it keeps to by itself; the other subjects keep to nothing.
  limits: 'off',
  switches: { repeatCheckIn: 'second' },
});
const locks = await startSmartLockSimulator({
  clock,
  random: seededRandom(2),
  limits: 'off',
  webhooks: { retryMs: [] },
});
const sides = [cobot, locks];
const plan = cobot.addPlan({ name: 'Full Time' });
const dayPass = cobot.addPlan({ name: 'Day Pass', limited: true });
locks.addLocks('Front door');

const members: Member[] = [];
const effects = new Map<string, Effect>();
let isDown = false;

/** Sees every call as it comes, and stands in nobody's way. */
function watch(request: Seen): boolean {
  const email = emailIn(request);
  if (email === undefined) return false;
  const { calls, at } = effects.get(email) ?? { calls: 0, at: 0 };
  effects.set(email, { calls: calls + 1, at: request.method === 'GET' ? at : nowMs() });
  return false;
}

function emailIn({ body, query, params }: Seen): string | undefined {
  const user = locks.users.get(textOf(body, 'user_id') ?? query['user_id'] ?? params['id'] ?? '');
  return user?.email ?? textOf(body, 'email') ?? query['email'];
}

function standing(action: Action, share = 1): void {
  for (const side of sides) side.sabotage(/./, action, { share });
}

async function setMode(mode: Mode): Promise<void> {
  for (const side of sides) side.healAll();
  locks.sabotage(watch, { kind: 'hang' });
  const delayed = (ms: number) => {
    if (ms > 0) standing({ kind: 'delay', ms, when: 'after' });
  };
  if (isDown && mode.kind !== 'refusing') for (const side of sides) await side.up();
  if (!isDown && mode.kind === 'refusing') for (const side of sides) await side.down();
  isDown = mode.kind === 'refusing';
  if (mode.kind === 'hanging') standing({ kind: 'hang' });
  if (mode.kind === 'answering') delayed(mode.delayMs);
  if (mode.kind === 'failing') {
    for (const when of ['before', 'after'] as const) {
      standing({ kind: 'answer', status: 500, when }, 0.1);
      standing({ kind: 'reset', when }, 0.025);
    }
    delayed(mode.delayMs);
  }
}

await setMode({ kind: 'answering', delayMs: 0 });

const methods = {
  setMode,
  env: (): Record<string, string> => ({ ...cobot.env(), ...locks.env() }),
  /** Returns their ids. */
  addMembers(count: number, { confirmed, passes = 0 }: { confirmed: boolean; passes?: number }): string[] {
    const added = Array.from({ length: count }, (_, index) => {
      const name = `Member ${members.length + index}`;
      const member = cobot.addMember({ name, plan: passes > 0 ? dayPass : plan, confirmed });
      for (let pass = 0; pass < passes; pass += 1) cobot.addPass(member);
      return member;
    });
    members.push(...added);
    return added.map(({ id }) => id);
  },
  /** As an admin does, each a moment before its webhook: at so many a second from that time on. */
  confirmAt(ids: readonly string[], perSecond: number, startAt: number): void {
    const before = 25;
    for (const [index, id] of ids.entries()) {
      const confirm = () => {
        const member = cobot.members.get(id);
        if (member) member.confirmedAt = clock.now();
      };
      setTimeout(confirm, Math.max(0, startAt + (index * 1000) / perSecond - before - nowMs()));
    }
  },
  /** Yesterday was the last day of their memberships. */
  cancel(ids: readonly string[], date: string): void {
    for (const id of ids) {
      const member = cobot.members.get(id);
      if (member) cobot.cancel(member, date);
    }
  },
  /** In the order of the ids; null: nothing has changed for that member, or the door does not open. */
  effects(ids: readonly string[]): (Effect | null)[] {
    return ids.map((id) => {
      const email = cobot.members.get(id)?.email ?? '';
      return locks.opens(email).length > 0 ? (effects.get(email) ?? null) : null;
    });
  },
  /** Of these members: who may open the door now. */
  openers: (ids: readonly string[]): boolean[] =>
    ids.map((id) => locks.opens(cobot.members.get(id)?.email ?? '').length > 0),
  checkIns: (ids: readonly string[]): number[] =>
    ids.map(
      (id) =>
        cobot.checkIns
          .values()
          .filter(({ memberId }) => memberId === id)
          .toArray().length,
    ),
  yesterday: (): string => localDay(clock.now(), zone, -1),
  lockUserIds: (ids: readonly string[]): (string | null)[] =>
    ids.map((id) => locks.userByEmail(cobot.members.get(id)?.email ?? '')?.id ?? null),
  /** One sentence each. */
  doneTwice(): string[] {
    return [
      ...twiceAtTheLocks({ locks }),
      ...cobot.members
        .values()
        .flatMap((member) => {
          const [tokens, checkIns] = [cobot.tokensOf(member).length, cobot.checkInsOf(member).length];
          return [
            ...(tokens > 1 ? [`${tokens} check-in tokens of ${member.name}`] : []),
            ...(checkIns > 1 ? [`${checkIns} check-ins of ${member.name}`] : []),
          ];
        })
        .toArray(),
    ];
  },
  calls: () => ({ cobot: cobot.requests.length, locks: locks.requests.length }),
};
export type UpstreamMethods = typeof methods;

answerParent(methods);
