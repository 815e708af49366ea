// The whole of HTTP: security headers, the routers that are handed in, and an answer in JSON for everything else.
// Nothing here may answer 3xx (but on the operator's page) or 410, nor let a stranger's mistake end in a 500.
import express, { type ErrorRequestHandler, type Express, type Router } from 'express';
import helmet from 'helmet';
import { answerError } from '../lib/answer.ts';
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
  app.use(helmet());
  app.use(webhookRouter);
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
    // A path that cannot be decoded: the only thing that Express itself holds against a request.
    if (typeof error === 'object' && error !== null && 'status' in error && error.status === 400) {
      answerError(response, { status: 400, code: 'malformed', message: 'The path cannot be read.' });
      return;
    }
    log.error({ error }, 'request failed');
    answerError(response, { status: 500, code: 'internal', message: 'The relay failed; its log says why.' });
  };
}
