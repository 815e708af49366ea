import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/access/policy-load.ts';
import { parsePolicy, resolvePolicy } from '../../src/access/policy-load.ts';

const CATALOG: Catalog = {
  plans: [
    { id: 'p-full', name: 'Full Time' },
    { id: '12e4', name: 'Part Time' },
    { id: 'p-dup1', name: 'Team' },
    { id: 'p-dup2', name: 'team ' },
  ],
  resources: [
    { id: 'r-a', name: 'Meeting Room A' },
    { id: 'r-b', name: 'Podcast Booth' },
  ],
  locks: [
    { id: 'l-front', name: 'Front door' },
    { id: 'l-a', name: 'meeting room a' },
    { id: 'l-studio', name: 'Studio' },
  ],
};
const RULE = 'version: 1\nrules:\n  - name: A\n    locks: [all]\n    members: all\n';
const ruleOf = (rest: string) => `version: 1\nrules:\n  - name: A\n${rest}`;

/** Every mistake of the file as "line:column message". */
function mistakesOf(text: string, catalog = CATALOG): string[] {
  const parsed = parsePolicy(text);
  const mistakes = parsed.ok ? resolve(text, catalog) : parsed.mistakes;
  return Array.isArray(mistakes)
    ? mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : [`no mistake, but ${JSON.stringify(mistakes)}`];
}

function resolve(text: string, catalog = CATALOG, remembered = {}) {
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  const resolved = resolvePolicy(parsed.draft, catalog, remembered, parsed.positions);
  return resolved.state === 'wrong' ? resolved.mistakes : resolved;
}

function inForce(text: string, catalog = CATALOG, remembered = {}) {
  const resolved = resolve(text, catalog, remembered);
  if (Array.isArray(resolved) || resolved.state !== 'resolved') throw new Error(JSON.stringify(resolved));
  return resolved;
}

