import { Router } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createHealthRouter, type HealthDeps } from '../../src/admin/health.ts';
import { createLog } from '../../src/lib/log.ts';
import { createHttpApp } from '../../src/webhooks/http-app.ts';

const lines: string[] = [];
const log = createLog({ level: 'debug', secrets: [], destination: { write: (line) => lines.push(line) } });

function appWith(more: Partial<HealthDeps> = {}) {
  const healthRouter = createHealthRouter({
    checks: async () => ({ ready: true, parts: { database: 'ok', worker: 'ok' }, holds: 2, problems: 1 }),
    metrics: { text: async () => 'relay_dead_jobs 0\n', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
    log,
    ...more,
  });
  return createHttpApp({ webhookRouter: Router(), healthRouter, log });
}

describe('GET /healthz', () => {
  it('is 200 while the process lives, ready or not', async () => {
    const checks = async () => Promise.reject(new Error('database is away'));

    const { status, body } = await request(appWith({ checks })).get('/healthz');

    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } });
  });

  it('is never 304, and nobody may keep it', async () => {
    const { status, headers } = await request(appWith()).get('/healthz').set('If-None-Match', '*');

    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('etag');
  });
});

describe('GET /readyz', () => {
  it('is 200 with its parts, holds and problems when the service is ready', async () => {
    const { status, body } = await request(appWith()).get('/readyz');

    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ready', parts: { database: 'ok', worker: 'ok' }, holds: 2, problems: 1 });
  });

  it('is 503 and says which part is missing when it is not', async () => {
    const checks = async () => ({
      ready: false,
      parts: { database: 'ok', worker: 'not started' },
      holds: 0,
      problems: 0,
    });

    const { status, body } = await request(appWith({ checks })).get('/readyz');

    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'not ready', parts: { worker: 'not started' } });
  });

  it('is 503 when that cannot be told, and the log says why', async () => {
    const checks = async () => Promise.reject(new Error('database is away'));

    const { status, body } = await request(appWith({ checks })).get('/readyz');

    expect(status).toBe(503);
    expect(body).toEqual({ status: 'not ready' });
    expect(lines.at(-1)).toContain('database is away');
  });
});

describe('GET /metrics', () => {
  it('is what Prometheus reads', async () => {
    const { status, text, headers } = await request(appWith()).get('/metrics');

    expect({ status, text }).toEqual({ status: 200, text: 'relay_dead_jobs 0\n' });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('that fails is a 500 in JSON without the reason, which is in the log', async () => {
    const text = async () => Promise.reject(new Error('out of numbers'));

    const answer = await request(appWith({ metrics: { text, contentType: 'text/plain' } })).get('/metrics');

    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({ error: { code: 'internal', message: expect.any(String) } });
    expect(answer.text).not.toContain('out of numbers');
    expect(lines.at(-1)).toContain('out of numbers');
  });
});

describe.each(['/healthz', '/readyz', '/metrics'])('%s', (path) => {
  it('answers HEAD without a body', async () => {
    const { status, text } = await request(appWith()).head(path);

    expect(status).toBe(200);
    expect(text ?? '').toBe('');
  });

  it('takes no other method', async () => {
    const { status, headers } = await request(appWith()).post(path);

    expect(status).toBe(405);
    expect(headers['allow']).toBe('GET, HEAD');
  });

  it('carries security headers and does not say what it runs on', async () => {
    const { headers } = await request(appWith()).get(path);

    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});

describe("the operator's page", () => {
  it('is not there', async () => {
    expect((await request(appWith()).get('/admin')).status).toBe(404);
  });
});
