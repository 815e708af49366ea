// Cobot on the wire: nock with the network off, three hosts, one token. And the shapes of its answers.
import nock from 'nock';
import { createCobotClient } from '../../src/cobot/client.ts';
import type { Cobot } from '../../src/cobot/cobot.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { CallInfo } from '../../src/lib/http.ts';
import { guardTheNetwork } from '../support/nock-guard.ts';

export const TOKEN = 'cobot-token-1234567890';
export const NOW = Date.UTC(2026, 10, 30, 12, 0, 0);

const V1 = 'https://co-up.cobot.test';
const WWW = 'https://www.cobot.test';
const API2 = 'https://api.cobot.test';

const noon: Clock = { ...systemClock, now: () => NOW };

export function useCobot() {
  guardTheNetwork();
  const withToken = { reqheaders: { authorization: `Bearer ${TOKEN}` } };
  return { v1: () => nock(V1, withToken), www: () => nock(WWW, withToken), api2: () => nock(API2, withToken) };
}

export function cobotClient(more: { clock?: Clock; onCall?: (call: CallInfo) => void } = {}): Cobot {
  const config = { subdomain: 'co-up', token: TOKEN, url: V1, wwwUrl: `${WWW}/`, api2Url: API2 };
  return createCobotClient({ config, clock: noon, ...more });
}

type Json = Record<string, unknown>;

/** A membership as Cobot tells it, with more fields than the relay reads. */
export function rawMembership(changes: Json = {}): Json {
  return {
    id: 'm1',
    name: 'Ada',
    email: ' ada@example.com ',
    phone: null,
    user: { id: 'u1', email: 'login@example.com' },
    team_id: 't1',
    confirmed_at: '2026/01/01 09:30:00 +0000',
    starts_at: '2026/01/02',
    canceled_to: null,
    plan: rawPlan(),
    upcoming_plan: null,
    charge_taxes: true,
    ...changes,
  };
}

export function rawPlan(changes: Json = {}): Json {
  return {
    name: 'Full Time',
    parent_plan: { id: 'p1' },
    price_per_cycle: '100.0',
    tax_rate: 19,
    canceled_to: null,
    time_passes: [],
    ...changes,
  };
}

export function rawPass(changes: Json = {}): Json {
  return {
    id: 'pass1',
    name: 'Day pass',
    created_at: '2026/11/01 00:00:00 +0000',
    expires_at: '2026/11/30 23:00:00 +0000',
    used_at: null,
    timespans: '4-3:59',
    parsed_timespans: [{ from_hour: 4, from_minute: 0, to_hour: 3, to_minute: 59, weekdays: [] }],
    membership: { id: 'm1', name: 'Ada' },
    ...changes,
  };
}

export function rawCheckIn(changes: Json = {}): Json {
  return {
    id: 'c1',
    valid_from: '2026/11/30 08:00:00 +0000',
    valid_until: '2026/12/01 02:59:59 +0000',
    membership: { id: 'm1', name: 'Ada' },
    ...changes,
  };
}

export function rawBooking(changes: Json = {}): Json {
  return {
    id: 'b1',
    from: '2026/11/30 13:00:00 +0000',
    to: '2026/11/30 14:00:00 +0000',
    title: null,
    resource: { id: 'r1', name: 'Room' },
    membership: { id: 'm1', name: 'Ada' },
    price: 10,
    ...changes,
  };
}
