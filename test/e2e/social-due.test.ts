/** Which notices the host is told of because nobody looked at them (docs/design.md#social), as the log has it. */
import { expect, it, vi } from 'vitest';
import { type Person, serve } from '../support/http/rollcall.js';
import { socialOf, watchTray } from '../support/http/social.js';
import type { ToldAct } from '../support/unit/socialOracle.js';

const rollcall = await serve({ PUSH_AFTER: '1s', BROADCAST_INTERVAL: '50ms' });
const { host } = rollcall;
const server = socialOf(host);
const SOON = { timeout: 30_000, interval: 50 };

interface Due {
  readonly userId: string;
  readonly noticeId: string;
  readonly position: string;
  readonly unseen: number;
}
const dueOf = ({ id }: Person): Due[] =>
  rollcall.run
    .stdout()
    .split('\n')
    .filter((line) => line.includes('"notice due"'))
    .map((line) => JSON.parse(line) as Due)
    .filter(({ userId }) => userId === id);

const [fan, another] = await rollcall.strangers('fan', 'another');
let made = 0;
const like = (notify: Person, actor: Person = fan): ToldAct => {
  made += 1;
  return { id: `like-${made}`, verb: 'like', actorId: actor.id, objectId: 'post', notify: [notify.id] };
};
/** Waits until all that was due when it was called has been decided. */
const settle = async () => {
  // Those that are due at one instant may be decided in any order, and by two looks.
  for (let turn = 0; turn < 2; turn += 1) {
    const [nobody] = await rollcall.strangers('nobody');
    await server.tell(like(nobody));
    await vi.waitFor(() => expect(dueOf(nobody)).toHaveLength(1), SOON);
  }
};
const revision = async (person: Person) => (await socialOf(person).inbox()).revision;
/** A session with an open tray. */
const sit = async (person: Person) => {
  const socket = await person.connect({ sessionId: 'tab' });
  const tray = watchTray(socket);
  await tray.next();
  return { socket, tray };
};

it('an unread notice is told of once a position, with the badge, and again only when another act comes', async () => {
  const [away, lurker, idle, elsewhere, left] = await rollcall.strangers('away', 'lurker', 'idle', 'elsewhere', 'left');
  await watchTray(await lurker.lurk()).next();
  await (await sit(idle)).socket.heartbeat({ idle: true });
  await elsewhere.connect({ sessionId: 'tab' });
  const { socket } = await sit(left);
  await socket.close();
  const all = [away, lurker, idle, elsewhere, left];
  await server.tell(...all.map((person) => like(person)));
  // Another group: two notices are unread.
  await server.tell({ ...like(away), verb: 'comment' });
  await vi.waitFor(() => {
    expect(dueOf(away)).toHaveLength(2);
    for (const person of all.slice(1, 4)) expect(dueOf(person), person.id).toHaveLength(1);
  }, SOON);
  expect(dueOf(away).map(({ unseen }) => unseen)).toEqual([2, 2]);
  const notices = await socialOf(away).notices();
  expect(
    dueOf(away)
      .map(({ noticeId }) => noticeId)
      .sort(),
  ).toEqual(notices.map(({ id }) => id).sort());

  const again = like(away, another);
  await server.tell(again);
  await vi.waitFor(() => expect(dueOf(away)).toHaveLength(3), SOON);
  // What was told of is taken back, and told again.
  await server.retract(again.id);
  await server.tell(again);
  await settle();
  expect(dueOf(away)).toHaveLength(3);
  // One a notice and position.
  expect(dueOf(away).map(({ position }) => position)).toEqual([
    expect.stringMatching(/^[12]$/),
    expect.stringMatching(/^[12]$/),
    '3',
  ]);
  expect(new Set(dueOf(away).map(({ noticeId, position }) => `${noticeId} ${position}`)).size).toBe(3);
  for (const person of all.slice(1)) expect(dueOf(person), person.id).toHaveLength(1);
});

it('who looks at the tray, is not to be disturbed, or has no such notice any more is not told of', async () => {
  const [busy, looks, reads, takenBack, blocks, mutes, mutesPost, hidden] = await rollcall.strangers(
    'busy',
    'looks',
    'reads',
    'takenBack',
    'blocks',
    'mutes',
    'mutesPost',
    'hidden',
  );
  await busy.setPresence({ status: 'DO_NOT_DISTURB' });
  const { tray } = await sit(looks);
  await hidden.block(fan.id);
  const retracted = like(takenBack);
  await server.tell(...[busy, looks, reads, blocks, mutes, mutesPost, hidden].map((person) => like(person)), retracted);
  await tray.nextWhere(({ inboxChanged }) => inboxChanged.notices.length === 1);
  await Promise.all([
    revision(reads).then((upTo) => socialOf(reads).markRead(upTo)),
    server.retract(retracted.id),
    blocks.block(fan.id),
    socialOf(mutes).mute({ userId: fan.id }),
    socialOf(mutesPost).mute({ objectId: 'post' }),
  ]);
  await settle();
  for (const person of [busy, looks, reads, takenBack, blocks, mutes, mutesPost, hidden]) {
    expect(dueOf(person), person.id).toEqual([]);
  }
});
