// One scenario, played against one subject, and what became of every webhook by the state of the other sides.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadMethods } from '../load/load-process.ts';
import { lagsOf, type Sending, sendConfirmations, warmUp } from '../subjects/effects.ts';
import type { RelaySubject, Subject } from '../subjects/subjects.ts';
import type { Child } from '../support/child.ts';
import { percentile, type Spread, spreadOf } from '../support/statistics.ts';
import { startUpstreams, type Upstreams } from '../upstreams/upstreams.ts';
import { type Scenario, troubleMode, usualMode } from './scenarios.ts';

export type Played = {
  name: string;
  scenario: string;
  perSecond: number;
  events: number;
  acknowledged: number;
  /** Of the answers with 204. */
  ack: Spread;
  lag: Spread;
  /** Of the first 16, which fit into Cobot's minute. */
  firstLagP99: number;
  /** Acknowledged, and the door did not open in the end. */
  lost: number;
  /** Not acknowledged either, and the door did not open: the sender would know. */
  refusedAndLost: number;
  twice: number;
  /** From the end of the trouble, or of the sending, until every acknowledged one had its door open. */
  settledMs: number;
  lateP99: number;
};

export type Contender = {
  name: string;
  /** Has to be there for what is only the relay's: to be killed and come back. */
  start(upstreams: Upstreams): Promise<Subject | RelaySubject>;
};

const FIRST = 16;
const PATIENCE = 120_000;
const KILLS = 3;

export async function play(
  { name, start }: Contender,
  scenario: Scenario,
  load: Child<LoadMethods>,
  patienceMs = PATIENCE,
): Promise<Played> {
  const upstreams = await startUpstreams();
  let subject: Subject | RelaySubject | undefined;
  try {
    subject = await start(upstreams);
    const target = { load, upstreams, port: subject.port };
    const pauseMs = scenario.name === 'answering' && 'relay' in subject ? undefined : 0;
    await warmUp(target, { pauseMs, patienceMs });
    await upstreams.ask('setMode', usualMode(scenario));
    const troubled = { over: Number.NEGATIVE_INFINITY };
    const meanwhile = happeningsOf(scenario, upstreams, subject, troubled);
    const { perSecond, seconds } = scenario;
    const sending = await sendConfirmations(target, { count: perSecond * seconds, perSecond, patienceMs, meanwhile });
    return judge({ name, scenario, sending, troubledUntil: troubled.over, twice: await upstreams.ask('doneTwice') });
  } finally {
    await subject?.close();
    await upstreams.close();
  }
}

function happeningsOf(
  scenario: Scenario,
  upstreams: Upstreams,
  subject: Subject | RelaySubject,
  troubled: { over: number },
): () => Promise<void> {
  const { name, seconds, trouble } = scenario;
  const mode = troubleMode(scenario);
  return async () => {
    if (mode && trouble) {
      await sleep(trouble.from);
      await upstreams.ask('setMode', mode);
      await sleep(trouble.until - trouble.from);
      await upstreams.ask('setMode', usualMode(scenario));
      troubled.over = performance.timeOrigin + performance.now();
    }
    if (name === 'killed' && 'relay' in subject)
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await sleep((seconds * 1000) / (KILLS + 1));
        await subject.relay.kill();
        await subject.relay.start();
      }
  };
}

export function judge(given: {
  name: string;
  scenario: Scenario;
  sending: Sending;
  /** Milliseconds since 1970. */
  troubledUntil: number;
  twice: readonly string[];
}): Played {
  const { name, scenario, sending, troubledUntil, twice } = given;
  const { told, load, settledAt } = sending;
  const acknowledged = told.filter(({ status }) => status === 204);
  const last = Math.max(...told.map(({ sentAt, ackMs }) => sentAt + ackMs));
  return {
    name,
    scenario: scenario.name,
    perSecond: scenario.perSecond,
    events: told.length,
    acknowledged: acknowledged.length,
    ack: spreadOf(acknowledged.map(({ ackMs }) => ackMs)),
    lag: spreadOf(lagsOf(acknowledged)),
    firstLagP99: percentile(lagsOf(told.slice(0, FIRST)), 0.99),
    lost: acknowledged.filter(({ lagMs }) => lagMs === null).length,
    refusedAndLost: told.filter(({ status, lagMs }) => status !== 204 && lagMs === null).length,
    twice: twice.length,
    settledMs: Math.max(0, settledAt - Math.max(last, troubledUntil)),
    lateP99: load.lateP99,
  };
}
