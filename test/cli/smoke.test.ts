// relay smoke on every simulated lock system, and with each of their unknowns turned round: what agrees, what does not,
// and that nothing is left behind, or else that it is said what.
import { describe, expect, it } from 'vitest';
import type { LockSystemName } from '../../src/locks/catalog.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import type { KisiSwitches } from '../../src/simulators/kisi/switches.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import type { Action } from '../../src/simulators/sabotage.ts';
import type { SeamSwitches } from '../../src/simulators/seam/switches.ts';
import type { UnifiSwitches } from '../../src/simulators/unifi/switches.ts';
import { kisi, type StartLocks, SYSTEMS, seam, systems, unifi } from '../support/relay-on.ts';
import { openWorldOn } from './world-on.ts';

type Tried = { what: string; agrees: boolean | null; detail: string };

const isWrite = ({ method, path }: Pick<Seen, 'method' | 'path'>) =>
  method !== 'GET' && !/\/(list|get)$|\/system\/logs$|\/event_sets$/.test(path);

/** Somebody who is there already, with a grant by hand. */
async function house(start: StartLocks<LockSimulator>) {
  const world = await openWorldOn(start);
  const ben = world.locks.addPerson({ email: 'ben@example.com', name: 'Ben Bolt' });
  world.locks.addByHand({ lockUserId: ben, lockId: world.lock('Front door').id, note: 'by hand' });
  const smoke = async (more: string[] = [], terminal = {}) => {
    const ran = await world.run(['smoke', '--json', ...more], { terminal });
    // What is being taken away over there may take its time.
    await world.pass(60_000);
    const { tried } = ran.answer() as { tried: Tried[] };
    return { ...ran, tried, of: (what: string) => tried.filter((line) => line.what === what) };
  };
  const writes = () => world.locks.requests.filter(isWrite).length;
  return { world, smoke, writes, before: world.truth() };
}

describe.each(SYSTEMS)('smoke on %s', (system) => {
  it('with --yes tries everything, agrees with all of it, ends with 0 and leaves nothing behind', async () => {
    const { world, smoke, writes, before } = await house(systems[system]);

    const { code, err, tried } = await smoke(['--yes']);

    expect([code, err]).toEqual([0, '']);
    expect(tried.filter(({ agrees }) => agrees === false)).toEqual([]);
    const agreed = tried.filter(({ agrees }) => agrees === true).map(({ what }) => what);
    for (const what of ['locks', 'users', 'making the user', 'giving the lock', 'taking it back', 'deleting the user'])
      expect(agreed).toContain(what);
    expect(writes()).toBeGreaterThan(2);
    expect(world.truth()).toEqual(before);
  });

  it('prints a line for each, and the sum', async () => {
    const { world } = await house(systems[system]);

    const { code, out } = await world.run('smoke --yes');

    expect(code).toBe(0);
    expect(out).toMatch(/^✓ locks: 2 that a grant can name \(.+\): Front door, Studio$/m);
    expect(out).toMatch(/^✓ deleting the user: gone$/m);
    expect(out.trimEnd().split('\n').at(-1)).toBe('All of it agreed with our reading of the API.');
  });

  it('only reads without a terminal and without --yes', async () => {
    const { world, smoke, writes, before } = await house(systems[system]);

    const { code, of } = await smoke();

    expect([code, writes(), world.truth()]).toEqual([0, 0, before]);
    expect(of('writing')).toMatchObject([{ agrees: null, detail: expect.stringContaining('not tried') }]);
  });

  it('asks on a terminal, and takes no for an answer', async () => {
    const { world, smoke, writes, before } = await house(systems[system]);
    const questions: string[] = [];
    const ask = (answer: boolean) => async (question: string) => {
      questions.push(question);
      return answer;
    };

    await smoke(['--lock', 'studio'], { ask: ask(false) });
    expect([writes(), world.truth()]).toEqual([0, before]);
    await smoke(['--lock', 'studio'], { ask: ask(true) });

    expect(writes()).toBeGreaterThan(2);
    expect(questions).toEqual([expect.stringContaining('"Studio"'), expect.stringContaining('"Studio"')]);
    expect(world.truth()).toEqual(before);
  });

  it('never takes the address of somebody who is there', async () => {
    const { world, smoke, writes, before } = await house(systems[system]);

    const { code, of } = await smoke(['--yes', '--email', 'ben@example.com']);

    expect([code, writes(), world.truth()]).toEqual([2, 0, before]);
    expect(of('looking for the email')).toMatchObject([{ agrees: false }]);
  });

  it('says 1 where a value is missing, and 2 where the token is refused', async () => {
    const { world } = await house(systems[system]);
    const [name = ''] = Object.keys(world.env).filter((each) => /_(API_TOKEN|API_KEY)$/.test(each));

    const missing = await world.run('smoke --yes', { env: { [name]: undefined } });
    const wrong = await world.run('smoke --yes', { env: { [name]: 'quite_another_token_0123' } });

    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining(name)]);
    expect(wrong.code).toBe(2);
    expect(wrong.out).not.toContain('quite_another_token_0123');
  });

  /** One call of a clean run after the other fails; whatever is left behind has to be said. */
  async function breaking(action: Action, which: (request: Seen) => boolean) {
    const { world, smoke, before } = await house(systems[system]);
    const { requests } = world.locks;
    const from = requests.length;
    await smoke(['--yes']);
    const calls = requests.slice(from).filter(which).length;
    const unsaid: string[] = [];
    const codes = new Set<number>();
    for (let broken = 1; broken <= calls; broken += 1) {
      let seen = 0;
      world.locks.sabotage((request) => {
        if (which(request)) seen += 1;
        return which(request) && seen === broken;
      }, action);
      const { code, out } = await smoke(['--yes']);
      world.locks.healAll();
      codes.add(code);
      const left = world.locks.people().filter(({ id }) => !before.people.some((each) => each.id === id));
      for (const { id, email } of left) {
        if (!out.includes(id) && !out.includes(email)) unsaid.push(`call ${broken}: ${id}`);
        world.locks.removePerson(id);
      }
      expect(world.truth().people, `call ${broken}`).toEqual(before.people);
      expect(world.truth().grants, `call ${broken}`).toEqual(before.grants);
    }
    return { calls, unsaid, codes: [...codes] };
  }

  it('leaves nothing behind unsaid, whichever of its calls is refused', async () => {
    const { calls, unsaid, codes } = await breaking({ kind: 'answer', status: 403, json: {} }, () => true);

    expect(calls).toBeGreaterThan(10);
    expect([unsaid, codes.filter((code) => code === 1)]).toEqual([[], []]);
  });

  it.each(['before', 'after'] as const)('nor whichever of its writes gets no answer, %s the deed', async (when) => {
    const { calls, unsaid } = await breaking({ kind: 'reset', when }, isWrite);

    expect(calls).toBeGreaterThan(2);
    expect(unsaid).toEqual([]);
  });
});

