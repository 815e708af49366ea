// The other part of the demo: webhooks get lost, Cobot is down, the relay is killed, a stranger forges an opening. Nobody
// loses anything by it, and nothing is done twice.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Cast, DOORS, foreignNow, lockUserOf, opens } from './cast.ts';
import { localDay } from './daytime.ts';
import { calm, openDoor, type Play } from './morning.ts';
import { until } from './until.ts';

const COMMAND_LINE = new URL('../main.ts', import.meta.url).pathname;
const PATIENCE = 30_000;

export async function playTrouble(play: Play): Promise<void> {
  await lostWebhooks(play);
  await cobotDown(play);
  await killed(play);
  await forged(play);
  await inTheEnd(play);
}

export async function lostWebhooks(play: Play): Promise<void> {
  const { stage, cast, show, clock, zone } = play;
  const { cobot } = stage;
  const { jonas } = cast.members;
  await show.scene('What a lost webhook did not tell, the sweep finds', async () => {
    const mia = cast.addMember('Mia');
    await show.tell('Mia', 'is confirmed, and the webhook gets lost');
    cobot.cancel(jonas, localDay(clock.now(), zone, -1));
    await show.tell('Jonas', 'has left, and the webhook gets lost');
    await show.verify('so Mia stands before shut doors', () => opens(stage, mia), []);
    await show.tell('front desk', 'runs "relay sync"; the relay does the same by itself every 15 minutes');
    await show.verify('the command ends well', () => relaySync(play), 0);
    await show.verify('Mia may open Front door and Workshop', () => opens(stage, mia), DOORS);
    await show.verify('Jonas may open nothing', () => opens(stage, jonas), []);
  });
}

/** As a person would run it; it asks the running relay. Resolves with the exit code. */
async function relaySync({ stage: { relay } }: Play): Promise<number | null> {
  const command = spawn(process.execPath, [COMMAND_LINE, 'sync', '--yes'], { ...relay.surroundings, stdio: 'ignore' });
  const [code] = await once(command, 'exit');
  return code;
}

async function cobotDown(play: Play): Promise<void> {
  const { stage, cast, show } = play;
  const { cobot } = stage;
  const { lena } = cast.members;
  await show.scene('While Cobot is down nothing is lost, and nobody loses access', async () => {
    const noah = cast.addMember('Noah', { confirmed: false });
    const before = whoOpensWhat(play);
    await show.tell('Cobot', 'goes down, with two webhooks still on their way');
    await cobot.down();
    const sent = await cobot.emit('confirmed_membership', cobot.confirm(noah));
    await show.verify(
      'the webhook about Noah is stored and acknowledged',
      () => sent.map(({ attempts }) => attempts.at(-1)?.status),
      [204],
    );
    const told = await openDoor(play, lena, cast.front);
    await show.verify('so is the one about Lena and the door', () => told, 204);
    const met = await until(
      () => stage.relay.log().includes('cobot_network') || stage.relay.log().includes('a job failed'),
      Boolean,
      { clock: play.clock, ms: PATIENCE },
    );
    await show.verify('the relay has met the silence and goes on trying', () => met, true);
    await show.verify('all doors are as they were', () => whoOpensWhat(play), before);
    await show.tell('Cobot', 'is back');
    await cobot.up();
    await show.verify('Noah may open Front door and Workshop', () => opens(stage, noah), DOORS);
    await show.verify('Lena is checked in, once', () => cobot.checkInsOf(lena).length, 1);
  });
}

