// What the pages say and do, over HTTP, of a real relay between simulated sides.
import { describe, expect, it } from 'vitest';
import { openDesk } from './desk.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'';

async function openSpace() {
  const desk = await openDesk();
  const { cobot, plan } = desk.world;
  const ada = cobot.addMember({ name: 'Ada', plan });
  cobot.addMember({ name: HOSTILE, email: 'hostile@example.com', plan });
  await desk.sweep();
  await desk.signIn();
  return { ...desk, ada };
}

describe('a relay that is new', () => {
  it('says what comes next', async () => {
    const desk = await openDesk();
    await desk.signIn();

    const today = (await desk.get('/admin')).text;

    expect(today).toContain('Setting up: the next step');
    expect(today).toContain('relay doctor');
    for (const path of [
      '/admin/people',
      '/admin/doors',
      '/admin/holds',
      '/admin/policy',
      '/admin/events',
      '/admin/audit',
    ])
      expect((await desk.get(path)).status).toBe(200);
  });

  it('says in words what it waits for while Cobot is down', async () => {
    const desk = await openDesk();
    await desk.world.cobot.down();
    await desk.world.lock.down();
    await desk.signIn();

    const { status, text } = await desk.get('/admin/people');

    expect(status).toBe(503);
    expect(text).toContain('What to do');
    expect((await desk.get('/admin')).status).toBe(200);
    await desk.world.cobot.up();
    await desk.world.lock.up();
  });
});

describe('people', () => {
  it('are shown with every door, and found by a part of their name', async () => {
    const desk = await openSpace();

    const all = (await desk.get('/admin/people')).text;
    const found = (await desk.get('/admin/people?find=ada')).text;

    expect(all).toContain('2 people');
    expect(all).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(all).not.toContain('<img');
    expect(found).toContain('1 person');
    expect(found).toContain('Front door');
  });

  it('are asked about at another moment in words', async () => {
    const desk = await openSpace();

    expect((await desk.get('/admin/people?at=tomorrow 07:45')).text).toContain('tomorrow 07:45');
    const wrong = await desk.get('/admin/people?at=never');
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('&quot;never&quot; is no time');
  });

  it('each have a page with the chain of reasons; nobody has one who is not known', async () => {
    const desk = await openSpace();

    const { text } = await desk.get(`/admin/people/${desk.ada.id}`);
    expect(text).toContain('Every active member may open every lock: plan &quot;Full Time&quot;');
    expect(text).toContain('Lock system agrees');
    expect((await desk.get('/admin/people/nobody')).status).toBe(404);
  });

  it('are looked at again when somebody asks, which stands in the audit', async () => {
    const desk = await openSpace();
    desk.world.cobot.cancel(desk.ada, '2020-01-01');
    const token = await desk.tokenOn(`/admin/people/${desk.ada.id}`);

    const done = await desk.post(`/admin/people/${desk.ada.id}/sync`, { token });

    expect(done.status).toBe(303);
    expect((await desk.get('/admin')).text).toContain('Looked at again, and ');
    expect(desk.world.lock.opens('ada@example.com')).toEqual([]);
    const csv = (await desk.get('/admin/audit.csv')).text;
    expect(csv).toMatch(/"sync","Ada".*"looked at again, since the operator asked for it","operator"/);
    expect(csv).toMatch(/"remove","Ada".*"operator"/);
  });
});

describe('a message of what was done', () => {
  it('is shown once', async () => {
    const desk = await openSpace();
    const token = await desk.tokenOn('/admin');
    await desk.post(`/admin/people/${desk.ada.id}/sync`, { token });

    expect((await desk.get('/admin')).text).toContain('Looked at again:');
    expect((await desk.get('/admin')).text).not.toContain('Looked at again:');
  });
});

describe('the policy', () => {
  it('that is tried changes nothing, and says what it would change', async () => {
    const desk = await openSpace();
    const token = await desk.tokenOn('/admin/policy');
    const text = 'version: 1\r\nrules:\r\n  - name: Studio alone\r\n    locks: [Studio]\r\n    members: all\r\n';

    const answer = (await desk.post('/admin/policy/preview', { token, text })).text;

    expect(answer).toContain('Nothing was saved');
    expect(answer).toMatch(/Lose<\/span><span>Front door: 2 people|Held<\/span><span>Front door: 2 people/);
    expect(desk.world.lock.opens('ada@example.com')).toContain('Front door');
    expect((await desk.get('/admin/policy')).text).toContain('every active member may open every lock');
  });

  it('with mistakes has each of them under its line', async () => {
    const desk = await openSpace();
    const token = await desk.tokenOn('/admin/policy');

    const answer = await desk.post('/admin/policy/preview', { token, text: 'version: 1\nrules:\n  - nme: <b>\n' });

    expect(answer.text).toMatch(/<span class="wrong"> {2}- nme: &lt;b&gt;<em>Line 3, column \d+: /);
  });
});

describe('holds', () => {
  it('that nobody knows are told so', async () => {
    const desk = await openSpace();
    const token = await desk.tokenOn('/admin');

    const { status, text } = await desk.post('/admin/holds/decide', { token, hold: 'h1', decision: 'approve all' });

    expect(status).toBe(404);
    expect(text).toContain('No hold h1 waits');
  });

  it('are decided about only where lines are ticked, unless all are meant', async () => {
    const desk = await openSpace();
    const token = await desk.tokenOn('/admin');

    const { status, text } = await desk.post('/admin/holds/decide', { token, hold: 'h1', decision: 'review ticked' });

    expect(status).toBe(400);
    expect(text).toContain('Nothing was ticked');
  });
});

describe('a dead job', () => {
  it('that is not there cannot be tried again', async () => {
    const desk = await openSpace();
    const token = await desk.tokenOn('/admin/events');

    expect((await desk.post('/admin/jobs/redrive', { token, job: '4711' })).status).toBe(404);
  });
});

describe('the audit', () => {
  it('comes as a file with every field a text', async () => {
    const desk = await openDesk();
    const { cobot, plan } = desk.world;
    cobot.addMember({ name: '=HYPERLINK("http://evil.example.com")', email: 'eve@example.com', plan });
    await desk.sweep();
    await desk.signIn();

    const { headers, text } = await desk.get('/admin/audit.csv?since=7d');

    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toBe('attachment; filename="audit.csv"');
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example.com"")"`);
    expect(text).not.toMatch(/(^|,)"=/m);
  });

  it('is filtered by member and door', async () => {
    const desk = await openSpace();

    const { text } = await desk.get('/admin/audit.csv?member=ada@example.com&lock=Studio');

    const lines = text.trim().split('\r\n').slice(1);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !line.includes('"Ada"') || !line.includes('"Studio"'))).toEqual([]);
  });
});
