import { expect, it } from 'vitest';
import type { Audience, Presence } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import { serve } from '../support/http/rollcall.js';

const rollcall = await serve({ PRESENCE_OFFLINE_DEBOUNCE: '0' });
const { host } = rollcall;

const AUDIENCES: Audience[] = ['EVERYONE', 'FOLLOWERS', 'MUTUALS', 'NOBODY'];

/** How a viewer may stand to a subject, and the audiences that let such a viewer in. */
const RELATIONS: { name: string; allows: Audience[] }[] = [
  { name: 'stranger', allows: ['EVERYONE'] },
  { name: 'follower', allows: ['EVERYONE', 'FOLLOWERS'] },
  { name: 'followed', allows: ['EVERYONE'] },
  { name: 'mutual', allows: ['EVERYONE', 'FOLLOWERS', 'MUTUALS'] },
  { name: 'circle', allows: ['EVERYONE', 'FOLLOWERS', 'MUTUALS'] },
  { name: 'conversation', allows: ['EVERYONE', 'FOLLOWERS'] },
  { name: 'open-conversation', allows: ['EVERYONE'] },
  { name: 'blocked-by-subject', allows: [] },
  { name: 'blocked-by-viewer', allows: [] },
];

async function relate(relation: string, viewer: Person, subjects: Person[]): Promise<void> {
  const from = subjects.map(({ id }) => ({ followerId: viewer.id, followeeId: id }));
  const back = subjects.map(({ id }) => ({ followerId: id, followeeId: viewer.id }));
  const blocked = relation.startsWith('blocked');
  if (['follower', 'mutual'].includes(relation) || blocked) await host.addFollows(from);
  if (['followed', 'mutual'].includes(relation) || blocked) await host.addFollows(back);
  for (const subject of subjects) {
    const members = [viewer.id, subject.id];
    if (relation === 'circle' || blocked) await host.putCircle(rollcall.fresh('circle'), members);
    if (relation === 'conversation' || blocked) await host.putConversation(rollcall.fresh('room'), members);
    if (relation === 'open-conversation') await host.putConversation(rollcall.fresh('open'), members, true);
    if (relation === 'blocked-by-subject') await subject.block(viewer.id);
    if (relation === 'blocked-by-viewer') await viewer.block(subject.id);
  }
}

it('each audience lets in exactly its viewers, for each of the three facets', async () => {
  const viewers = await Promise.all(RELATIONS.map(async ({ name }) => (await rollcall.strangers(name))[0]));
  const subjects = await Promise.all(
    AUDIENCES.map(async (audience) => {
      const [status, lastSeen, activity] = await rollcall.strangers('of-status', 'of-last-seen', 'of-activity');
      await status.updatePrivacy({ status: audience, lastSeen: 'EVERYONE', activity: 'EVERYONE' });
      await lastSeen.updatePrivacy({ status: 'EVERYONE', lastSeen: audience, activity: 'EVERYONE' });
      await activity.updatePrivacy({ status: 'EVERYONE', lastSeen: 'EVERYONE', activity: audience });
      const doing = { activities: [{ type: 'PLAYING', name: 'Go' }], device: 'WEB', sessionId: 's' };
      for (const subject of [status, activity, lastSeen]) await subject.setPresence(doing);
      await lastSeen.endSession('s');
      return { audience, status, lastSeen, activity };
    }),
  );
  const everybody = subjects.flatMap(({ status, lastSeen, activity }) => [status, lastSeen, activity]);
  await Promise.all(RELATIONS.map(({ name }, index) => relate(name, viewers[index] as Person, everybody)));

  const seen: Record<string, unknown> = {};
  const due: Record<string, unknown> = {};
  for (const [index, { name, allows }] of RELATIONS.entries()) {
    const blocked = name.startsWith('blocked');
    const answer = await (viewers[index] as Person).presence(everybody.map(({ id }) => id));
    const of = new Map(answer.map((presence) => [presence.id, presence]));
    for (const { audience, status, lastSeen, activity } of subjects) {
      const allowed = allows.includes(audience);
      const key = `${name} × ${audience}`;
      seen[key] = {
        status: of.get(status.id)?.status,
        activitiesOfAll: of.get(status.id)?.activities.length,
        statusOfOffline: of.get(lastSeen.id)?.status,
        lastSeen: typeof of.get(lastSeen.id)?.lastSeen,
        statusOfLive: of.get(activity.id)?.status,
        activities: of.get(activity.id)?.activities.length,
        devices: of.get(activity.id)?.devices,
      };
      due[key] = {
        status: allowed ? 'ONLINE' : undefined,
        activitiesOfAll: allowed ? 1 : undefined,
        statusOfOffline: blocked ? undefined : 'OFFLINE',
        lastSeen: blocked ? 'undefined' : allowed ? 'string' : 'object',
        statusOfLive: blocked ? undefined : 'ONLINE',
        activities: blocked ? undefined : allowed ? 1 : 0,
        devices: blocked ? undefined : allowed ? ['WEB'] : [],
      };
    }
  }
  expect(seen).toEqual(due);

  const forHost = await host.presence(everybody.map(({ id }) => id));
  expect(forHost).toHaveLength(everybody.length);
  expect(forHost.filter(({ status }) => status === 'ONLINE').every(({ activities }) => activities.length === 1)).toBe(
    true,
  );
  expect(forHost.filter(({ status }) => status === 'OFFLINE').every(({ lastSeen }) => lastSeen !== null)).toBe(true);
});