async function killed(play: Play): Promise<void> {
  const { stage, cast, show } = play;
  const { cobot, relay } = stage;
  const { ida, ada } = cast.members;
  await show.scene('kill -9 in the middle of a check-in: nothing is lost, nothing is done twice', async () => {
    const slow = cobot.sabotage('POST /api/check_ins', { kind: 'hang', when: 'after' });
    const mute = cobot.sabotage('GET /api/memberships/:id', { kind: 'hang' });
    await openDoor(play, ida, cast.front);
    await show.verify('Cobot spends one of her two passes, and its answer hangs', () => spent(play), 1);
    const otto = cast.addMember('Otto');
    const sent = await cobot.emit('confirmed_membership', cobot.body(otto));
    await show.verify(
      'a webhook about Otto is acknowledged',
      () => sent.map(({ attempts }) => attempts.at(-1)?.status),
      [204],
    );
    await show.tell('somebody', 'pulls the plug of the relay (kill -9)');
    await relay.kill();
    slow.lift();
    mute.lift();
    const heard = await openDoor(play, ada, cast.workshop);
    await show.verify('nobody hears of it', () => heard, null);
    await show.tell('front desk', 'starts the relay again');
    await relay.start();
    await show.verify('Otto may open Front door and Workshop', () => opens(stage, otto), DOORS);
    await calm(play);
    await show.verify('Ida has one check-in', () => cobot.checkInsOf(ida).length, 1);
    await show.verify('and spent one pass', () => spent(play), 1);
    await show.verify(
      'the opening that nobody heard of was found in the list of the lock system',
      () => relay.log().includes('openings whose webhook never came were found'),
      true,
    );
  });
}

const spent = ({ stage: { cobot }, cast }: Play) =>
  cobot.passesOf(cast.members.ida).filter(({ usedAt }) => usedAt !== null).length;

async function forged({ stage, cast, show }: Play): Promise<void> {
  const { cobot, locks, relay, lockOpenUrl } = stage;
  const { ada, greta } = cast.members;
  const guessedUrl = `${relay.url}/lock_open?key=a-key-that-somebody-guessed`;
  await show.scene('Forged webhooks are refused and do nothing', async () => {
    const copy = JSON.stringify(locks.deliveries.at(-1)?.body).replaceAll(
      lockUserOf(stage, ada).id,
      lockUserOf(stage, greta).id,
    );
    const post = async (url: string) => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers, body: copy })).status;
    };
    await show.tell('a stranger', 'says that Greta has opened the Front door');
    const guessed = await post(guessedUrl);
    await show.verify('with a guessed key: refused with 401', () => guessed, 401);
    const replayed = await locks.redeliverLast({ deliverTo: guessedUrl });
    const status = replayed?.attempts.at(-1)?.status;
    await show.verify('even with the signature of a real one: refused with 401', () => status, 401);
    const unsigned = await post(lockOpenUrl);
    await show.verify('with the right key, but without the signature: refused with 401', () => unsigned, 401);
    await show.verify('Greta is not checked in', () => cobot.checkInsOf(greta).length, 0);
  });
}

async function inTheEnd(play: Play): Promise<void> {
  const { stage, cast, show } = play;
  const { cobot, locks } = stage;
  await show.scene('Lock users and grants of others are exactly as they were', async () => {
    await show.verify(
      'the cleaner, Greta, and what was given to them by hand',
      () => foreignNow(stage, cast),
      cast.foreign,
    );
    await show.verify('the cleaner may open the Front door', () => locks.opens('cleaner@example.com'), ['Front door']);
  });
  await show.scene('In the end everybody has exactly the doors that are theirs, and one check-in at most', async () => {
    await calm(play);
    await show.verify('who may open both doors', () => whoOpensWhat(play), expectedInTheEnd(cast));
    await show.verify(
      'who is checked in, and how often',
      () => tally(cobot.checkIns.values().map(({ memberId }) => cobot.members.get(memberId)?.name ?? memberId)),
      { Ada: 1, Ben: 1, Ida: 1, Lena: 1 },
    );
    await show.verify(
      'day passes that were spent',
      () =>
        cobot.passes
          .values()
          .filter(({ usedAt }) => usedAt !== null)
          .toArray().length,
      2,
    );
    await show.verify(
      'nobody is in the lock system twice',
      () => Object.values(tally(locks.people().map(({ email }) => email))).every((count) => count === 1),
      true,
    );
  });
}

const LEFT = ['Chloe', 'Jonas'];
const CAME = ['Mia', 'Noah', 'Otto'];

function expectedInTheEnd({ members }: Cast): Record<string, string[]> {
  const names = [...Object.values(members).map(({ name }) => name), ...CAME, ...LEFT].toSorted();
  return Object.fromEntries(names.map((name) => [name, LEFT.includes(name) ? [] : DOORS]));
}

function whoOpensWhat({ stage }: Pick<Play, 'stage'>): Record<string, string[]> {
  const members = [...stage.cobot.members.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  return Object.fromEntries(members.map((member) => [member.name, opens(stage, member)]));
}

function tally(names: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
