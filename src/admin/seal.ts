// What the page hands to a browser and takes back, signed: sessions, form tokens, messages. The key comes from the password
// and the space alone, so that it survives a restart and is the same in every process, and a new password ends everything.
import { createHmac, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const BYTES = 32;
/** Slow on purpose: somebody who has seen a cookie may not find the password by trying. About 100 ms, once per start. */
const derive = promisify<string, string, number, Buffer>(scrypt);

export type Seal = {
  /** "text.signature". A text that was sealed for one purpose does not open for another. */
  close(purpose: string, text: string): string;
  /** undefined: not by us, or for something else. */
  open(purpose: string, sealed: string): string | undefined;
  /** Takes as long for a wrong password as for the right one. */
  isPassword(text: string): boolean;
};

export async function createSeal(password: string, space: string): Promise<Seal> {
  const key = await derive(password, `relay operator page ${space}`, BYTES);
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  const right = digest(`password ${password}`);

  function close(purpose: string, text: string): string {
    const body = Buffer.from(text).toString('base64url');
    return `${body}.${digest(`${purpose} ${body}`).toString('base64url')}`;
  }

  return {
    close,
    open(purpose, sealed) {
      const [body = '', signature = ''] = sealed.split('.');
      const text = Buffer.from(body, 'base64url').toString();
      const given = Buffer.from(signature, 'base64url');
      const expected = digest(`${purpose} ${body}`);
      return given.length === expected.length && timingSafeEqual(given, expected) ? text : undefined;
    },
    isPassword: (text) => timingSafeEqual(digest(`password ${text}`), right),
  };
}
