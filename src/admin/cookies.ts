// Cookies of the operator's page: read from a request, set on an answer. No script may read them, no other site sends them.
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Jar = {
  read(name: string): string | undefined;
  /** `maxAge` in seconds; 0 takes it away. Without one it goes with the browser. */
  set(name: string, value: string, maxAge?: number): void;
};

/** `secure`: only over https; then the name binds it to this host as well. */
export function cookieJar(request: IncomingMessage, response: ServerResponse, secure: boolean): Jar {
  const given = cookiesIn(request.headers.cookie ?? '');
  const nameOf = (name: string) => `${secure ? '__Host-' : ''}relay-${name}`;
  return {
    read: (name) => given.get(nameOf(name)),
    set(name, value, maxAge) {
      const age = maxAge === undefined ? '' : `; Max-Age=${maxAge}`;
      const parts = `${nameOf(name)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${age}`;
      response.appendHeader('Set-Cookie', parts);
    },
  };
}

/** The first of a name counts, as browsers send the most exact one first. */
function cookiesIn(header: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && !found.has(name)) found.set(name, part.slice(at + 1).trim());
  }
  return found;
}
