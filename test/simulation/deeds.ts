// How each thing that happens in a space is done to the simulated sides. What cannot be done, since there is nobody or
// nothing to do it to, is left out: so a script still runs with some of it taken away.

import type { Booking, Member, Pass, Plan } from '../../src/simulators/cobot/space.ts';
import { endOfCobotDay, type Span, spanEnd, wholeDay } from '../../src/simulators/local-time.ts';
import { forge, openDoor, strangerOpens } from './at-the-door.ts';
import type { Human } from './cast.ts';
import type { Deed } from './happening.ts';
import { asYaml } from './house-rules.ts';
import type { Stage } from './stage.ts';

const HOUR = 3_600_000;
const SPANS: Span[][] = [
  [wholeDay],
  [{ from: '08:00', to: '14:00' }],
  [{ minutes: 240 }],
  [{ from: '07:00', to: '20:00', weekdays: [1, 2, 3, 4, 5] }],
  [],
];

/** false: there was nobody, or nothing, to do it to. */
export function doDeed(deed: Deed, stage: Stage): boolean {
  const { cobot, cast, days } = stage;
  const today = days.at(stage.now()).date;
  const emit = (event: string, body: unknown) => void cobot.emit(event, body);
  const memberOf = (who: number) => cast.latest(cast.who(who), cobot.members);
  const withMember = (who: number, act: (member: Member) => void): boolean => {
    const member = memberOf(who);
    if (member) act(member);
    return member !== undefined;
  };

  switch (deed.kind) {
    case 'joins': {
      join(deed, stage);
      return true;
    }
    case 'is confirmed':
      return withMember(deed.who, (member) => emit('confirmed_membership', cobot.confirm(member)));
    case 'cancels':
      return withMember(deed.who, (member) =>
        emit('canceled_membership', cobot.cancel(member, days.addDays(today, deed.inDays))),
      );
    case 'many cancel':
      return many(deed, stage, (member) =>
        emit('canceled_membership', cobot.cancel(member, days.addDays(today, deed.inDays))),
      );
    case 'is uncancelled':
      return withMember(deed.who, (member) => {
        member.canceledTo = null;
        emit('uncanceled_membership', cobot.body(member));
      });
    case 'is deleted':
      return withMember(deed.who, (member) => emit('deleted_membership', cobot.remove(member)));
    case 'changes plan':
      return withMember(deed.who, (member) => {
        cobot.changePlan(
          member,
          planOf(deed.plan, stage),
          deed.inDays === null ? undefined : days.addDays(today, deed.inDays),
        );
        emit('changed_membership_plan', cobot.body(member));
      });
    case 'many change plan':
      return many(deed, stage, (member) => {
        cobot.changePlan(member, planOf(deed.plan, stage));
        emit('changed_membership_plan', cobot.body(member));
      });
    case 'shares a team':
      return withMember(deed.who, (member) => {
        const mate = memberOf(deed.with);
        if (mate) mate.teamId = 'team-1';
        member.teamId = 'team-1';
        emit('updated_membership_details', cobot.body(member));
        if (mate && mate !== member) emit('updated_membership_details', cobot.body(mate));
      });
    case 'buys a pass':
      return withMember(deed.who, (member) => {
        const expiresAt = deed.endOfPeriod
          ? endOfWeek(stage)
          : deed.expiresIn === null
            ? null
            : wholeSecond(stage.now() + deed.expiresIn);
        cobot.addPass(member, { spans: SPANS[deed.span % SPANS.length] ?? [], expiresAt });
        emit('membership_added_time_passes', cobot.body(member));
      });
    case 'loses a pass':
      return withMember(deed.who, (member) => {
        const pass = unusedPass(member, stage);
        if (!pass) return;
        cobot.passes.delete(pass.id);
        emit('membership_removed_time_passes', cobot.body(member));
      });
    case 'books':
      return withMember(deed.who, (member) => {
        const from = quarter(stage.now() + deed.startsIn);
        const resource = stage.rooms[deed.room % stage.rooms.length];
        if (resource)
          emit('created_booking', cobot.body(cobot.addBooking({ resource, member, from, to: from + deed.length })));
      });
    case 'moves a booking':
      return withBooking(deed.which, stage, (booking) => {
        booking.from += deed.by;
        booking.to += deed.by;
        const other = deed.to === null ? undefined : memberOf(deed.to);
        if (other) booking.memberId = other.id;
        emit('updated_booking', cobot.body(booking));
      });
    case 'deletes a booking':
      return withBooking(deed.which, stage, (booking) => emit('deleted_booking', cobot.removeBooking(booking)));
    case 'checks in at the desk':
      return withMember(deed.who, (member) => checkInAtDesk(member, stage));
    case 'checks out':
      return withMember(deed.who, (member) => {
        const current = cobot
          .checkInsOf(member)
          .findLast(({ from, until }) => from <= stage.now() && stage.now() < until);
        if (!current) return;
        current.until = wholeSecond(stage.now());
        emit('created_checkout', cobot.body(current));
      });
    case 'changes the email':
      return withMember(deed.who, (member) => {
        const human = cast.who(deed.who);
        const email = `${human.name.toLowerCase().replace(' ', '-')}.${human.emails.length}@example.com`;
        human.emails.push(email);
        for (const each of current(human, stage)) {
          each.email = email;
          emit('updated_membership_details', cobot.body(each));
        }
        emit('updated_connected_user', cobot.body(member));
      });
    case 'changes the name':
      return withMember(deed.who, (member) => {
        member.name = `${member.name.split(' ').slice(0, 2).join(' ')} ${deed.who}`;
        emit('updated_membership_details', cobot.body(member));
      });
    case 'opens a door':
      return openDoor(deed, stage);
    case 'stranger opens a door':
      return strangerOpens(deed, stage);
    case 'house rules':
      stage.writeRules(typeof deed.rules === 'string' ? deed.rules : asYaml(deed.rules));
      return true;
    case 'operator approves':
    case 'operator rejects':
      return stage.decide(deed);
    case 'forged webhook':
      return forge(deed, stage);
  }
}

