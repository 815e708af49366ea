// The door of the page: one password, looked at no more often than somebody can type. What is wrong is said; which part of a
// password was wrong, or how near it was, is not.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerText } from '../lib/answer.ts';
import type { AssetLinks } from './assets.ts';
import type { Attempts } from './attempts.ts';
import type { Jar } from './cookies.ts';
import { html, toText } from './html.ts';
import { addressOf } from './origin.ts';
import type { Page } from './page.ts';
import { hidden, notice } from './pieces.ts';
import type { Seal } from './seal.ts';
import type { Sessions } from './sessions.ts';
import { bareFrame } from './shell.ts';

const A_YEAR = 31_536_000;
export type SignIn = {
  show(given: Given, terms: { goTo: string | null; status?: number; wrong?: string }): void;
  /** undefined: refused, and answered. Else where to go on to. */
  check(given: Given, form: URLSearchParams): string | undefined;
};
type Given = { request: IncomingMessage; response: ServerResponse; jar: Jar; page: Page };

type Deps = { seal: Seal; sessions: Sessions; attempts: Attempts; assets: AssetLinks; newId: () => string };

export function createSignIn({ seal, sessions, attempts, assets, newId }: Deps): SignIn {
  function show({ response, jar, page }: Given, { goTo, status = 200, wrong }: Parameters<SignIn['show']>[1]): void {
    // The form is tied to this browser before anybody is signed in.
    const guest = seal.open('guest', jar.read('guest') ?? '') ?? newId();
    jar.set('guest', seal.close('guest', guest));
    const body = html`<h1>Sign in</h1>
<p class="quiet">The operator's page: who may open which door, and why.</p>
<div role="alert">${wrong === undefined ? '' : notice('bad', wrong)}</div>
<form method="post" action="${page.to('sign-in')}" class="stack">${hidden('token', sessions.formToken(guest))}${hidden('to', goTo)}
<input type="text" name="username" value="operator" autocomplete="username" hidden>
<label class="field"><span>Password</span><input type="password" name="password" autocomplete="current-password" required autofocus></label>
<button class="main">Sign in</button></form>
<p class="quiet small">The password is <code>ADMIN_PASSWORD</code> of the relay's configuration. Signed out by itself after half an hour without a click.</p>`;
    answerText(response, status, toText(bareFrame('Sign in', body, { assets, page })), 'text/html; charset=utf-8');
  }

  return {
    show,
    check(given, form) {
      const { request, jar } = given;
      const goTo = form.get('to') ?? '';
      const refuse = (status: number, wrong: string) => show(given, { goTo, status, wrong });
      const guest = seal.open('guest', jar.read('guest') ?? '');
      if (guest === undefined || !sessions.isFormToken(form.get('token') ?? '', guest)) {
        refuse(
          403,
          'The browser did not send back its cookie, or the form was old. Try again; over plain http some keep none.',
        );
        return undefined;
      }
      const device = seal.open('device', jar.read('device') ?? '');
      const who = device ?? addressOf(request);
      const wait = attempts.waitOf(who, device !== undefined);
      if (wait > 0) {
        const seconds = Math.ceil(wait / 1000);
        given.response.setHeader('Retry-After', seconds);
        refuse(429, `Too many wrong passwords. The next try is looked at in ${seconds} seconds.`);
        return undefined;
      }
      if (!seal.isPassword(form.get('password') ?? '')) {
        attempts.wrong(who, device !== undefined);
        refuse(403, 'That is not the password.');
        return undefined;
      }
      attempts.right(who);
      jar.set('guest', '', 0);
      jar.set('device', seal.close('device', device ?? newId()), A_YEAR);
      sessions.begin(jar);
      return ofOurs(goTo);
    },
  };
}

/** A page of ours to go on to, and nothing that a browser would read as another host or a place outside. */
function ofOurs(goTo: string): string {
  const base = 'http://relay/admin/';
  const to = URL.parse(goTo, base);
  if (!to?.href.startsWith(base) || to.pathname.includes('//')) return '';
  return to.href.slice(base.length).replace(/#.*$/, '');
}
