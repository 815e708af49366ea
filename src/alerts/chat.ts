// Alerts to the incoming webhook of a chat tool. The tools want the same words under other names, and some refuse names
// that they do not know; the host tells which. None of them was tried for real: docs/operations.md says what was read.
// The address is a secret: it stands in no message and no error.
import type { Clock } from '../lib/clock.ts';
import { TransientError, UpstreamError } from '../lib/errors.ts';
import { createHttp } from '../lib/http.ts';
import type { Channel } from './channel.ts';
import type { Message } from './message.ts';

const SETTING = 'ALERT_WEBHOOK_URL';
/** Discord takes 2000 characters; nobody reads more anywhere. */
const LONGEST = 1900;

const SHAPES: readonly { hosts: RegExp; body: (text: string) => unknown }[] = [
  { hosts: /(^|\.)discord(app)?\.com$/, body: (text) => ({ content: text, allowed_mentions: { parse: [] } }) },
  { hosts: /(^|\.)chat\.googleapis\.com$/, body: (text) => ({ text }) },
  { hosts: /(^|\.)slack(-gov)?\.com$/, body: (text) => ({ text }) },
  { hosts: /(^|\.)(logic\.azure\.com|powerplatform\.com|webhook\.office\.com)$/, body: adaptiveCard },
];

export function bodyFor(host: string, { title, text }: Message): unknown {
  const whole = harmless(text === title ? text : `${title}\n${text}`);
  const shown = whole.length > LONGEST ? `${whole.slice(0, LONGEST)} ...` : whole;
  const shape = SHAPES.find(({ hosts }) => hosts.test(host.toLowerCase()));
  // Mattermost, Rocket.Chat and most of the rest read "text", some "content"; what they do not know they leave.
  return shape ? shape.body(shown) : { text: shown, content: shown };
}

/** Discord's own form for what Slack takes: /api/webhooks/.../slack. */
const isForSlack = (path: string) => /\/slack$/.test(path);

function adaptiveCard(text: string): unknown {
  const body = text.split('\n').map((line) => ({ type: 'TextBlock', text: line === '' ? ' ' : line, wrap: true }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

/** A name must not call everybody in the room, nor be a link to somewhere else. */
function harmless(text: string): string {
  return text.replaceAll('@', '\uff20').replaceAll('<', '\u2039').replaceAll('>', '\u203a').replaceAll('](', '] (');
}

export function createChat({ url, clock, signal }: { url: string; clock: Clock; signal?: AbortSignal }): Channel {
  const { origin, host, hostname, pathname, search } = new URL(url);
  const gate = { run: <T>(_: string, work: () => Promise<T>) => work(), pause: () => undefined };
  const http = createHttp({
    name: 'The chat tool',
    setting: SETTING,
    baseUrl: origin,
    headers: {},
    clock,
    gate,
    ...(signal ? { signal } : {}),
  });
  return {
    name: 'chat',
    to: host,
    async send(message) {
      const body = isForSlack(pathname) ? bodyFor('hooks.slack.com', message) : bodyFor(hostname, message);
      try {
        await http({
          method: 'POST',
          endpoint: `POST to ${SETTING}`,
          path: pathname + search,
          body,
          expect: [200, 201, 202, 204],
          answer: 'any',
          // A message that came twice would be worse than one that comes a minute later.
          repeatable: false,
        });
      } catch (error) {
        if (!(error instanceof UpstreamError) || error instanceof TransientError) throw error;
        throw againLater(error);
      }
    },
  };
}

/** Also a no: the webhook may be made anew over there, and what was to be told is still to be told. */
function againLater(error: UpstreamError): TransientError {
  const status = error.status === undefined ? '' : ` with ${error.status}`;
  return new TransientError(`The chat tool refused the message${status}`, {
    code: 'chat_refused',
    where: `POST to ${SETTING}`,
    advice: `look whether the webhook is still there, and put its address into ${SETTING} anew`,
    effect: 'none',
    cause: error,
  });
}