type Turned = [name: string, start: StartLocks<LockSimulator>, differs?: string[]];

/** Where our reading would be wrong, with what smoke then says does not agree. */
const turned: Record<Exclude<LockSystemName, 'smartlock'>, Turned[]> = {
  kisi: each<KisiSwitches>(kisi, {
    secondAssignment: ['taken', '409'],
    patchWindow: ['works'],
    emailTaken: ['409'],
    unknownTarget: ['422'],
    metadataPatch: ['merges'],
    signature: ['hex', 'base64'],
    emptyRange: ['none'],
    emailFilter: ['exact'],
    eventSets: ['at once', 'fail'],
    eventOrder: ['oldest first'],
  }),
  unifi: each<UnifiSwitches>(unifi, {
    dialect: ['number', 'mixed'],
    refusals: ['status'],
    badToken: ['200'],
    mutations: ['nothing', 'null', 'empty', 'success'],
    resources: ['resource'],
    expandMixes: [false],
    deleteUsers: ['older'],
    deactivated: ['open'],
    emails: ['dropped'],
    sameEmail: ['CODE_USER_NAME_DUPLICATED', 'allowed'],
    missingUser: ['CODE_NOT_EXISTS', 'CODE_RESOURCE_NOT_FOUND'],
    forbidden: ['CODE_UNAUTHORIZED'],
    largestPage: [1],
    logOrder: ['oldest first'],
    logIds: ['empty'],
  }),
  seam: each<SeamSwitches>((switches) => seam({ switches }), {
    duplicates: ['400'],
    emails: ['shared'],
    changeKey: ['refused', 'ignored'],
    deleteHolder: ['with its grants'],
    updateWindow: ['at once', 'refused'],
    whileDeleting: ['shut'],
    pastStart: ['refused'],
    unlockNames: ['code', 'nobody'],
    eventsSince: ['occurred_at'],
    eventOrder: ['newest first'],
    retryAfter: ['absent'],
  }),
};

function each<S extends object>(
  start: (switches: Partial<S>) => StartLocks<LockSimulator>,
  positions: { [K in keyof S]?: S[K][] },
): Turned[] {
  return Object.entries(positions).flatMap(([name, values]) =>
    (values as unknown[]).map((value): Turned => [`${name}: ${value}`, start({ [name]: value } as Partial<S>)]),
  );
}

/** What does not agree then; with all others everything does. */
const DIFFERS: Record<string, string[]> = {
  'kisi eventSets: fail': ['openings'],
  'unifi emails: dropped': ['finding it by email', 'reading it back'],
};
/** What cannot be taken back then, and is said to be there still. */
const STAYS = ['unifi deleteUsers: older'];

describe.each(['kisi', 'unifi', 'seam'] as const)('smoke on %s, where an unknown turns out otherwise', (system) => {
  it.each(turned[system])('%s', async (name, start) => {
    const { world, smoke, before } = await house(start);
    const differs = DIFFERS[`${system} ${name}`] ?? [];

    const { code, out, tried } = await smoke(['--yes']);

    expect(tried.filter(({ agrees }) => agrees === false).map(({ what }) => what)).toEqual(differs);
    expect(code).toBe(differs.length > 0 ? 2 : 0);
    const left = world.locks.people().filter(({ id }) => !before.people.some((one) => one.id === id));
    expect(left.filter(({ id }) => !out.includes(id))).toEqual([]);
    expect(left).toHaveLength(STAYS.includes(`${system} ${name}`) ? 1 : 0);
    expect(world.truth().grants).toEqual(before.grants);
  });
});
