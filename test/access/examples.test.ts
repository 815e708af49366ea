// Every example of a policy is read and its names are found, in a space that has the things it names.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Policy } from '../../src/access/policy.ts';
import { policyJsonSchema } from '../../src/access/policy-json.ts';
import { type Catalog, parsePolicy, resolvePolicy } from '../../src/access/policy-load.ts';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const examples = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

const named = (...names: string[]) => names.map((name) => ({ id: `id of ${name}`, name }));
const SPACE: Catalog = {
  plans: named('Full Time', 'Part Time', 'Virtual Office'),
  resources: named('Meeting Room A', 'Podcast Booth'),
  locks: named('Front door', 'Studio', 'Quiet room', 'Mail room', 'Meeting Room A', 'Podcast Booth'),
};

function load(name: string): Policy {
  const parsed = parsePolicy(read(name));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  const resolved = resolvePolicy(parsed.draft, SPACE, {}, parsed.positions);
  if (resolved.state !== 'resolved') throw new Error(JSON.stringify(resolved));
  expect(resolved.warnings).toEqual([]);
  return resolved.policy;
}

describe('the examples', () => {
  it('are one for each step that needs a policy, and one for a whole space', () => {
    expect(examples.toSorted()).toEqual([
      '1-every-member.yaml',
      '3-some-locks-for-some-plans.yaml',
      '4-day-passes.yaml',
      '5-meeting-rooms.yaml',
      'access.yaml',
    ]);
    expect(examples.filter((name) => !read('README.md').includes(`(${name})`))).toEqual([]);
  });

  it.each(examples)('%s is a good one, and tells editors where its schema is', (name) => {
    expect(load(name).rules.length).toBeGreaterThan(0);
    expect(read(name)).toMatch(/^# yaml-language-server: \$schema=access\.schema\.json\n/);
  });

  it('the first says what holds without a file', () => {
    expect(load('1-every-member.yaml').rules).toMatchObject([{ locks: 'all', plans: 'all', passes: 'required' }]);
  });

  it('the one for a whole space has every key', () => {
    const keys = Object.keys(z.looseObject({ properties: z.looseObject({}) }).parse(policyJsonSchema()).properties);

    expect(keys.filter((key) => !new RegExp(`^${key}:`, 'm').test(read('access.yaml')))).toEqual([]);
  });
});

describe('the JSON Schema for editors', () => {
  it('is the one that is made of what reads the file: "npm run relay -- policy schema" writes it anew', () => {
    expect(read('access.schema.json')).toBe(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
  });

  it('explains every key', () => {
    const silent = keysOf(policyJsonSchema()).filter(({ schema }) => typeof schema['description'] !== 'string');

    expect(silent.map(({ key }) => key)).toEqual([]);
    expect(keysOf(policyJsonSchema()).map(({ key }) => key)).toContain('before');
  });

  it('wants numbers where numbers are meant', () => {
    const types = new Map(keysOf(policyJsonSchema()).map(({ key, schema }) => [key, schema['type']]));

    expect(['version', 'members', 'percent', 'at_most'].map((key) => types.get(key))).toEqual([
      'number',
      'integer',
      'number',
      'integer',
    ]);
  });
});

const branch = z.looseObject({});

/** Every key that has a place in the file, at whatever depth; the last of a name counts. */
function keysOf(schema: unknown): { key: string; schema: Record<string, unknown> }[] {
  const { properties, items } = z
    .looseObject({ properties: z.record(z.string(), branch).optional(), items: branch.optional() })
    .parse(schema);
  const here = Object.entries(properties ?? {}).map(([key, own]) => ({ key, schema: own }));
  return [...here, ...here.flatMap((each) => keysOf(each.schema)), ...(items ? keysOf(items) : [])];
}
