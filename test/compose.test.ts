// compose.yaml, read rather than run: two relays that share a database, a balancer that knows both, and no secret. HAProxy
// itself says whether it would take its file.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { variables } from '../src/config-variables.ts';
import { checkBalancerFile, noHaproxy } from './crash/balancer.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(fileOf(name), 'utf8');

const service = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
  restart: z.literal('unless-stopped'),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }),
});
const composed = z
  .strictObject({
    name: z.string(),
    'x-relay': z.unknown(),
    services: z.strictObject({ 'relay-1': service, 'relay-2': service, balancer: service, postgres: service }),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(read('compose.yaml')));
const { balancer, postgres, ...relays } = composed.services;
const one = relays['relay-1'];

describe('compose.yaml', () => {
  it('starts the same relay twice, built from this folder', () => {
    expect(relays['relay-2']).toEqual(one);
    expect(existsSync(fileOf(`${one.build}/Dockerfile`))).toBe(true);
  });

  it('names only settings that the relay has, and joins both to one database', () => {
    const known = variables.map(({ name }) => name);

    expect(Object.keys(one.environment).filter((name) => !known.some((each) => each === name))).toEqual([]);
    expect(one.environment['DATABASE_URL']).toMatch(/@postgres:5432\/relay$/);
    expect(postgres.environment).toMatchObject({ POSTGRES_USER: 'relay', POSTGRES_DB: 'relay' });
  });

  it('gives the relay longer to stop than it takes', () => {
    expect(Number.parseInt(one.stop_grace_period ?? '', 10)).toBeGreaterThan(10);
  });

  it('holds no secret: all of them come from .env, and one that is missing ends the start', () => {
    const secrets = Object.values(composed.services)
      .flatMap(({ environment }) => Object.entries(environment))
      .filter(([name]) => /PASSWORD|TOKEN|KEY|SECRET|DATABASE_URL/.test(name));

    expect(one.env_file).toBe('.env');
    expect(secrets).toHaveLength(3);
    expect(secrets.filter(([, value]) => !value.includes('${POSTGRES_PASSWORD:?'))).toEqual([]);
    expect(read('.gitignore')).toMatch(/^\/\.env$/m);
  });

  it('has a balancer that knows every relay where it listens', () => {
    const places = Object.entries(balancer.environment)
      .filter(([name]) => name.startsWith('RELAY_'))
      .map(([, place]) => place);

    expect(places).toEqual(Object.keys(relays).map((name) => `${name}:${one.environment['PORT']}`));
  });

  it('mounts only what is here, and keeps the database in a volume', () => {
    const mounted = Object.values(composed.services).flatMap(({ volumes = [] }) => volumes);
    const [folders, volumes] = [
      mounted.filter((each) => each.startsWith('.')),
      mounted.filter((each) => !each.startsWith('.')),
    ];

    expect(folders.map((each) => each.split(':')[0] ?? '').filter((path) => !existsSync(fileOf(path)))).toEqual([]);
    expect(volumes.map((each) => each.split(':')[0])).toEqual(Object.keys(composed.volumes));
  });

  it('is open to this machine alone: HTTPS has to end before it', () => {
    const ports = Object.values(composed.services).flatMap((each) => each.ports ?? []);

    expect(ports).toEqual(['127.0.0.1:3000:3000']);
  });
});

describe('the balancer', () => {
  it.skipIf(noHaproxy)('is one that HAProxy starts', async () => {
    expect(await checkBalancerFile(balancer.environment)).toContain('Configuration file is valid');
  });

  it('logs no query, which holds the key', () => {
    expect(read('deploy/haproxy.cfg')).not.toMatch(/option httplog|%HQ|%HU|%r\b/);
  });
});
