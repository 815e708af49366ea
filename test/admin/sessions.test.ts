// Sessions, the seal that they stand under, and the waits after wrong passwords.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAttempts } from '../../src/admin/attempts.ts';
import { cookieJar } from '../../src/admin/cookies.ts';
import { createSeal } from '../../src/admin/seal.ts';
import { createSessions } from '../../src/admin/sessions.ts';
import { systemClock } from '../../src/lib/clock.ts';

const MINUTE = 60_000;
const PASSWORD = 'correct horse battery';

/** A browser that keeps cookies, and a clock that is moved by hand. */
async function setUp({ password = PASSWORD, space = 'co-up' } = {}) {
  const time = { now: Date.UTC(2026, 10, 30, 9) };
  const clock = { ...systemClock, now: () => time.now };
  let ids = 0;
  const newId = () => `session-${++ids}`;
  const process = async () => createSessions({ seal: await createSeal(password, space), clock, newId });
  const cookies = new Map<string, string>();
  const jar = {
    read: (name: string) => cookies.get(name),
    set: (name: string, value: string, maxAge?: number) =>
      void (maxAge === 0 ? cookies.delete(name) : cookies.set(name, value)),
  };
  return { time, process, sessions: await process(), jar, cookies };
}

describe('a session', () => {
  it('lasts as long as somebody is there, over a restart and in every process', async () => {
    const { sessions, process, jar, time } = await setUp();
    const { id } = sessions.begin(jar);

    for (let minute = 0; minute < 100; minute += 20) {
      time.now += 20 * MINUTE;
      const other = await process();
      const session = other.of(jar);
      expect(session?.id).toBe(id);
      if (session) other.renew(session, jar);
    }
  });

  it('ends after half an hour without anybody', async () => {
    const { sessions, jar, time } = await setUp();
    sessions.begin(jar);

    time.now += 30 * MINUTE - 1;
    expect(sessions.of(jar)).toBeDefined();
    time.now += 1;
    expect(sessions.of(jar)).toBeUndefined();
  });

  it('ends after twelve hours, however busy', async () => {
    const { sessions, jar, time } = await setUp();
    sessions.begin(jar);

    for (let quarter = 0; quarter < 47; quarter += 1) {
      time.now += 15 * MINUTE;
      const session = sessions.of(jar);
      expect(session).toBeDefined();
      if (session) sessions.renew(session, jar);
    }
    time.now += 15 * MINUTE;
    expect(sessions.of(jar)).toBeUndefined();
  });

  it('that was ended does not come back with a copy of its cookie', async () => {
    const { sessions, jar, cookies } = await setUp();
    const session = sessions.begin(jar);
    const copy = cookies.get('session') ?? '';

    sessions.end(session, jar);

    expect(cookies.has('session')).toBe(false);
    jar.set('session', copy);
    expect(sessions.of(jar)).toBeUndefined();
  });

  it('is nothing under another password, or of another space', async () => {
    const { sessions, jar } = await setUp();
    sessions.begin(jar);

    expect((await (await setUp({ password: 'a new one, as it should be' })).process()).of(jar)).toBeUndefined();
    expect((await (await setUp({ space: 'other' })).process()).of(jar)).toBeUndefined();
  });

  it('cannot be made up, changed or taken from what was signed for something else', async () => {
    const { sessions, jar, cookies } = await setUp();
    sessions.begin(jar);
    const [body = '', signature = ''] = (cookies.get('session') ?? '').split('.');
    const later = Buffer.from(`session-1 ${Date.UTC(2026, 10, 30)} ${Date.UTC(2030, 1, 1)}`).toString('base64url');

    for (const forged of ['', '.', body, `${body}.`, `${later}.${signature}`, sessions.formToken('session-1')]) {
      jar.set('session', forged);
      expect(sessions.of(jar)).toBeUndefined();
    }
  });

  it('has form tokens of its own', async () => {
    const { sessions } = await setUp();

    expect(sessions.isFormToken(sessions.formToken('one'), 'one')).toBe(true);
    expect(sessions.isFormToken(sessions.formToken('one'), 'other')).toBe(false);
    expect(sessions.isFormToken('', 'one')).toBe(false);
  });
});

describe('a cookie', () => {
  const set = (secure: boolean) => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    cookieJar(new IncomingMessage(new Socket()), response, secure).set('session', 'v');
    return String(response.getHeader('set-cookie'));
  };

  it('is read by no script and sent by no other site', () => {
    expect(set(false)).toBe('relay-session=v; Path=/; HttpOnly; SameSite=Strict');
  });

  it('is bound to the host and to https where there is https', () => {
    expect(set(true)).toBe('__Host-relay-session=v; Path=/; HttpOnly; SameSite=Strict; Secure');
  });
});

describe('wrong passwords', () => {
  function setUpAttempts() {
    const time = { now: 0 };
    return { time, attempts: createAttempts({ now: () => time.now }) };
  }

  it('cost nothing a few times, then twice as long each time, up to a quarter of an hour', () => {
    const { attempts, time } = setUpAttempts();
    const waits = Array.from({ length: 16 }, () => {
      attempts.wrong('one', false);
      const wait = attempts.waitOf('one', false);
      time.now += wait;
      return wait / 1000;
    });

    expect(waits).toEqual([0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
  });

  it('of one address do not count for another', () => {
    const { attempts } = setUpAttempts();

    for (let count = 0; count < 10; count += 1) attempts.wrong('one', false);

    expect(attempts.waitOf('one', false)).toBeGreaterThan(0);
    expect(attempts.waitOf('other', false)).toBe(0);
  });

  it('from everywhere slow down everybody who was never here, and nobody who was', () => {
    const { attempts } = setUpAttempts();

    for (let address = 0; address < 100; address += 1) attempts.wrong(`address ${address}`, false);

    expect(attempts.waitOf('a stranger', false)).toBe(30_000);
    expect(attempts.waitOf('the operator', true)).toBe(0);
  });

  it('are forgotten after the right one, and after half an hour', () => {
    const { attempts, time } = setUpAttempts();
    for (let count = 0; count < 7; count += 1) attempts.wrong('one', false);

    attempts.right('one');
    expect(attempts.waitOf('one', false)).toBe(0);

    for (let count = 0; count < 7; count += 1) attempts.wrong('two', false);
    time.now += 31 * MINUTE;
    attempts.wrong('two', false);
    expect(attempts.waitOf('two', false)).toBe(0);
  });
});
