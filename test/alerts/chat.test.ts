import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bodyFor, createChat } from '../../src/alerts/chat.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { describeError } from '../../src/lib/errors.ts';

const message = { title: '[co-up] The brake holds', text: 'The brake holds 3 losses.\nAnother line.' };
const SECRET = 'T000-B000-very-secret';

async function room(status: number, answer = 'ok') {
  const bodies: unknown[] = [];
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    void json(request).then((body) => {
      bodies.push(body);
      response.writeHead(status, { 'content-type': 'text/plain' }).end(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const url = `http://127.0.0.1:${port}/hooks/${SECRET}?sig=${SECRET}`;
  return { chat: createChat({ url, clock: systemClock }), bodies, paths };
}

describe('an alert by chat', () => {
  it.each([200, 202, 204])('is taken with %i, whatever the answer says', async (status) => {
    const { chat, bodies, paths } = await room(status);

    await chat.send(message);

    const text = `${message.title}\n${message.text}`;
    expect(bodies).toEqual([{ text, content: text }]);
    expect(paths).toEqual([`/hooks/${SECRET}?sig=${SECRET}`]);
  });

  it.each([400, 401, 404, 429, 500])('that is answered %i is tried again, and says nothing secret', async (status) => {
    const { chat } = await room(status, SECRET);

    const error = await chat.send(message).then(
      () => undefined,
      (reason: unknown) => reason,
    );

    expect(error).toMatchObject({ name: 'TransientError' });
    expect(describeError(error)).toContain('ALERT_WEBHOOK_URL');
    expect(describeError(error) + JSON.stringify(error)).not.toContain(SECRET);
  });

  it('is tried again where nobody is there', async () => {
    const chat = createChat({ url: `http://127.0.0.1:9/${SECRET}`, clock: systemClock });

    await expect(chat.send(message)).rejects.toMatchObject({ name: 'TransientError' });
  });

  it('says where it goes by the host alone', () => {
    expect(createChat({ url: `https://hooks.slack.com/services/${SECRET}`, clock: systemClock }).to).toBe(
      'hooks.slack.com',
    );
  });
});

describe('the words for a chat tool', () => {
  it.each([
    ['hooks.slack.com', ['text']],
    ['discord.com', ['content', 'allowed_mentions']],
    ['chat.googleapis.com', ['text']],
    ['chat.example.com', ['text', 'content']],
  ])('stand for %s under the names that it takes, and no other', (host, names) => {
    expect(Object.keys(bodyFor(host, message) ?? {})).toEqual(names);
  });

  it.each(['prod-01.westeurope.logic.azure.com', 'x.environment.api.powerplatform.com'])(
    'are a card for %s',
    (host) => {
      expect(bodyFor(host, message)).toMatchObject({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              body: [{ text: message.title }, { text: 'The brake holds 3 losses.' }, { text: 'Another line.' }],
            },
          },
        ],
      });
    },
  );

  it('call nobody and lead nowhere, whatever a name says', () => {
    const text = '<!channel> @everyone <users/all> [click](https://evil.example.com) was refused';

    for (const host of ['hooks.slack.com', 'discord.com', 'chat.googleapis.com', 'chat.example.com'])
      expect(JSON.stringify(bodyFor(host, { title: text, text }))).not.toMatch(/<|>|@|\]\(/);
  });

  it('fit where 2000 characters are the most', () => {
    const { content } = bodyFor('discord.com', { title: 't', text: 'x'.repeat(5000) }) as { content: string };

    expect(content.length).toBeLessThanOrEqual(2000);
  });
});
