// What happens to webhooks between their sender and the machine. Counts what was accepted: a 204 is a promise.
import type { Carried, Reply } from '../../src/simulators/carrier.ts';
import type { Random } from '../../src/simulators/chance.ts';
import type { Fault } from './faults.ts';
import type { Answered } from './machine.ts';
import type { Trace } from './trace.ts';
import type { WorldClock } from './world-clock.ts';

export type WebhookFault = Extract<Fault, { kind: 'webhooks' }>;
export type Accepted = { at: number; event: string; body: string };

const MINUTE = 60_000;

export function createMail(given: {
  clock: WorldClock;
  random: Random;
  trace: Trace;
  receive(request: Carried): Promise<Answered>;
  happened(what: string): void;
  accepted(what: Accepted): void;
}) {
  const { clock, random, trace } = given;
  /** And how often each has struck. */
  const standing = new Map<WebhookFault, number>();

  async function deliver(request: Carried): Promise<Answered> {
    await clock.sleep(5 + Math.floor(random() * 120));
    const event = new URL(request.url).pathname.split('/').at(-1) ?? '';
    try {
      const answer = await given.receive(request);
      trace.line(`   webhook ${event} ${request.text?.slice(0, 300)} -> ${answer.status}`);
      if (answer.status === 204) given.accepted({ at: clock.now(), event, body: request.text ?? '' });
      return answer;
    } catch (error) {
      trace.line(`   webhook ${event} -> ${error instanceof Error ? error.message : error}`);
      throw error;
    }
  }

  const later = (request: Carried, ms: number) =>
    void clock
      .sleep(ms)
      .then(() => deliver({ ...request, signal: new AbortController().signal }))
      .catch(() => undefined);

  const reply: Reply = async (request) => {
    const fault = [...standing.keys()].find(({ share }) => random() < share);
    if (!fault) return deliver(request);
    const hits = (standing.get(fault) ?? 0) + 1;
    standing.set(fault, hits);
    if (hits >= (fault.times ?? Infinity)) standing.delete(fault);
    given.happened(`webhook ${fault.what}`);
    const taken: Answered = { status: 204, headers: {}, text: '' };
    switch (fault.what) {
      case 'lost':
        trace.line(`   webhook lost ${request.text?.slice(0, 300)}`);
        return taken;
      case 'late':
        later(request, Math.floor(random() * 10 * 60) * MINUTE);
        return taken;
      case 'out of order':
        later(request, Math.floor(random() * 90_000));
        return taken;
      case 'twice':
        later(request, Math.floor(random() * 20 * MINUTE));
        return deliver(request);
      case 'answer lost':
        await deliver(request);
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    }
  };

  return {
    reply,
    deliver,
    stand(fault: WebhookFault): () => void {
      standing.set(fault, 0);
      return () => void standing.delete(fault);
    },
  };
}