const planOf = (index: number, { plans }: Stage): Plan => {
  const plan = plans[index % plans.length];
  if (!plan) throw new Error('there are no plans');
  return plan;
};

function join(deed: Extract<Deed, { kind: 'joins' }>, stage: Stage): void {
  const { cobot, cast, days } = stage;
  const human = cast.who(deed.who);
  // Somebody with two memberships at once is one person; three would be no more than two.
  if (current(human, stage).length > 1) return;
  const member = cobot.addMember({
    name: human.name,
    email: human.emails.at(-1) ?? null,
    userId: human.userId,
    plan: planOf(deed.plan, stage),
    confirmed: deed.confirmed,
    startsOn: days.addDays(days.at(stage.now()).date, deed.startsIn),
  });
  human.memberIds.push(member.id);
  if (deed.confirmed) void cobot.emit('confirmed_membership', cobot.body(member));
}

/** Their memberships that are still on Cobot. */
function current({ memberIds }: Human, { cobot }: Stage): Member[] {
  return memberIds.flatMap((id) => cobot.members.get(id) ?? []);
}

function many(deed: { who: number; count: number }, stage: Stage, act: (member: Member) => void): boolean {
  const all = stage.cast.humans.flatMap(
    (_, index) => stage.cast.latest(stage.cast.who(deed.who + index), stage.cobot.members) ?? [],
  );
  for (const member of all.slice(0, deed.count)) act(member);
  return all.length > 1;
}

function withBooking(which: number, { cobot }: Stage, act: (booking: Booking) => void): boolean {
  const all = [...cobot.bookings.values()];
  const booking = all[which % Math.max(1, all.length)];
  if (booking) act(booking);
  return booking !== undefined;
}

function unusedPass(member: Member, { cobot, now }: Stage): Pass | undefined {
  return cobot.passesOf(member).find(({ usedAt, expiresAt }) => usedAt === null && (expiresAt ?? Infinity) > now());
}

/** As the reception does it: a limited member pays with a pass that fits. */
function checkInAtDesk(member: Member, stage: Stage): void {
  const { cobot, zone } = stage;
  const now = wholeSecond(stage.now());
  const isThere = cobot.checkInsOf(member).some(({ from, until }) => from <= now && now < until);
  if (isThere || member.confirmedAt === null) return;
  const end = endOfCobotDay(now, zone);
  const limited = member.plan.passes.length > 0;
  const ends = (pass: Pass) =>
    Math.max(...pass.spans.map((span) => spanEnd(span, now, zone) ?? 0), pass.spans.length === 0 ? end : 0);
  const pass = limited
    ? cobot
        .passesOf(member)
        .find((each) => each.usedAt === null && (each.expiresAt ?? Infinity) > now && ends(each) > now)
    : undefined;
  if (limited && !pass) return;
  const until = wholeSecond(pass ? Math.min(end, ends(pass)) : end);
  void cobot.emit(
    'created_checkin',
    cobot.body(cobot.addCheckIn(member, { from: now, until, ...(pass ? { pass } : {}) })),
  );
}

const wholeSecond = (at: number) => Math.floor(at / 1000) * 1000;
const quarter = (at: number) => Math.floor(at / (HOUR / 4)) * (HOUR / 4);

/** Passes that come with a plan run out with the week, at its last second. */
function endOfWeek({ days, now }: Stage): number {
  const { date, weekday } = days.at(now());
  return days.instant(days.addDays(date, 8 - weekday), 0) - 1000;
}
