// The whole of HTTP: security headers, the routers that are handed in, and an answer in JSON for everything else.
// Nothing here may answer 3xx (but on the operator's page) or 410, nor let a stranger's mistake end in a 500.
import express, { type ErrorRequestHandler, type Express, type Router } from 'express';
import helmet from 'helmet';
import { answerError, type ErrorAnswer } from '../lib/answer.ts';
import type { Log } from '../lib/log.ts';

export type HttpAppParts = {
  webhookRouter: Router;
  healthRouter: Router;
  /** null: the page is off, and there is nothing under its path. */
  adminRouter?: Router | null;
  log: Log;
};

export function createHttpApp({ webhookRouter, healthRouter, adminRouter, log }: HttpAppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  // A fitting If-None-Match would make a 304 of an answer.
  app.disable('etag');
  // Before helmet: no browser sees a webhook's answer, and all these headers take as long as storing it.
  app.use(webhookRouter);
  app.use(helmet());
  app.use(healthRouter);
  if (adminRouter) app.use(adminRouter);
  app.use((_request, response) => {
    answerError(response, { status: 404, code: 'not_found', message: 'There is nothing here.' });
  });
  app.use(createErrorHandler(log));
  return app;
}

/** Express takes a function of four parameters for an error handler. */
function createErrorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const refused = refusalOf(error);
    if (refused) {
      answerError(response, refused);
      return;
    }
    log.error({ error }, 'request failed');
    answerError(response, { status: 500, code: 'internal', message: 'The relay failed; its log says why.' });
  };
}

/** What Express and its readers of bodies hold against a request: its path, encoding, character set, size, or that it broke off. */
function refusalOf(error: unknown): ErrorAnswer | undefined {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return { status, code: 'too_large', message: 'That is too large.' };
  if (status === 415) return { status, code: 'unsupported_encoding', message: 'This encoding is not taken.' };
  const isTheirs = typeof status === 'number' && status >= 400 && status < 500;
  return isTheirs ? { status: 400, code: 'malformed', message: 'The request cannot be read.' } : undefined;
}
