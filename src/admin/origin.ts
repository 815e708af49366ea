// Where a request comes from: whether a form was sent by our own page, whether the browser spoke https, whose address.
import type { IncomingMessage } from 'node:http';

/** A page of ours sends its origin, or the browser says itself that it was the same. Who says neither is nobody's form. */
export function isOurOwn({ headers }: IncomingMessage, publicUrl: string | null): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return site === 'same-origin';
  // A proxy may put another host into the request than the browser has in its address bar.
  const hosts = [host, publicUrl === null ? undefined : URL.parse(publicUrl)?.host];
  const given = URL.parse(origin)?.host;
  return given !== undefined && given !== '' && hosts.includes(given);
}

export function isOverHttps(request: IncomingMessage, publicUrl: string | null): boolean {
  const forwarded = String(request.headers['x-forwarded-proto'] ?? '').split(',', 1)[0];
  return 'encrypted' in request.socket || forwarded?.trim() === 'https' || (publicUrl?.startsWith('https:') ?? false);
}

/** Of IPv6 the network, since a house has more addresses than anybody can count. */
export function addressOf({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '';
  return address.includes('.') ? address : address.split(':').slice(0, 4).join(':');
}
