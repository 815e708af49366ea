// Deliberate bugs: each is one place of the source changed for the worse, as a tired person might. The simulation has to
// find every one of them. A place that is not there any more is an error, so that the list never goes blind.
import type { SystemName } from './script.ts';

type Place = { file: string; from: string; to: string };

export type Bug = Place & {
  name: string;
  /** More places: what has a second defence behind it is not done by one slip alone. */
  also?: readonly Place[];
  /** Where it shows; else the seed says. */
  system?: SystemName;
};

export const placesOf = ({ file, from, to, also = [] }: Bug): readonly Place[] => [{ file, from, to }, ...also];

export const bugs: readonly Bug[] = [
  {
    name: 'an empty list is believed',
    file: 'src/sync/sweep.ts',
    from: '(id) => snapshot.absent.has(id),',
    to: "(id) => snapshot.absent.has(id) && id === '',",
  },
  {
    name: 'what is refused or cannot be read counts as "there is none"',
    file: 'src/cobot/facts.ts',
    from: 'return { known: false, why: describeError(error) };',
    to: 'return { known: true, value: Object.assign([], { items: [], unreadable: 0 }) as never };',
  },
  {
    name: 'a window of hours ends a minute late: its end is inclusive',
    file: 'src/access/spans.ts',
    from: 'until: calendar.at(day, until > from ? until : until + 1440),',
    to: 'until: calendar.at(day, (until > from ? until : until + 1440) + 1),',
    system: 'smartlock',
  },
  {
    name: 'the cancellation date is read the other way round',
    file: 'src/access/membership.ts',
    from: "reading === 'last day in' ?",
    to: "reading === 'first day out' ?",
  },
  {
    name: 'the cancellation date is forgotten',
    file: 'src/access/membership.ts',
    from: 'if (canceledTo === null) return { from,',
    to: "if (canceledTo !== '') return { from,",
  },
  {
    name: 'a plan changes a day late',
    file: 'src/access/membership.ts',
    from: '{ from: calendar.startOf(change), until: ALWAYS.until, plan: upcomingPlan },',
    to: '{ from: calendar.startOf(calendar.addDays(change, 1)), until: ALWAYS.until, plan: upcomingPlan },',
  },
  {
    name: 'every day has 24 hours',
    file: 'src/access/calendar.ts',
    from: 'const at = (jump ?? found).epochMilliseconds;',
    to: "const at = jump ? 0 : day.toZonedDateTime({ timeZone: zone, plainTime: '00:00' }).epochMilliseconds + inDay * 60_000;",
    system: 'smartlock',
  },
  {
    name: 'in a move, the old window goes before the new one is there',
    file: 'src/sync/apply.ts',
    from: "export const phases = ['now', 'removals', 'later', 'leisure'] as const;",
    to: "export const phases = ['removals', 'now', 'later', 'leisure'] as const;",
    system: 'smartlock',
  },
  {
    name: 'the brake never holds',
    file: 'src/access/guard.ts',
    from: 'const holds = fresh.size > 0 &&',
    to: 'const holds = fresh.size > 1000 &&',
    system: 'smartlock',
  },
  {
    name: 'marks are not looked at: grants of others are ours',
    file: 'src/locks/owned.ts',
    from: 'ours: parts.marks.isOurNote(grant.note),',
    to: "ours: grant.id !== '',",
  },
  {
    name: 'a webhook is acknowledged before it is stored',
    file: 'src/webhooks/routes.ts',
    from: 'await inbox.accept({',
    to: 'void inbox.accept({',
  },
  {
    name: 'an opening that is told twice counts twice',
    file: 'src/store/openings.ts',
    from: '    id: opening.id,\n    lock_user_id: opening.lockUserId,\n    lock_id: opening.lockId,\n    lock_name: opening.lockName,\n    lock_identity: identityOf(opening),',
    to: '    id: opening.id + receivedAt,\n    lock_user_id: opening.lockUserId,\n    lock_id: opening.lockId,\n    lock_name: opening.lockName,\n    lock_identity: identityOf(opening) + receivedAt,',
  },
  {
    name: 'what ran when the process died is dropped',
    file: 'src/queue/sqlite-jobs.ts',
    from: 'await table.wait(row, {}, within);',
    to: "await within.deleteFrom('jobs').where('space', '=', space).where('id', '=', row.id).execute();",
  },
  {
    name: 'what fails once is not tried again',
    file: 'src/queue/after-failure.ts',
    from: 'if (refused >= REFUSALS) return',
    to: 'if (refused >= REFUSALS || attempts > 0) return',
  },
  {
    name: '"come back later" is heard and not kept',
    file: 'src/lib/http.ts',
    from: 'options.gate.pause(request.endpoint, error.retryAfterMs ?? 0);',
    to: 'options.gate.pause(request.endpoint, 0);',
  },
  {
    name: 'nobody looks whether a check-in landed before another is sent',
    file: 'src/sync/check-in.ts',
    from: 'if (started || limited) {',
    to: 'if (started && limited && started.startedAt === 0) {',
  },
  {
    name: 'after a time-out a check-in is not waited for',
    file: 'src/sync/check-in.ts',
    from: "if (error instanceof TransientError && error.effect === 'later') return waitForIt(membership.id, parts);",
    to: "if (error instanceof TransientError && error.effect === 'later') {\n    await store.attempts.finish(membership.id);\n    throw error;\n  }",
  },
  {
    name: 'nobody looks for the lock user before one is made: after a lost answer its doors wait for a sweep',
    file: 'src/sync/reconcile.ts',
    from: ': locks.userByEmail(email);',
    to: ': undefined;',
    system: 'smartlock',
  },
  {
    name: 'nobody looks for the lock user before one is made, nor does the connector: there are two',
    file: 'src/sync/reconcile.ts',
    from: ': locks.userByEmail(email);',
    to: ': undefined;',
    also: [
      {
        file: 'src/locks/unifi/users.ts',
        from: 'const there = await read();\n    const made',
        to: 'const there: UnifiUser[] = [];\n    const made',
      },
    ],
    system: 'unifi',
  },
  {
    name: 'a rejection is forgotten with the next look',
    file: 'src/sync/brake.ts',
    from: "return line?.decision === 'rejected' && (facts",
    to: "return line?.decision === 'rejected' && now === 0 && (facts",
  },
  {
    name: 'a rejection counts from what was so when it was held',
    file: 'src/sync/brake.ts',
    from: 'if (lookedAt.length > 0) await',
    to: 'if (lookedAt.length < 0) await',
  },
  {
    name: 'who decides about one line decides about all',
    file: 'src/sync/decide-holds.ts',
    from: 'const meant = shown.filter(isMeant);',
    to: 'const meant = shown.filter((line) => isMeant(line) || shown.some(isMeant));',
  },
  {
    name: 'what is approved is not asked for singly, where the person has another membership',
    file: 'src/sync/apply-user.ts',
    from: 'unconfirmed !== true || losses.length === 0',
    to: 'unconfirmed !== true || losses.length >= 0',
  },
];
