// For machines that watch the relay: is it alive, is it ready, how is it doing. Ready says nothing about the two other
// sides: with them down the relay still takes webhooks, and restarting it would mend nothing.
import { type RequestHandler, Router } from 'express';
import { answerError, answerJson, answerText } from '../lib/answer.ts';
import type { Log } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';

type Readiness = {
  ready: boolean;
  /** "database": "ok", "worker": "not started". */
  parts: Record<string, string>;
  /** What waits for a person; none of it makes the relay less ready. */
  holds: number;
  problems: number;
};

export type HealthDeps = { checks: () => Promise<Readiness>; metrics: Pick<Metrics, 'text' | 'contentType'>; log: Log };

export function createHealthRouter({ checks, metrics, log }: HealthDeps): Router {
  const router = Router();
  const get = (path: string, handler: RequestHandler) =>
    router
      .route(path)
      .get(handler)
      .all((_request, response) => {
        response.setHeader('Allow', 'GET, HEAD');
        answerError(response, {
          status: 405,
          code: 'method_not_allowed',
          message: 'Only GET and HEAD are taken here.',
        });
      });

  get('/healthz', (_request, response) => answerJson(response, 200, { status: 'ok' }));

  get('/readyz', async (_request, response) => {
    try {
      const { ready, parts, holds, problems } = await checks();
      answerJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', parts, holds, problems });
    } catch (error) {
      log.error({ error }, 'readiness could not be told');
      answerJson(response, 503, { status: 'not ready' });
    }
  });

  get('/metrics', async (_request, response) => answerText(response, 200, await metrics.text(), metrics.contentType));

  return router;
}