it('the three facets are for followers by default', async () => {
  const [bob] = await rollcall.strangers('bob');
  expect((await bob.me()).privacy).toEqual({ status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' });
  expect(await bob.updatePrivacy({ activity: 'MUTUALS' })).toMatchObject({ status: 'FOLLOWERS', activity: 'MUTUALS' });
});

it('self always sees everything', async () => {
  const [bob] = await rollcall.strangers('bob');
  await bob.updatePrivacy({ status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' });
  const socket = await bob.connect({ device: 'WEB' });
  await socket.setPresence({ activities: [{ type: 'PLAYING', name: 'Go' }] });
  expect(await bob.userPresence(bob.id)).toMatchObject({
    status: 'ONLINE',
    devices: ['WEB'],
    activities: [{ name: 'Go' }],
  });
});

it('who may not be seen and who does not exist are the same answer, byte for byte', async () => {
  const [alice, hidden, blocker] = await rollcall.strangers('alice', 'hidden', 'blocker');
  const room = rollcall.fresh('room');
  await host.putConversation(room, [hidden.id]);
  await hidden.connect();
  await alice.follow(blocker.id);
  await blocker.block(alice.id);
  const fields = 'id status statusMessage { text } activities { name } devices lastSeen isTyping asOf user { name }';
  /** One after the other: for as long as alice follows she may see. */
  const answers = async (id: string, conversationId: string) => {
    const asked = [];
    for (const [document, variables] of [
      [`query ($id: ID!) { userPresence(userId: $id) { ${fields} } }`, { id }],
      [`query ($id: ID!) { presence(userIds: [$id]) { ${fields} } }`, { id }],
      ['query ($id: ID!) { typing(conversationId: $id) { userId } }', { id: conversationId }],
      ['mutation ($id: ID!) { setTyping(input: { conversationId: $id }) { userId } }', { id: conversationId }],
      ['mutation ($id: ID!) { follow(userId: $id) }', { id }],
      ['mutation ($id: ID!) { unfollow(userId: $id) }', { id }],
      ['mutation ($id: ID!) { block(userId: $id) unblock(userId: $id) }', { id }],
    ] as const) {
      const { status, text, headers } = await alice.ask(document, variables);
      asked.push({ status, text, names: [...headers.keys()].sort() });
    }
    return asked;
  };
  const ofNobody = await answers('nobody-at-all', 'no-such-room');
  expect(ofNobody[0]?.text).toBe('{"data":{"userPresence":null}}');
  expect(ofNobody[1]?.text).toBe('{"data":{"presence":[]}}');
  expect(JSON.parse(ofNobody[2]?.text ?? '').errors[0].extensions.code).toBe('NOT_FOUND');
  expect(await answers(hidden.id, room)).toEqual(ofNobody);
  expect(await answers(blocker.id, room)).toEqual(ofNobody);
});

it('presence answers in the order asked, once a user, without those who may not be seen', async () => {
  const [alice, bob, carol] = await rollcall.friends('alice', 'bob', 'carol');
  const [stranger] = await rollcall.strangers('stranger');
  const answer = await alice.presence([carol.id, 'nobody', bob.id, stranger.id, carol.id, alice.id, bob.id]);
  expect(answer.map(({ id }) => id)).toEqual([carol.id, bob.id, alice.id]);
  expect(await alice.presence([])).toEqual([]);
});

it('a service token sees everybody, and knows whom nobody made', async () => {
  const [bob] = await rollcall.strangers('bob');
  await bob.updatePrivacy({ status: 'NOBODY' });
  await bob.connect({ device: 'WEB' });
  expect(await host.userPresence(bob.id)).toMatchObject({ status: 'ONLINE', devices: ['WEB'] });
  expect(await host.userPresence('nobody-ever')).toBeNull();
});

it('the host’s profile of a user is part of the presence', async () => {
  const [alice] = await rollcall.strangers('alice');
  const id = rollcall.fresh('bob');
  await host.upsertUsers([
    { id, name: 'Bob', avatarUrl: 'https://example.test/bob.png', privacy: { status: 'EVERYONE' } },
  ]);
  const asked = await alice.execute<{ userPresence: Presence }>(
    'query ($id: ID!) { userPresence(userId: $id) { userId user { id name avatarUrl } } }',
    { id },
  );
  expect(asked.userPresence).toEqual({
    userId: id,
    user: { id, name: 'Bob', avatarUrl: 'https://example.test/bob.png' },
  });
});
