// The guide's relay as a service: see guide.ts.
import express, { type Request } from 'express';
import { z } from 'zod';
import { type Caller, createGuide } from './guide.ts';
import { listenOnAnyPort } from './listen.ts';

const sides = z.object({ cobotUrl: z.string(), cobotToken: z.string(), locksUrl: z.string(), locksToken: z.string() });
const { cobotUrl, cobotToken, locksUrl, locksToken } = sides.parse(JSON.parse(process.argv[2] ?? ''));

const call: Caller = async (side, { method, path, body }) => {
  const [base, access] =
    side === 'cobot'
      ? [cobotUrl, { authorization: `Bearer ${cobotToken}` }]
      : [locksUrl, { 'x-api-token': locksToken }];
  const answer = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...access },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}`);
  return text === '' ? undefined : JSON.parse(text);
};
const guide = createGuide(call);

const hint = z.object({ url: z.string() });
const opening = z.object({ event: z.object({ user: z.object({ id: z.string() }) }) });

const app = express();
app.use(express.json());
const route = (path: string, work: (request: Request) => Promise<void>) =>
  app.post(path, (request, response) => {
    work(request).then(
      () => response.status(204).end(),
      () => response.status(500).end(),
    );
  });
const idIn = (body: unknown): string => hint.parse(body).url.split('/').at(-1) ?? '';
route('/membership_confirmation', ({ body }) => guide.confirmed(idIn(body)));
route('/cobot/membership_cancellation_date_reached', ({ body }) => guide.ended(idIn(body)));
route('/lock_open', ({ body }) => guide.opened(opening.parse(body).event.user.id));

await listenOnAnyPort(app);
