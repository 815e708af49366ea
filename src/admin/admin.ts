// The operator's page under /admin: who may come in, which path shows what, and what a form may do. What it shows and does
// goes through the operator, the same as the command line; nothing is read or changed past it.
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import helmet from 'helmet';
import { answerError, answerText } from '../lib/answer.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Operator } from '../operator/answers.ts';
import { readAssets } from './assets.ts';
import { createAttempts } from './attempts.ts';
import { cookieJar, type Jar } from './cookies.ts';
import { failurePage, isTold, notFoundPage, oldFormPage, tooLargePage } from './failure.ts';
import { toText } from './html.ts';
import { createLive } from './live.ts';
import { isOurOwn, isOverHttps } from './origin.ts';
import { type Deed, linksFrom, type Page, type Show, type Shown, type Visit } from './page.ts';
import { drawToday } from './pages/today.ts';
import { DEEDS, FILES, PAGES } from './pages.ts';
import { createSeal } from './seal.ts';
import { createSessions, type Session } from './sessions.ts';
import { type Counts, frame } from './shell.ts';
import { createSignIn } from './sign-in.ts';

/** A policy comes as its text. */
const MOST_SENT = '400kb';
const HTML = 'text/html; charset=utf-8';
const POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
};
/** Without a referrer browsers say no origin either, by which a form of ours is known. */
const HEADERS = { referrerPolicy: { policy: 'same-origin' }, frameguard: { action: 'deny' } } as const;

export type AdminDeps = {
  operator: Operator;
  password: string;
  /** The subdomain: the same password of two spaces opens only its own. */
  space: string;
  publicUrl: string | null;
  sweepMinutes: number;
  /** Name and zone of the space, as last read. */
  known: () => Promise<{ name: string | null; zone: string }>;
  counts: () => Promise<Counts>;
  clock: Clock;
  newId: () => string;
  log: Log;
};

export type Admin = { router: Router; stop(): void };

