// Cobot's v1: check-ins, check-outs and the tokens to check in by (reference, sections 6 and 7).

import { type Answer, type Route, type Seen, textOf } from '../exchange.ts';
import { cobotDay } from '../local-time.ts';
import { ok, overlaps, readWindow } from './answers.ts';
import { checkInNow, currentCheckIn } from './check-in.ts';
import { found, type Parts, withMember } from './parts.ts';
import type { CheckIn, Member } from './space.ts';

export function checkInRoutes({ space, views, webhooks, refusals }: Parts): Route[] {
  const scopes = ['read_check_ins'];
  const during = (checkIns: Iterable<CheckIn>, { query }: Seen): Answer => {
    const window = readWindow(query['from'], query['to']);
    if (!window) return refusals.unprocessable('from', 'from and to are required');
    return ok([...checkIns].filter(({ from, until }) => overlaps({ from, to: until }, window)).map(views.checkIn));
  };
  const echo = (event: string, checkIn: CheckIn) => {
    if (space.switches.echo) void webhooks.emit(event, views.body(checkIn));
  };
  const checkIn = (member: Member): Answer => {
    const result = checkInNow(space, member);
    if ('refused' in result) return refusals.unprocessable('base', result.refused);
    if (result.made) echo('created_checkin', result.checkIn);
    return { status: 201, json: views.checkIn(result.checkIn) };
  };

  return [
    {
      method: 'GET',
      template: '/api/check_ins',
      scopes,
      handle() {
        const { from, until } = cobotDay(space.clock.now(), space.zone);
        const today = space.checkIns
          .values()
          .filter((each) => overlaps({ from: each.from, to: each.until }, { from, to: until }));
        return ok(today.map(views.checkIn).toArray());
      },
    },
    {
      method: 'GET',
      template: '/api/work_sessions',
      scopes,
      handle: (request) => during(space.checkIns.values(), request),
    },
    {
      method: 'GET',
      template: '/api/memberships/:id/check_ins',
      scopes,
      handle: (request) => withMember(space, refusals, request, (member) => during(space.checkInsOf(member), request)),
    },
    {
      method: 'GET',
      template: '/api/check_ins/:id',
      scopes,
      handle: ({ params }) => found(space.checkIns.get(params['id'] ?? ''), refusals, views.checkIn),
    },
    {
      // Nobody's token is no error here: 204, and nothing is done.
      method: 'POST',
      template: '/api/check_ins',
      scopes: ['write_check_ins', 'checkin'],
      handle({ body }) {
        const token = textOf(body, 'token');
        if (token === undefined) return refusals.unprocessable('token', "can't be blank");
        const member = space.members.get(space.tokens.get(token) ?? '');
        return member ? checkIn(member) : { status: 204 };
      },
    },
    {
      method: 'POST',
      template: '/api/memberships/:id/work_sessions',
      scopes: ['write_check_ins'],
      handle: (request) => withMember(space, refusals, request, checkIn),
    },
    {
      // A pass that it used stays used.
      method: 'DELETE',
      template: '/api/memberships/:id/check_ins/current',
      scopes: ['write_check_ins'],
      handle: (request) =>
        withMember(space, refusals, request, (member) => {
          const current = currentCheckIn(space, member);
          if (!current) return refusals.notFound();
          current.until = space.clock.now();
          echo('created_checkout', current);
          return { status: 204 };
        }),
    },
  ];
}

export function tokenRoutes({ space, views, refusals }: Parts): Route[] {
  const scopes = ['checkin_tokens'];
  return [
    {
      method: 'GET',
      template: '/api/check_in_tokens',
      scopes,
      handle: () => ok([...space.tokens].map(([token, memberId]) => views.token(token, memberId))),
    },
    {
      method: 'GET',
      template: '/api/check_in_tokens/:token',
      scopes,
      handle({ params }) {
        const token = params['token'] ?? '';
        return found(space.tokens.get(token), refusals, (memberId) => views.token(token, memberId));
      },
    },
    {
      method: 'POST',
      template: '/api/check_in_tokens',
      scopes,
      handle({ body }) {
        const [token, memberId] = [textOf(body, 'token'), textOf(body, 'membership_id')];
        if (token === undefined) return refusals.unprocessable('token', "can't be blank");
        if (memberId === undefined || !space.members.has(memberId))
          return refusals.unprocessable('membership_id', 'is invalid');
        if (space.tokens.has(token)) {
          const words = 'has already been taken';
          return space.switches.duplicateToken === '409'
            ? refusals.conflict(`token ${words}`)
            : refusals.unprocessable('token', words);
        }
        space.tokens.set(token, memberId);
        return { status: 201, json: views.token(token, memberId) };
      },
    },
    {
      method: 'DELETE',
      template: '/api/check_in_tokens/:token',
      scopes,
      handle: ({ params }) => (space.tokens.delete(params['token'] ?? '') ? { status: 204 } : refusals.notFound()),
    },
  ];
}
