// Who is signed in. A session lives in a signed cookie, so every process knows it and a restart ends none; it ends when
// nobody used it for a while, after a working day, by signing out, and with the password.
import type { Clock } from '../lib/clock.ts';
import type { Jar } from './cookies.ts';
import type { Seal } from './seal.ts';

const MINUTE = 60_000;
const IDLE = 30 * MINUTE;
const LONGEST = 12 * 60 * MINUTE;
/** A cookie is made anew when it is older than this: not for every request. */
const RENEW = MINUTE;

export type Session = { id: string; began: number; seen: number };

export type Sessions = {
  /** undefined: not signed in, or not any more. */
  of(jar: Jar): Session | undefined;
  isAlive(session: Session): boolean;
  begin(jar: Jar): Session;
  /** Somebody is there: the idle time begins anew. */
  renew(session: Session, jar: Jar): void;
  end(session: Session, jar: Jar): void;
  /** What a form has to carry to be taken. */
  formToken(id: string): string;
  isFormToken(token: string, id: string): boolean;
};

export function createSessions({ seal, clock, newId }: { seal: Seal; clock: Clock; newId: () => string }): Sessions {
  /** Signed out, until their cookie would have ended by itself. A process that restarts forgets them sooner. */
  const ended = new Map<string, number>();

  function isAlive({ id, began, seen }: Session): boolean {
    const now = clock.now();
    return now < seen + IDLE && now < began + LONGEST && !ended.has(id);
  }

  const put = (session: Session, jar: Jar) =>
    jar.set('session', seal.close('session', `${session.id} ${session.began} ${session.seen}`));

  return {
    isAlive,
    of(jar) {
      const [id = '', began, seen] = (seal.open('session', jar.read('session') ?? '') ?? '').split(' ');
      const session = { id, began: Number(began), seen: Number(seen) };
      return id !== '' && isAlive(session) ? session : undefined;
    },
    begin(jar) {
      const now = clock.now();
      const session = { id: newId(), began: now, seen: now };
      put(session, jar);
      return session;
    },
    renew(session, jar) {
      const now = clock.now();
      if (now > session.seen + RENEW) put({ ...session, seen: now }, jar);
    },
    end({ id, began }, jar) {
      const now = clock.now();
      for (const [each, until] of ended) if (until < now) ended.delete(each);
      ended.set(id, began + LONGEST);
      jar.set('session', '', 0);
    },
    formToken: (id) => seal.close('form', id),
    isFormToken: (token, id) => seal.open('form', token) === id,
  };
}
