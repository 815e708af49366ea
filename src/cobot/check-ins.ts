// The calls that change something at Cobot: check-ins, check-in tokens, subscriptions. None that adds is ever
// repeated by the client: a check-in spends a member's pass, and Cobot knows no idempotency key.
import type { CheckIn } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { type Http, type HttpResponse, parseBody, segment, unexpectedBody } from '../lib/http.ts';
import type { Cobot } from './cobot.ts';
import { get, getIfThere, listing, whereOf } from './read.ts';
import * as schema from './schema.ts';

export type CheckInCalls = Pick<
  Cobot,
  | 'checkInTokens'
  | 'checkInTokenOwner'
  | 'addCheckInToken'
  | 'removeCheckInToken'
  | 'checkInByToken'
  | 'checkInByMembership'
  | 'subscriptions'
  | 'subscribe'
  | 'unsubscribe'
>;

export function checkInCalls(v1: Http, clock: Clock): CheckInCalls {
  return {
    async checkInTokens() {
      const endpoint = 'GET /api/check_in_tokens';
      return listing(await get(v1, { endpoint, path: '/api/check_in_tokens' }), schema.checkInToken, endpoint);
    },

    async checkInTokenOwner(token) {
      const endpoint = 'GET /api/check_in_tokens/:token';
      const response = await getIfThere(v1, { endpoint, path: `/api/check_in_tokens/${segment(token)}` });
      return response && parseBody(schema.tokenOwner, response, whereOf(endpoint));
    },

    async addCheckInToken({ membershipId, token }) {
      const response = await v1({
        method: 'POST',
        endpoint: 'POST /api/check_in_tokens',
        path: '/api/check_in_tokens',
        body: { membership_id: membershipId, token },
        // Which of 409 and 422 a duplicate gets is not known; the caller looks up whose it is.
        expect: [200, 201, 204, 409, 422],
        repeatable: false,
      });
      return response.status >= 400 ? 'taken' : 'added';
    },

    async removeCheckInToken(token) {
      await remove(v1, 'DELETE /api/check_in_tokens/:token', `/api/check_in_tokens/${segment(token)}`);
    },

    async checkInByToken(token) {
      const endpoint = 'POST /api/check_ins';
      const response = await v1({
        method: 'POST',
        endpoint,
        path: '/api/check_ins',
        body: { token },
        expect: [200, 201, 204],
        repeatable: false,
      });
      // 204 is success and yet no check-in: Cobot knows no such token, and the door stays shut.
      return response.status === 204 ? undefined : made(response, endpoint, clock, undefined);
    },

    async checkInByMembership(membershipId) {
      const endpoint = 'POST /api/memberships/:id/work_sessions';
      const path = `/api/memberships/${segment(membershipId)}/work_sessions`;
      const response = await v1({ method: 'POST', endpoint, path, expect: [200, 201], repeatable: false });
      return made(response, endpoint, clock, membershipId);
    },

    async subscriptions() {
      const endpoint = 'GET /api/subscriptions';
      return listing(await get(v1, { endpoint, path: '/api/subscriptions' }), schema.subscription, endpoint).items;
    },

    async subscribe({ event, callbackUrl }) {
      const endpoint = 'POST /api/subscriptions';
      const response = await v1({
        method: 'POST',
        endpoint,
        path: '/api/subscriptions',
        body: { event, callback_url: callbackUrl },
        expect: [200, 201, 409, 422],
        repeatable: false,
      });
      if (response.status === 409) return 'exists';
      if (response.status === 422) return 'not offered';
      return parseBody(schema.subscription, response, whereOf(endpoint));
    },

    async unsubscribe(id) {
      await remove(v1, 'DELETE /api/subscriptions/:id', `/api/subscriptions/${segment(id)}`);
    },
  };
}

/** Gone already is gone. */
async function remove(v1: Http, endpoint: string, path: string): Promise<void> {
  await v1({ method: 'DELETE', endpoint, path, expect: [200, 204, 404], repeatable: true });
}

/**
 * The check-in that an answer stands for. Where Cobot does not say so, `id` and `membershipId` are '' and it began
 * now. An answer without an end ahead is an error of a check-in that may have happened: look before doing it again.
 */
function made(response: HttpResponse, endpoint: string, clock: Clock, membershipId: string | undefined): CheckIn {
  const answer = parseBody(schema.madeCheckIn, response, whereOf(endpoint));
  const now = Math.floor(clock.now() / 1000) * 1000;
  if (answer.valid_until <= now) {
    throw unexpectedBody(whereOf(endpoint), 'valid_until: the check-in is over already', response.status);
  }
  return {
    id: answer.id ?? '',
    membershipId: answer.membership?.id ?? answer.membership_id ?? membershipId ?? '',
    // Cobot's clock may go before ours; a check-in just made must count as current.
    from: Math.min(answer.valid_from ?? now, now),
    until: answer.valid_until,
    passId: answer.time_pass?.id ?? null,
  };
}
