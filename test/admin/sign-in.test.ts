// Who gets in, who does not, and what a page may not be made to do by others.
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { openWorld } from '../cli/world.ts';
import { ORIGIN, openDesk, PASSWORD } from './desk.ts';

describe('without a password', () => {
  it('there is no page', async () => {
    const world = await openWorld();
    const { app } = await world.service();

    for (const path of ['/admin', '/admin/people', '/admin/sign-in', '/admin/live', '/admin/assets/style.css'])
      expect((await request(app.http).get(path)).status).toBe(404);
  });
});

describe('signing in', () => {
  it('with the password leads to where one wanted to go', async () => {
    const desk = await openDesk();
    const asked = await desk.get('/admin/people?find=ada');
    expect(asked.status).toBe(303);
    const to = new URL(asked.headers['location'] ?? '', `${ORIGIN}/admin/people`);
    expect(to.pathname).toBe('/admin/sign-in');

    const { status, headers } = await desk.signIn(PASSWORD, to.searchParams.get('to') ?? '');

    expect(status).toBe(303);
    expect(new URL(headers['location'] ?? '', `${ORIGIN}/admin/sign-in`).href).toBe(`${ORIGIN}/admin/people?find=ada`);
    expect((await desk.get('/admin/people')).status).toBe(200);
  });

  it.each(['//evil.example.com', 'https://evil.example.com', '/\\evil', 'javascript:alert(1)', '../../x', 'a//b'])(
    'leads to no other place: %s',
    async (to) => {
      const desk = await openDesk();

      const { headers } = await desk.signIn(PASSWORD, to);

      expect(new URL(headers['location'] ?? '', `${ORIGIN}/admin/sign-in`).href).toBe(`${ORIGIN}/admin`);
    },
  );

  it('with another password is refused, and says no more than that', async () => {
    const desk = await openDesk();

    const { status, text } = await desk.signIn(`${PASSWORD} `);

    expect(status).toBe(403);
    expect(text).toContain('That is not the password.');
    expect((await desk.get('/admin')).status).toBe(303);
  });

  it('is slowed down after five wrong ones: then even the right one has to wait', async () => {
    const desk = await openDesk();
    for (let count = 0; count < 6; count += 1) expect((await desk.signIn('wrong')).status).toBe(403);

    const { status, headers, text } = await desk.signIn();

    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(text).toContain('Too many wrong passwords');
    expect((await desk.get('/admin')).status).toBe(303);
  });

  it('is not slowed down by a stranger for a browser that has been in before', async () => {
    const desk = await openDesk();
    await desk.signIn();
    const stranger = request.agent(desk.app.http);
    for (let count = 0; count < 8; count += 1) {
      const token = desk.tokenOf((await stranger.get('/admin/sign-in')).text);
      await stranger.post('/admin/sign-in').type('form').set('Origin', ORIGIN).send({ token, password: 'guess' });
    }

    expect((await desk.signIn()).status).toBe(303);
  });

  it('needs the form of this very browser', async () => {
    const desk = await openDesk();
    const other = desk.tokenOf((await request(desk.app.http).get('/admin/sign-in')).text);
    await desk.get('/admin/sign-in');

    const { status } = await desk.post('/admin/sign-in', { token: other, password: PASSWORD });

    expect(status).toBe(403);
    expect((await desk.get('/admin')).status).toBe(303);
  });

  it('gives cookies for https alone where the relay is reached by https', async () => {
    const desk = await openDesk({ PUBLIC_URL: 'https://relay.example.com' });

    const cookies = (await desk.get('/admin/sign-in')).headers['set-cookie'];

    expect(String(cookies)).toMatch(/^__Host-relay-guest=.*; HttpOnly; SameSite=Strict; Secure/);
  });
});

describe('signing out', () => {
  it('ends the session', async () => {
    const desk = await openDesk();
    await desk.signIn();
    const token = await desk.tokenOn('/admin');

    expect((await desk.post('/admin/sign-out', { token })).status).toBe(303);

    expect((await desk.get('/admin')).status).toBe(303);
  });
});

describe('a form', () => {
  it.each([
    ['another site', { Origin: 'https://evil.example.com' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a browser that says so', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('from %s is not taken', async (_what, headers) => {
    const desk = await openDesk();
    await desk.signIn();
    const token = await desk.tokenOn('/admin');

    const { status } = await desk.post('/admin/sign-out', { token }, headers);

    expect(status).toBe(403);
    expect((await desk.get('/admin')).status).toBe(200);
  });

  it('without the token of the session is not taken, and says that nothing was done', async () => {
    const desk = await openDesk();
    await desk.signIn();

    const { status, text } = await desk.post('/admin/jobs/redrive', { token: 'made-up.token' });

    expect(status).toBe(403);
    expect(text).toContain('nothing was done');
  });

  it('of somebody who is not signed in does nothing', async () => {
    const desk = await openDesk();

    expect((await desk.post('/admin/jobs/redrive', { job: 'x' })).status).toBe(303);
  });

  it('that is too large is refused in words', async () => {
    const desk = await openDesk();
    await desk.signIn();
    const token = await desk.tokenOn('/admin/policy');

    const { status, text } = await desk.post('/admin/policy/preview', { token, text: 'x'.repeat(500_000) });

    expect(status).toBe(413);
    expect(text).toContain('Too large');
  });
});

describe('every page', () => {
  it('is kept by nobody, framed by nobody, and runs nothing but its own script', async () => {
    const desk = await openDesk();
    await desk.signIn();

    for (const path of ['/admin', '/admin/people', '/admin/nowhere', '/admin/sign-in']) {
      const { headers } = await desk.get(path);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-security-policy']).toBe(
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
      );
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
    }
  });

  it('links relatively, so that it works behind a path of a proxy', async () => {
    const desk = await openDesk();
    await desk.signIn();

    const hrefs = [...(await desk.get('/admin/people')).text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(
      ([, href]) => href,
    );

    expect(hrefs.length).toBeGreaterThan(10);
    expect(hrefs.filter((href) => !/^(\.\.\/admin|#)/.test(href ?? ''))).toEqual([]);
  });

  it('has its stylesheet and script under names that change with them', async () => {
    const desk = await openDesk();
    const [, style = ''] =
      /href="\.\.\/(admin\/assets\/\w+-style\.css)"/.exec((await desk.get('/admin/sign-in')).text) ?? [];

    const { status, headers } = await desk.get(`/${style}`);

    expect(status).toBe(200);
    expect(headers['cache-control']).toContain('immutable');
    expect((await desk.get('/admin/assets/..%2fadmin.ts')).status).not.toBe(200);
  });

  it('names no password in the log', async () => {
    const desk = await openDesk();
    await desk.signIn('a wrong password');
    await desk.signIn();

    expect(JSON.stringify(desk.lines)).not.toContain(PASSWORD);
    expect(JSON.stringify(desk.lines)).not.toContain('a wrong password');
  });
});
