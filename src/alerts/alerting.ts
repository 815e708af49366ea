// Tells somebody: looks every minute at what is the case, writes down what was told together with the messages that go
// out, and hands these to the channels, each by itself. Whatever fails in here, the relay goes on.
import { createCalendar } from '../access/calendar.ts';
import type { Instant } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { describeError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Scrub } from '../lib/scrub.ts';
import type { Handlers, Job, Queue } from '../queue/queue.ts';
import type { Store } from '../store/store.ts';
import { advance } from './advance.ts';
import type { Alert } from './alert.ts';
import type { Channel } from './channel.ts';
import { conditionsOf } from './conditions.ts';
import { compose, type Message } from './message.ts';
import { isQuietAt, type QuietHours } from './quiet-hours.ts';
import { readSituation } from './situation.ts';

const MINUTE = 60_000;
/** After the start the first sweep comes first: what was wrong while the relay was down may be mended by it. */
const FIRST_LOOK = 3 * MINUTE;
/** By then whoever waits for the message has found out; what is still so is told anew anyway. */
const GIVE_UP_AFTER = 24 * 60 * MINUTE;

export type AlertingParts = {
  store: Store;
  queue: Queue;
  clock: Clock;
  log: Log;
  newId: () => string;
  channels: readonly Channel[];
  quietHours: QuietHours | null;
  /** The space's subdomain, until its name is known. */
  space: string;
  publicUrl: string | null;
  /** Is there a page to lead to? */
  hasPage: boolean;
  scrub: Scrub;
  /** So long what one kind of call came to counts, where it is not made again. */
  freshFor: number;
};

type Tried = { channel: string; to: string; ok: boolean; sentence: string };

export type Alerting = {
  channels: readonly Pick<Channel, 'name' | 'to'>[];
  /** What has been noticed and is not over yet. */
  open(): Promise<Alert[]>;
  /** Messages that have not got through, by channel. */
  stuck(): Promise<{ channel: string; messages: number; why: string; since: Instant }[]>;
  /** Sends a trial message through every channel, now. */
  tryOut(): Promise<Tried[]>;
  handlers: Pick<Handlers, 'alert-look' | 'alert'>;
  start(): void;
  stop(): void;
};

export function createAlerting(parts: AlertingParts): Alerting {
  const { store, queue, clock, log, channels, quietHours } = parts;
  let cancel: () => void = () => undefined;

  async function look(): Promise<void> {
    const now = clock.now();
    const known = await store.settings.get('space');
    // Before the space was ever read nobody knows what time it is there: nothing is held back then.
    const isQuiet = known !== undefined && isQuietAt(quietHours, known.zone, now);
    const conditions = conditionsOf(await readSituation(parts, now), now);
    const { alerts, news } = advance(await store.alerts.all(), conditions, { now, isQuiet });
    const calendar = createCalendar(known?.zone ?? 'UTC');
    const message =
      news.length === 0
        ? null
        : compose(news, { space: known?.name ?? parts.space, page: pageOf(parts), show: calendar.show });
    const jobs = message === null ? [] : channels.map((channel) => messageJob(channel.name, clean(message)));
    await store.alerts.replace(alerts, jobs);
    for (const { what, alert } of news) log.warn({ what, alert: alert.key, sentence: alert.sentence }, 'an alert');
  }

  const messageJob = (channel: string, message: Message) => ({
    name: 'alert' as const,
    key: parts.newId(),
    payload: { channel, at: clock.now(), ...message },
  });
  /** No secret and no address gets out, whoever put it into a sentence. */
  const clean = ({ title, text }: Message): Message => ({
    title: parts.scrub.text(title),
    text: text
      .split('\n')
      .map((line) => parts.scrub.text(line))
      .join('\n'),
  });

  async function deliver({ payload }: Job<'alert'>): Promise<'done'> {
    const channel = channels.find(({ name }) => name === payload.channel);
    if (!channel || clock.now() - payload.at > GIVE_UP_AFTER) {
      log.error({ channel: payload.channel, title: payload.title }, 'an alert was given up');
      return 'done';
    }
    await channel.send({ title: payload.title, text: payload.text });
    log.info({ channel: channel.name }, 'an alert was sent');
    return 'done';
  }

  function lookAfter(ms: number): void {
    cancel = clock.after(ms, () => {
      lookAfter(MINUTE);
      queue
        .add([{ name: 'alert-look', key: 'space', payload: {} }])
        .catch((error: unknown) => log.error({ error }, 'could not look for alerts'));
    });
  }

  return {
    channels,
    open: () => store.alerts.all(),
    async stuck() {
      const failing = (await queue.list({ name: 'alert' })).filter(({ lastError }) => lastError !== null);
      return [...Map.groupBy(failing, channelOf)].map(([channel, jobs]) => ({
        channel,
        messages: jobs.length,
        why: jobs.at(-1)?.lastError ?? '',
        since: Math.min(...jobs.map(({ requestedAt }) => requestedAt)),
      }));
    },
    tryOut() {
      const text = 'This is a trial message of the relay between Cobot and the locks. Nothing is wrong.';
      const message = clean({ title: `[${parts.space}] A trial message`, text: below(text, pageOf(parts)) });
      return Promise.all(channels.map((channel) => tryChannel(channel, message)));
    },
    handlers: {
      async 'alert-look'() {
        await look();
        return 'done';
      },
      alert: deliver,
    },
    start() {
      if (channels.length > 0) lookAfter(FIRST_LOOK);
    },
    stop: () => cancel(),
  };
}

const channelOf = (job: Job): string =>
  'channel' in job.payload && typeof job.payload.channel === 'string' ? job.payload.channel : '';

const pageOf = ({ publicUrl, hasPage }: AlertingParts): string | null =>
  publicUrl !== null && hasPage ? `${publicUrl}/admin` : null;

const below = (text: string, page: string | null): string => (page === null ? text : `${text}\n\n${page}`);

async function tryChannel({ name, to, send }: Channel, message: Message): Promise<Tried> {
  try {
    await send(message);
    return { channel: name, to, ok: true, sentence: 'took the trial message' };
  } catch (error) {
    return { channel: name, to, ok: false, sentence: describeError(error) };
  }
}
