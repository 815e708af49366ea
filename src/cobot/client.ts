// Cobot over HTTP: v1 on the space's own host for nearly everything, www for the space and the token, API 2 only for
// what v1 lacks. The token goes to these three bases alone. Facts are read here; writing is in check-ins.ts.
import { type ClientParts, createHttp, parseBody, segment, unexpectedBody } from '../lib/http.ts';
import { createRateGate } from '../lib/rate-gate.ts';
import type { Side } from '../lib/together.ts';
import { readBookingsOf } from './api2.ts';
import { checkInCalls } from './check-ins.ts';
import type { Cobot, Span } from './cobot.ts';
import { v1Time } from './dates.ts';
import { timePassSchema } from './passes.ts';
import { get, getIfThere, getOne, listing, NAME, whereOf, wholeList } from './read.ts';
import * as schema from './schema.ts';
import { wordsOfCobot } from './words.ts';

type CobotConfig = {
  subdomain: string;
  token: string;
  url: string;
  wwwUrl: string;
  api2Url: string;
  /** What Cobot allows on an endpoint; 60 unless told. */
  callsPerMinute?: number;
};

export type CobotClientOptions = ClientParts & {
  config: CobotConfig;
  side?: Side;
  /** For each call; ten seconds unless told. */
  timeoutMs?: number;
};

/** Cobot's limits: 60 a minute for an endpoint, 6 for the list of memberships; where a space has more, in proportion. */
const CALLS_PER_MINUTE = 60;
const SHARE_OF_LIST = 0.1;

export function createCobotClient(options: CobotClientOptions): Cobot {
  const { config, side, timeoutMs, ...rest } = options;
  const { clock, signal } = rest;
  const { callsPerMinute = CALLS_PER_MINUTE } = config;
  const gate = createRateGate({
    perMinute: (endpoint) =>
      endpoint === 'GET /api/memberships' ? Math.floor(callsPerMinute * SHARE_OF_LIST) : callsPerMinute,
    clock,
    ...(signal ? { signal } : {}),
    ...(side && { counter: side.calls }),
  });
  const httpTo = (baseUrl: string, setting: string) =>
    createHttp({
      ...rest,
      name: NAME,
      baseUrl,
      setting,
      headers: { Authorization: `Bearer ${config.token}` },
      gate,
      wordsOf: wordsOfCobot,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(side && { permit: side.permit }),
    });
  const v1 = httpTo(config.url, 'COBOT_URL');
  const www = httpTo(config.wwwUrl, 'COBOT_WWW_URL');
  const api2 = httpTo(config.api2Url, 'COBOT_API2_URL');

  async function listMemberships(more: Record<string, string>) {
    const endpoint = 'GET /api/memberships';
    const query = { attributes: schema.MEMBERSHIP_ATTRIBUTES, ...more };
    return listing(await get(v1, { endpoint, path: '/api/memberships', query }), schema.membership, endpoint);
  }

  return {
    ...checkInCalls(v1, clock),

    async space() {
      const endpoint = 'GET /api/spaces/:subdomain';
      const response = await get(www, { endpoint, path: `/api/spaces/${segment(config.subdomain)}` });
      const space = parseBody(schema.space, response, whereOf(endpoint));
      if (space.subdomain.toLowerCase() === config.subdomain.toLowerCase()) return space;
      throw unexpectedBody(whereOf(endpoint), 'subdomain: it is another space', response.status);
    },

    memberships: () => listMemberships({}),
    allMemberships: () => listMemberships({ all: 'true' }),

    async membership(id) {
      const read = { endpoint: 'GET /api/memberships/:id', path: `/api/memberships/${segment(id)}` };
      return await getOne(v1, read, schema.membership, id);
    },

    async plansOnOffer() {
      const endpoint = 'GET /api/plans';
      return wholeList(await get(v1, { endpoint, path: '/api/plans' }), schema.planOnOffer, endpoint);
    },

    async resources() {
      const endpoint = 'GET /api/resources';
      return wholeList(await get(v1, { endpoint, path: '/api/resources' }), schema.resource, endpoint);
    },

    async unusedPasses() {
      const endpoint = 'GET /api/time_passes/unused';
      return listing(await get(v1, { endpoint, path: '/api/time_passes/unused' }), timePassSchema(), endpoint);
    },

    async unusedPassesOf(membershipId) {
      const endpoint = 'GET /api/memberships/:id/time_passes/unused';
      const path = `/api/memberships/${segment(membershipId)}/time_passes/unused`;
      const response = await getIfThere(v1, { endpoint, path });
      return response && wholeList(response, timePassSchema(membershipId), endpoint);
    },

    async timePass(id, membershipId) {
      const read = { endpoint: 'GET /api/time_passes/:id', path: `/api/time_passes/${segment(id)}` };
      return await getOne(v1, read, timePassSchema(membershipId), id);
    },

    async checkIns(span) {
      const endpoint = 'GET /api/work_sessions';
      const response = await get(v1, { endpoint, path: '/api/work_sessions', query: fromTo(span) });
      return listing(response, schema.checkInSchema(), endpoint);
    },

    async checkInsOf(membershipId, span) {
      const endpoint = 'GET /api/memberships/:id/check_ins';
      const path = `/api/memberships/${segment(membershipId)}/check_ins`;
      const response = await getIfThere(v1, { endpoint, path, query: fromTo(span) });
      const all = response && wholeList(response, schema.checkInSchema(membershipId), endpoint);
      // Somebody else's among them must not make this member look checked in.
      return all?.filter((checkIn) => checkIn.membershipId === membershipId);
    },

    async checkIn(id) {
      const read = { endpoint: 'GET /api/check_ins/:id', path: `/api/check_ins/${segment(id)}` };
      // Whose it is stays '' where Cobot does not say.
      return await getOne(v1, read, schema.checkInSchema(''), id);
    },

    async bookings(span) {
      const endpoint = 'GET /api/bookings';
      const response = await get(v1, { endpoint, path: '/api/bookings', query: fromTo(span) });
      return listing(response, schema.booking, endpoint);
    },

    async booking(id) {
      const read = { endpoint: 'GET /api/bookings/:id', path: `/api/bookings/${segment(id)}` };
      return await getOne(v1, read, schema.booking, id);
    },

    bookingsOf: (membershipId, span) => readBookingsOf(api2, membershipId, span),

    async tokenScopes() {
      const endpoint = 'GET /api/access_tokens/:token';
      const response = await getIfThere(www, { endpoint, path: `/api/access_tokens/${segment(config.token)}` });
      return response && parseBody(schema.scopes, response, whereOf(endpoint)).scope;
    },

    budgets: () => gate.budgets(),
  };
}

function fromTo(span: Span): Record<string, string> {
  return { from: v1Time(span.from), to: v1Time(span.until) };
}