describe('a broken file names every mistake with line and column', () => {
  it.each<[string, string, string[]]>([
    ['an empty file', '', ['1:1 the file is empty']],
    ['a file of comments', '# nothing\n\n# yet\n', ['1:1 the file is empty']],
    ['a list instead of a map', '- version: 1\n', ['1:1 must be a map of keys and values']],
    ['mere text', 'let everybody in', ['1:1 must be a map of keys and values']],
    ['a file without rules', 'version: 1\n', ['1:1 rules: is missing']],
    ['an empty list of rules', 'version: 1\nrules: []\n', ['2:8 rules: needs at least one rule']],
    ['a wrong version', RULE.replace('1', '2'), ['1:10 version: must be 1']],
    ['a missing version', RULE.replace('version: 1\n', ''), ['1:1 version: must be 1']],
    ['an unknown key at the top', `${RULE}bloked: []\n`, ['6:1 unknown key "bloked"; did you mean "blocked"?']],
    [
      'an unknown key of a rule',
      ruleOf('    locks: [all]\n    member: all\n    plans: [Full Time]\n'),
      ['5:5 rule 1: unknown key "member"; did you mean "members"?'],
    ],
    [
      'an unknown key of a booking',
      ruleOf('    locks: [all]\n    booking: { resource: Meeting Room A, befor: 10m }\n'),
      ['5:42 rule 1, booking: unknown key "befor"; did you mean "before"?'],
    ],
    [
      'an unknown key of hours',
      ruleOf('    locks: [all]\n    members: all\n    hours:\n      - { day: [mon], from: "08:00", to: "20:00" }\n'),
      ['7:11 rule 1, hours 1: unknown key "day"; did you mean "days"?'],
    ],
    [
      'an unknown key of the brake',
      `${RULE}brake: { percents: 10 }\n`,
      ['6:10 brake: unknown key "percents"; did you mean "percent"?'],
    ],
    [
      'an unknown plan',
      ruleOf('    locks: [all]\n    plans: [Full Tim]\n'),
      ['5:13 there is no plan "Full Tim"; did you mean "Full Time"?'],
    ],
    [
      'an unknown plan in except',
      ruleOf('    locks: [all]\n    members: all\n    except:\n      - part tme\n'),
      ['7:9 there is no plan "part tme"; did you mean "Part Time"?'],
    ],
    [
      'an unknown lock',
      ruleOf('    locks: [STUDIO, FRONT DOR]\n    members: all\n'),
      ['4:21 there is no lock "FRONT DOR"; did you mean "Front door"?'],
    ],
    [
      'an unknown lock in capitals, of which only the letters count',
      ruleOf('    locks: [MEETING ROM]\n    members: all\n'),
      ['4:13 there is no lock "MEETING ROM"; did you mean "meeting room a"?'],
    ],
    [
      'an unknown resource',
      ruleOf('    locks: [all]\n    booking:\n      resource: Podcast Boot\n'),
      ['6:17 there is no resource "Podcast Boot"; did you mean "Podcast Booth"?'],
    ],
    [
      'an ambiguous name',
      ruleOf('    locks: [all]\n    plans: [TEAM]\n'),
      ['5:13 plan "TEAM" is ambiguous: p-dup1, p-dup2 have that name; use an id'],
    ],
    [
      'hours of no length',
      ruleOf('    locks: [all]\n    members: all\n    hours: [{ from: "08:00", to: "08:00" }]\n'),
      ['6:34 rule 1, hours 1, to: from and to must differ, and from must be before 24:00'],
    ],
    [
      'hours that begin at 24:00',
      ruleOf('    locks: [all]\n    members: all\n    hours: [{ from: "24:00", to: "08:00" }]\n'),
      ['6:34 rule 1, hours 1, to: from and to must differ, and from must be before 24:00'],
    ],
    [
      'times that no clock shows',
      ruleOf('    locks: [all]\n    members: all\n    hours: [{ from: "25:00", to: 8 }]\n'),
      [
        '6:21 rule 1, hours 1, from: must be a time of day such as "08:00"',
        '6:34 rule 1, hours 1, to: must be a time of day such as "08:00"',
      ],
    ],
    [
      'hours without an end',
      ruleOf('    locks: [all]\n    members: all\n    hours: [{ from: "08:00" }]\n'),
      ['6:13 rule 1, hours 1, to: is missing'],
    ],
    [
      'hours that are no list',
      ruleOf('    locks: [all]\n    members: all\n    hours: { from: "08:00", to: "20:00" }\n'),
      ['6:12 rule 1, hours: must be a list, such as [one, two]'],
    ],
    [
      'weekdays that there are not',
      ruleOf('    locks: [all]\n    members: all\n    hours: [{ days: [monkey, we], from: "8:00", to: "9:00" }]\n'),
      [
        '6:22 rule 1, hours 1, days 1: must be one of mon, tue, wed, thu, fri, sat, sun',
        '6:30 rule 1, hours 1, days 2: must be one of mon, tue, wed, thu, fri, sat, sun',
      ],
    ],
    [
      'both members and plans',
      ruleOf('    locks: [all]\n    members: all\n    plans: [Full Time]\n'),
      ['6:12 rule 1, plans: either members: all or plans, not both'],
    ],
    [
      'members that are not all',
      ruleOf('    locks: [all]\n    members: everybody\n'),
      ['5:14 rule 1, members: must be "all"'],
    ],
    [
      'a rule that is for nobody',
      ruleOf('    locks: [all]\n'),
      ['3:5 rule 1: say whose rule it is: members: all, plans: [...] or booking: {...}'],
    ],
    [
      'a rule without locks',
      ruleOf('    members: all\n'),
      ['3:5 rule 1, locks: name the locks that it opens; [all] = every lock'],
    ],
    [
      'locks that are no list',
      ruleOf('    locks: Front door\n    members: all\n'),
      ['4:12 rule 1, locks: must be a list, such as [one, two]'],
    ],
    [
      'an empty list of plans',
      ruleOf('    locks: [all]\n    plans: []\n'),
      ['5:12 rule 1, plans: must not be an empty list; leave the key out instead'],
    ],
    [
      'a key without a value',
      `${RULE}blocked:\n`,
      ['6:9 blocked: is empty; write a list, such as [one, two], or leave it out'],
    ],
    [
      'a rule without a name',
      'version: 1\nrules:\n  - locks: [all]\n    members: all\n',
      ['3:5 rule 1, name: is missing'],
    ],
    [
      'a rule that is mere text',
      'version: 1\nrules:\n  - everybody\n',
      ['3:5 rule 1: must be a map of keys and values'],
    ],
    [
      'a bad duration',
      ruleOf('    locks: [all]\n    booking: { resource: Meeting Room A, before: 10 minutes }\n'),
      ['5:50 rule 1, booking, before: must be a duration such as 10m, 1h or 1h30m'],
    ],
    [
      'a duration that is longer than bookings are read ahead',
      ruleOf('    locks: [all]\n    booking: { resource: Meeting Room A, after: 25h }\n'),
      ['5:49 rule 1, booking, after: must not be longer than 24h'],
    ],
    [
      'a booking of one room and of all',
      ruleOf('    locks: [all]\n    booking: { resource: Meeting Room A, resources: all }\n'),
      ['5:14 rule 1, booking: name one resource, or say resources: all'],
    ],
    [
      'a booking of nothing',
      ruleOf('    locks: [all]\n    booking: { before: 10m }\n'),
      ['5:14 rule 1, booking: name one resource, or say resources: all'],
    ],
    [
      'a word that passes does not know',
      ruleOf('    locks: [all]\n    members: all\n    passes: optional\n'),
      ['6:13 rule 1, passes: must be "required" or "ignore"'],
    ],
    [
      'a reading of the cancellation date that there is not',
      `${RULE}cancellation_date: last day\n`,
      ['6:20 cancellation_date: must be "last day in" or "first day out"'],
    ],
    ['an email that is none', `${RULE}never_touch: [cleaner]\n`, ['6:15 never_touch 1: must be an email address']],
    [
      'numbers that make no sense',
      `${RULE}brake: { members: few, percent: 101, at_most: 1.5 }\n`,
      [
        '6:19 brake, members: must be a number, 0 or more',
        '6:33 brake, percent: must not be above 100',
        '6:47 brake, at_most: must be a whole number',
      ],
    ],
    ['a number that is empty', `${RULE}brake: { members: }\n`, ['6:19 brake, members: must be a number, 0 or more']],
    ['a number below nothing', `${RULE}brake: { at_most: -1 }\n`, ['6:19 brake, at_most: must be a number, 0 or more']],
    ['a tab', 'version: 1\nrules:\n\t- name: A\n', ['3:1 a tab is no indentation in YAML, use spaces']],
    ['a key that is there twice', `${RULE}version: 1\n`, ['6:1 this key is here twice']],
    ['a second document', `${RULE}---\n${RULE}`, ['6:1 only one document can be read, take out the line "---"']],
    [
      'YAML that is broken',
      'version: 1\nrules: [\n',
      ['3:1 not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['an alias of nothing', 'version: 1\nrules: [*office]\n', ['2:9 there is no &office before this *office']],
    [
      'several mistakes, in the order of the lines',
      'rules:\n  - name: A\n    locks: []\n    members: all\n  - name: B\n    lock: [all]\n    plans: Full Time\nversion: one\n',
      [
        '3:12 rule 1, locks: must not be an empty list; leave the key out instead',
        '6:5 rule 2: unknown key "lock"; did you mean "locks"?',
        '7:12 rule 2, plans: must be a list, such as [one, two]',
        '8:10 version: must be 1',
      ],
    ],
    [
      'several names, in the order of the lines',
      ruleOf('    plans: [Part Tme]\n    locks: [Strudio]\n'),
      [
        '4:13 there is no plan "Part Tme"; did you mean "Part Time"?',
        '5:13 there is no lock "Strudio"; did you mean "Studio"?',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(mistakesOf(text)).toEqual(expected);
  });

  it('an alias of aliases that would stand for more than fits into memory', () => {
    const lines = Array.from({ length: 12 }, (_, n) =>
      `k${n}: &k${n} [${`*k${n - 1},`.repeat(9)}]`.replaceAll('*k-1', 'x'),
    );

    expect(mistakesOf(lines.join('\n'))).toEqual(['1:1 has too many aliases (*name) of aliases']);
  });

  it('a name, where the other side has none at all', () => {
    expect(mistakesOf(ruleOf('    locks: [Front door]\n    members: all\n'), { ...CATALOG, locks: [] })).toEqual([
      '4:13 there is no lock "Front door"',
    ]);
  });

  it('never a word of the tools that read it', () => {
    const texts = [
      'a: [\n',
      'version: {}\nrules: {}\nbrake: []\nblocked: [[]]\n',
      ruleOf('    locks: [{}]\n    hours: x\n'),
    ];

    expect(texts.flatMap((text) => mistakesOf(text)).join('\n')).not.toMatch(/Invalid input|expected|zod|YAML\./i);
  });
});

describe('a good file', () => {
  it('gets its defaults', () => {
    const { policy } = inForce(ruleOf('    locks: [Front door]\n    members: all\n'));

    expect(policy).toEqual({
      rules: [
        {
          name: 'A',
          locks: ['l-front'],
          plans: 'all',
          except: [],
          passes: 'required',
          hours: null,
          booking: null,
        },
      ],
      cancellationDate: 'last day in',
      neverTouch: new Set(),
      blocked: new Set(),
      brake: { members: null, percent: 10, atMost: 50 },
    });
  });

  it('is read as the design writes it', () => {
    const { policy, warnings } = inForce(`version: 1
rules:
  - name: Front door for everybody
    locks: [Front door]
    members: all
    except: [Part Time]
    passes: required
    hours:
      - { days: [mon, tue, wed, thu, fri], from: "08:00", to: "20:00" }
      - { days: [Saturday, Sun], from: 22:00, to: 24:00 }
  - name: Meeting room A for bookers
    booking: { resource: Meeting Room A, before: 10m, after: 1h30m }
    locks: [Meeting room A, Front door]
  - name: Any room for its bookers
    booking: { resources: all, before: 90s, after: 0 }
cancellation_date: first day out
never_touch: [Cleaner@Example.com]
blocked: [" trouble@example.com "]
brake: { members: 3, percent: 12.5, at_most: 40 }
`);

    expect(policy).toEqual({
      rules: [
        {
          name: 'Front door for everybody',
          locks: ['l-front'],
          plans: 'all',
          except: ['12e4'],
          passes: 'required',
          hours: [
            { from: 480, until: 1200, weekdays: [1, 2, 3, 4, 5] },
            { from: 1320, until: 0, weekdays: [6, 7] },
          ],
          booking: null,
        },
        {
          name: 'Meeting room A for bookers',
          locks: ['l-a', 'l-front'],
          plans: 'all',
          except: [],
          passes: 'ignore',
          hours: null,
          booking: {
            resources: [{ id: 'r-a', name: 'Meeting Room A' }],
            before: 600_000,
            after: 5_400_000,
            lockOf: new Map(),
          },
        },
        {
          name: 'Any room for its bookers',
          locks: [],
          plans: 'all',
          except: [],
          passes: 'ignore',
          hours: null,
          booking: { resources: 'all', before: 90_000, after: 0, lockOf: new Map([['r-a', 'l-a']]) },
        },
      ],
      cancellationDate: 'first day out',
      neverTouch: new Set(['cleaner@example.com']),
      blocked: new Set(['trouble@example.com']),
      brake: { members: 3, percent: 12.5, atMost: 40 },
    });
    expect(warnings).toEqual(['rule "Any room for its bookers": no lock is named like the resource "Podcast Booth"']);
  });

  it('may say [all] in any spelling', () => {
    expect(inForce(ruleOf('    locks: [" ALL "]\n    members: all\n')).policy.rules[0]?.locks).toBe('all');
  });

  it('may share hours by an alias', () => {
    const { policy } = inForce(`version: 1
rules:
  - { name: A, locks: [all], members: all, hours: &office [{ from: "08:00", to: "20:00" }] }
  - { name: B, locks: [all], members: all, hours: *office }
`);

    expect(policy.rules[1]?.hours).toEqual([{ from: 480, until: 1200, weekdays: [] }]);
  });

  it('may begin with a byte order mark and end its lines as Windows does', () => {
    expect(inForce(`\uFEFF${RULE.replaceAll('\n', '\r\n')}`).policy.rules).toHaveLength(1);
  });

  it('may say passes: required on a booking rule', () => {
    const { policy } = inForce(ruleOf('    locks: [all]\n    booking: { resource: r-a }\n    passes: required\n'));

    expect(policy.rules[0]?.passes).toBe('required');
  });
});

describe('names', () => {
  const plansOf = (name: string, catalog = CATALOG, remembered = {}) =>
    inForce(ruleOf(`    locks: [all]\n    plans: [${name}]\n`), catalog, remembered);

  it.each(['Full Time', 'full time', '"  FULL TIME "', 'p-full'])('%s stands for the plan', (name) => {
    expect(plansOf(name).policy.rules[0]?.plans).toEqual(['p-full']);
  });

  it('an id that looks like a number stays what it is', () => {
    expect(plansOf('12e4').policy.rules[0]?.plans).toEqual(['12e4']);
  });

  it('an id wins over a name', () => {
    const plans = [
      { id: 'x', name: 'y' },
      { id: 'y', name: 'x' },
    ];

    expect(plansOf('x', { ...CATALOG, plans }).policy.rules[0]?.plans).toEqual(['x']);
  });

  it('an id of an ambiguous name stands for its one', () => {
    expect(plansOf('p-dup2').policy.rules[0]?.plans).toEqual(['p-dup2']);
  });

  it('are remembered with the ids that they stood for, ids are not', () => {
    expect(plansOf('" Full TIME", 12e4').names).toEqual({ 'plan:full time': 'p-full' });
  });

  it('a thing that was renamed keeps its id, with a warning', () => {
    const plans = [{ id: 'p-full', name: 'Resident' }];

    const { policy, warnings, names } = plansOf('Full Time', { ...CATALOG, plans }, { 'plan:full time': 'p-full' });

    expect(policy.rules[0]?.plans).toEqual(['p-full']);
    expect(warnings).toEqual(['plan "Full Time" is now called "Resident"; it is known by its id p-full']);
    expect(names).toEqual({ 'plan:full time': 'p-full' });
  });

  it('a lock and a resource that were renamed keep their ids too', () => {
    const catalog: Catalog = {
      ...CATALOG,
      locks: [{ id: 'l-a', name: 'Salon' }],
      resources: [{ id: 'r-a', name: 'Salon' }],
    };
    const text = ruleOf('    locks: [Meeting Room A]\n    booking: { resource: Meeting Room A }\n');

    const { policy, warnings } = inForce(text, catalog, {
      'lock:meeting room a': 'l-a',
      'resource:meeting room a': 'r-a',
    });

    expect(policy.rules[0]).toMatchObject({ locks: ['l-a'], booking: { resources: [{ id: 'r-a' }] } });
    expect(warnings).toHaveLength(2);
  });

  it('a thing that is gone is not remembered into being', () => {
    expect(resolve(ruleOf('    locks: [all]\n    plans: [Gone]\n'), CATALOG, { 'plan:gone': 'p-gone' })).toEqual([
      { line: 5, column: 13, message: expect.stringContaining('there is no plan "Gone"') },
    ]);
  });

  it('what was remembered for a plan does not stand for a lock', () => {
    const text = ruleOf('    locks: [Full Time]\n    members: all\n');

    expect(Array.isArray(resolve(text, CATALOG, { 'plan:full time': 'p-full' }))).toBe(true);
  });

  it('a name that came to be ambiguous is a mistake, although it was clear once', () => {
    expect(resolve(ruleOf('    locks: [all]\n    plans: [Team]\n'), CATALOG, { 'plan:team': 'p-dup1' })).toEqual([
      { line: 5, column: 13, message: 'plan "Team" is ambiguous: p-dup1, p-dup2 have that name; use an id' },
    ]);
  });
});

describe('resources: all', () => {
  const text = ruleOf('    booking: { resources: all }\n');

  it('warns of every resource without a lock of its name, and of one with several', () => {
    const locks = [
      { id: 'l1', name: 'Meeting Room A' },
      { id: 'l2', name: ' meeting room a' },
    ];

    const { warnings, policy } = inForce(text, { ...CATALOG, locks });

    expect(policy.rules[0]?.booking?.lockOf.size).toBe(0);
    expect(warnings).toEqual([
      'rule "A": several locks are named like the resource "Meeting Room A"',
      'rule "A": no lock is named like the resource "Podcast Booth"',
    ]);
  });
});

describe('a side that has not answered', () => {
  const silent: Catalog = { plans: null, resources: null, locks: null };

  it.each<[string, string, string[]]>([
    ['plans', ruleOf('    locks: [all]\n    plans: [Full Time]\n'), ['plans']],
    ['plans that are left out', ruleOf('    locks: [all]\n    members: all\n    except: [Full Time]\n'), ['plans']],
    ['locks', ruleOf('    locks: [Studio]\n    members: all\n'), ['locks']],
    ['resources', ruleOf('    locks: [all]\n    booking: { resource: r-a }\n'), ['resources']],
    ['resources and locks', ruleOf('    booking: { resources: all }\n'), ['resources', 'locks']],
    [
      'all of them',
      ruleOf('    locks: [Studio]\n    booking: { resource: r-a }\n    plans: [Full Time]\n'),
      ['plans', 'resources', 'locks'],
    ],
  ])('keeps a policy that names %s waiting', (_, text, missing) => {
    expect(resolve(text, silent)).toEqual({ state: 'pending', missing });
  });

  it('does not matter to a policy that names nothing of it', () => {
    expect(inForce(RULE, silent).policy.rules[0]?.locks).toBe('all');
  });

  it('keeps waiting also where a name of the other side is wrong already', () => {
    const text = ruleOf('    locks: [Nowhere]\n    plans: [Full Time]\n');

    expect(resolve(text, { ...CATALOG, plans: null })).toEqual({ state: 'pending', missing: ['plans'] });
  });
});