export async function createAdmin(deps: AdminDeps): Promise<Admin> {
  const { operator, publicUrl, known, counts, clock, newId, log } = deps;
  const assets = readAssets();
  const seal = await createSeal(deps.password, deps.space);
  const sessions = createSessions({ seal, clock, newId });
  const attempts = createAttempts(clock);
  const signIn = createSignIn({ seal, sessions, attempts, assets: assets.links, newId });
  const live = createLive({
    async draw() {
      const { zone } = await known();
      const page: Page = { to: linksFrom('/admin'), token: '', now: clock.now(), zone };
      return toText(drawToday(await operator.today({}), page, deps.sweepMinutes));
    },
    isAlive: sessions.isAlive,
    clock,
    log,
  });

  const jarOf = (request: Request, response: Response): Jar =>
    cookieJar(request, response, isOverHttps(request, publicUrl));

  async function pageOf(request: Request, token: string): Promise<Page> {
    const { zone } = await known();
    return { to: linksFrom(request.originalUrl.split('?', 1)[0] ?? ''), token, now: clock.now(), zone };
  }

  async function visitOf(request: Request, session: Session): Promise<Visit> {
    const page = await pageOf(request, sessions.formToken(session.id));
    return {
      page,
      query: new URLSearchParams(request.originalUrl.split('?')[1] ?? ''),
      form: formOf(request),
      param: (name) => String(request.params[name] ?? ''),
      operator,
      sweepMinutes: deps.sweepMinutes,
    };
  }

  async function answer(request: Request, response: Response, jar: Jar, page: Page, shown: Shown): Promise<void> {
    const said = seal.open('said', jar.read('said') ?? '') ?? null;
    if (said !== null) jar.set('said', '', 0);
    const here = request.path.split('/')[2] ?? '';
    const { name: space } = await known();
    const whole = frame(shown, { page, assets: assets.links, space, here, counts: await counts(), said });
    answerText(response, shown.status ?? 200, toText(whole), HTML);
  }

  /** Only for who is signed in; everybody else is shown the door, and comes back to where they wanted. */
  const inside =
    (
      work: (
        visit: Visit,
        terms: { request: Request; response: Response; jar: Jar; session: Session },
      ) => Promise<void>,
    ) =>
    async (request: Request, response: Response): Promise<void> => {
      const jar = jarOf(request, response);
      const session = sessions.of(jar);
      if (!session) {
        const page = await pageOf(request, '');
        const goTo = request.method === 'GET' ? request.originalUrl.split('/admin/')[1] : undefined;
        redirect(response, page.to('sign-in', { to: goTo }));
        return;
      }
      sessions.renew(session, jar);
      const visit = await visitOf(request, session);
      await work(visit, { request, response, jar, session });
    };

  async function failed(error: unknown, page: Page): Promise<Shown> {
    if (!isTold(error)) log.error({ error }, "a page of the operator's failed");
    return failurePage(error, page);
  }

  const show = (view: Show): RequestHandler =>
    inside(async (visit, { request, response, jar }) => {
      const shown = await view(visit).catch((error: unknown) => failed(error, visit.page));
      await answer(request, response, jar, visit.page, shown);
    });

  const perform = (deed: Deed): RequestHandler =>
    inside(async (visit, { request, response, jar, session }) => {
      if (!sessions.isFormToken(visit.form.get('token') ?? '', session.id)) {
        await answer(request, response, jar, visit.page, oldFormPage(visit.page));
        return;
      }
      const done = await deed(visit).catch((error: unknown) => failed(error, visit.page));
      if ('body' in done) {
        await answer(request, response, jar, visit.page, done);
        return;
      }
      jar.set('said', seal.close('said', done.said), 60);
      redirect(response, visit.page.to(done.goTo, done.query));
    });

  const router = Router();
  router.use('/admin', helmet({ contentSecurityPolicy: { useDefaults: false, directives: POLICY }, ...HEADERS }));
  router.route('/admin/assets/:name').get((request, response, next) => {
    if (!assets.answer(String(request.params['name']), response)) next();
  });
  router.use('/admin', (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'GET' || request.method === 'HEAD' || isOurOwn(request, publicUrl)) next();
    else answerError(response, { status: 403, code: 'not_our_form', message: 'This was not sent by a page of ours.' });
  });
  router.use('/admin', express.text({ type: 'application/x-www-form-urlencoded', limit: MOST_SENT, inflate: false }));

  router
    .route('/admin/sign-in')
    .get(async (request, response) => {
      const query = new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
      const given = { request, response, jar: jarOf(request, response), page: await pageOf(request, '') };
      signIn.show(given, { goTo: query.get('to') });
    })
    .post(async (request, response) => {
      const given = { request, response, jar: jarOf(request, response), page: await pageOf(request, '') };
      const goTo = signIn.check(given, formOf(request));
      if (goTo === undefined) log.warn({}, 'a sign-in at the page was refused');
      else redirect(response, given.page.to(goTo));
    });
  router.route('/admin/sign-out').post(
    inside(async (visit, { response, jar, session }) => {
      if (sessions.isFormToken(visit.form.get('token') ?? '', session.id)) {
        sessions.end(session, jar);
        live.end(session);
      }
      redirect(response, visit.page.to('sign-in'));
    }),
  );
  router.route('/admin/live').get((request, response) => {
    const session = sessions.of(jarOf(request, response));
    if (session) live.open(session, response);
    else answerError(response, { status: 401, code: 'signed_out', message: 'Sign in again.' });
  });

  for (const [path, view] of Object.entries(PAGES)) router.route(path).get(show(view));
  for (const [path, deed] of Object.entries(DEEDS)) router.route(path).post(perform(deed));
  for (const [path, send] of Object.entries(FILES))
    router.route(path).get(
      inside(async (visit, { request, response, jar }) => {
        const refused = await send(visit, response).catch((error: unknown) => failed(error, visit.page));
        if (refused) await answer(request, response, jar, visit.page, refused);
      }),
    );
  router.use(
    '/admin',
    show(async ({ page }) => notFoundPage(page)),
  );
  router.use('/admin', ((error: unknown, request, response, next) => {
    const isLarge = typeof error === 'object' && error !== null && 'status' in error && error.status === 413;
    if (!isLarge) return next(error);
    return inside((visit, { jar }) => answer(request, response, jar, visit.page, tooLargePage(visit.page)))(
      request,
      response,
    );
  }) satisfies ErrorRequestHandler);
  return { router, stop: live.stop };
}

function redirect(response: Response, to: string): void {
  response.statusCode = 303;
  response.setHeader('Location', to);
  response.end();
}

const formOf = ({ body }: { body?: unknown }): URLSearchParams =>
  new URLSearchParams(typeof body === 'string' ? body : '');
