/** Two nodes are one service: a change on one is seen on the other (docs/semantics.md). */

import { print } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { MeChangedDocument } from '../generated/operations.js';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';
import type { Me, Presence } from '../support/http/api.js';
import type { Person } from '../support/http/rollcall.js';
import type { SubscriptionIterator } from '../support/http/socket.js';

let cluster: Cluster;
let host: Person;
let made = 0;

beforeAll(async () => {
  cluster = await startCluster();
  host = cluster.host();
  return cluster.stop;
});

const fresh = (name: string) => `${name}-${++made}`;

/** Two users who follow each other, on one node each. */
const friends = async (): Promise<[Person, Person]> => {
  const [ada, ben] = [cluster.person(fresh('ada'), cluster.node(0)), cluster.person(fresh('ben'), cluster.node(1))];
  await host.upsertUsers([{ id: ada.id }, { id: ben.id }]);
  await host.addFollows([
    { followerId: ada.id, followeeId: ben.id },
    { followerId: ben.id, followeeId: ada.id },
  ]);
  return [ada, ben];
};

/** The same user on another node. */
const at = (person: Person, index: number): Person => cluster.person(person.id, cluster.node(index));

const LIMIT_MS = 5_000;

describe('a change on one node is received on the other', () => {
  it('a status, a message and an activity, in either direction', async () => {
    const [ada, ben] = await friends();
    const watches = await Promise.all(
      [
        [ada, ben],
        [ben, ada],
      ].map(async ([viewer, watched]) => {
        const socket = await viewer!.connect({ sessionId: 'tab', device: 'WEB' });
        return { socket, watch: socket.watch([watched!.id]) };
      }),
    );
    for (const { watch } of watches) await watch.nextWhere(({ status }) => status === 'ONLINE');
    for (const [one, other] of [watches, [...watches].reverse()]) {
      await other!.socket.setPresence({
        status: 'DO_NOT_DISTURB',
        statusMessage: { text: 'deep in it' },
        activities: [{ type: 'IN_STUDIO', name: 'Live' }],
      });
      expect(await one!.watch.next(LIMIT_MS)).toMatchObject({
        status: 'DO_NOT_DISTURB',
        statusMessage: { text: 'deep in it' },
        activities: [{ type: 'IN_STUDIO', name: 'Live' }],
        devices: ['WEB'],
      });
    }
  });

  it("what a user's own devices are sent: sessions, idleness, the choice and privacy", async () => {
    const [ada] = await friends();
    const desk = await ada.connect({ sessionId: 'desk', device: 'WEB' });
    const watch = desk.subscribe<{ meChanged: Me }>(print(MeChangedDocument));
    const next = async () => (await watch.next(LIMIT_MS)).meChanged;
    expect(await next()).toMatchObject({ sessions: [{ id: 'desk' }] });
    const phone = await at(ada, 1).connect({ sessionId: 'phone', device: 'WEB' });
    expect(await next()).toMatchObject({ sessions: [{ id: 'desk' }, { id: 'phone', idle: false }] });
    await phone.heartbeat({ idle: true });
    expect(await next()).toMatchObject({ sessions: [{ id: 'desk' }, { id: 'phone', idle: true }] });
    await phone.setPresence({ status: 'INVISIBLE' });
    expect(await next()).toMatchObject({ chosenStatus: 'INVISIBLE', presence: { status: 'INVISIBLE' } });
    await phone.updatePrivacy({ status: 'NOBODY' });
    expect(await next()).toMatchObject({ privacy: { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' } });
    await phone.close();
    expect(await next()).toMatchObject({ sessions: [{ id: 'desk' }] });
  });

  it('typing, and its end', async () => {
    const [ada, ben] = await friends();
    const room = fresh('room');
    await host.putConversation(room, [ada.id, ben.id]);
    const typing = (await ada.connect()).watchTyping(room);
    const socket = await ben.connect();
    await socket.setTyping(room);
    expect(await typing.next(LIMIT_MS)).toMatchObject({ userId: ben.id, isTyping: true });
    expect(await ada.typing(room)).toMatchObject([{ userId: ben.id }]);
    await socket.setTyping(room, false);
    expect(await typing.next(LIMIT_MS)).toMatchObject({ userId: ben.id, isTyping: false });
    await socket.setTyping(room);
    expect(await typing.next(LIMIT_MS)).toMatchObject({ isTyping: true });
    await host.putConversation(room, [ada.id]);
    expect(await typing.next(LIMIT_MS)).toMatchObject({ isTyping: false });
    await expect(socket.setTyping(room)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  const gone = { status: 'OFFLINE', statusMessage: null, activities: [], devices: [], lastSeen: null };

  it('a block by either, and its end', async () => {
    const [ada, ben] = await friends();
    const ofBen = (await ada.connect()).watch([ben.id]);
    const ofAda = (await ben.connect()).watch([ada.id]);
    for (const watch of [ofBen, ofAda]) await watch.nextWhere(({ status }) => status === 'ONLINE');
    for (const blocker of [at(ada, 1), at(ben, 0)]) {
      const blocked = blocker.id === ada.id ? ben : ada;
      await blocker.block(blocked.id);
      for (const watch of [ofBen, ofAda]) expect(await watch.next(LIMIT_MS)).toMatchObject(gone);
      expect(await ada.userPresence(ben.id)).toBeNull();
      expect(await ben.userPresence(ada.id)).toBeNull();
      await blocker.unblock(blocked.id);
      for (const watch of [ofBen, ofAda]) expect(await watch.next(LIMIT_MS)).toMatchObject({ status: 'ONLINE' });
    }
  });

  it('a follow and its end, by the roster too', async () => {
    const [ada, ben] = await friends();
    await ada.unfollow(ben.id);
    await ben.connect();
    const socket = await ada.connect();
    const [byId, roster] = [socket.watch([ben.id]), socket.watch(null)];
    const elsewhere = at(ada, 1);
    for (let round = 0; round < 2; round += 1) {
      await elsewhere.follow(ben.id);
      for (const watch of [byId, roster]) expect(await watch.next(LIMIT_MS)).toMatchObject({ status: 'ONLINE' });
      await elsewhere.unfollow(ben.id);
      for (const watch of [byId, roster]) expect(await watch.next(LIMIT_MS)).toMatchObject(gone);
    }
  });

  it('narrower and wider privacy', async () => {
    const [ada, ben] = await friends();
    await ben.connect({ device: 'DESKTOP' });
    const watch = (await ada.connect()).watch([ben.id]);
    expect(await watch.next(LIMIT_MS)).toMatchObject({ status: 'ONLINE', devices: ['DESKTOP'] });
    await ben.updatePrivacy({ activity: 'NOBODY' });
    expect(await watch.next(LIMIT_MS)).toMatchObject({ status: 'ONLINE', devices: [] });
    await ben.updatePrivacy({ status: 'NOBODY' });
    expect(await watch.next(LIMIT_MS)).toMatchObject(gone);
    await ben.updatePrivacy({ status: 'MUTUALS', activity: 'MUTUALS' });
    expect(await watch.next(LIMIT_MS)).toMatchObject({ status: 'ONLINE', devices: ['DESKTOP'] });
  });

  it('circles and conversations that come and go', async () => {
    const [ada, ben] = await friends();
    await host.removeFollows([{ followerId: ada.id, followeeId: ben.id }]);
    await ben.connect();
    const watch = (await ada.connect()).watch([ben.id]);
    const remote = cluster.host(cluster.node(1));
    const [circle, room] = [fresh('circle'), fresh('room')];
    const steps = [
      [() => remote.putCircle(circle, [ada.id, ben.id]), () => remote.deleteCircle(circle)],
      [() => remote.putConversation(room, [ada.id, ben.id]), () => remote.putConversation(room, [ada.id])],
    ] as const;
    for (const [join, leave] of steps) {
      await join();
      expect(await watch.next(LIMIT_MS)).toMatchObject({ status: 'ONLINE' });
      await leave();
      expect(await watch.next(LIMIT_MS)).toMatchObject(gone);
    }
  });

  it('a deletion: the last event, and the sockets of the deleted user closed on every node', async () => {
    const [ada, ben] = await friends();
    const watch = (await ada.connect()).watch([ben.id]);
    const sockets = [await ben.connect(), await at(ben, 0).connect()];
    await watch.nextWhere(({ status }) => status === 'ONLINE');
    await cluster.host(cluster.node(1)).deleteUser(ben.id);
    expect(await watch.nextWhere(({ status }) => status === 'OFFLINE', LIMIT_MS)).toMatchObject(gone);
    for (const { closed } of sockets) expect((await closed).code).toBe(4403);
    for (const index of [0, 1]) await expect(at(ben, index).me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('a session is one across all nodes', () => {
  /** The last event of the watcher: everything before it has arrived by then. */
  const settle = async (watched: Person, watch: SubscriptionIterator<Presence>) => {
    const text = fresh('mark');
    await watched.say(text);
    await watch.nextWhere(({ statusMessage }) => statusMessage?.text === text);
  };

  it('a reload that comes back on the other node within the grace shows nothing', async () => {
    const [ada, ben] = await friends();
    const tabAt = (index: number) => at(ben, index).connect({ sessionId: 'tab', device: 'WEB' });
    let socket = await tabAt(1);
    await socket.setPresence({ activities: [{ type: 'PLAYING', name: 'Go' }] });
    const [before] = (await ben.me()).sessions;
    const watch = (await ada.connect()).watch([ben.id]);
    await watch.next();
    for (const index of [0, 1, 0]) {
      await (index === 0 ? socket.close() : socket.drop());
      socket = await tabAt(index);
      expect((await ben.me()).sessions).toMatchObject([{ id: 'tab', startedAt: before?.startedAt }]);
    }
    await settle(ben, watch);
    expect(watch.transcript.map(({ status }) => status)).toEqual(['ONLINE', 'ONLINE']);
    expect(watch.transcript.at(-1)?.activities).toMatchObject([{ name: 'Go' }]);
  });

  it('a tab that was duplicated on another node keeps the session alive, and a late close ends nothing', async () => {
    const [ada, ben] = await friends();
    const one = await ben.connect({ sessionId: 'tab' });
    const two = await at(ben, 0).connect({ sessionId: 'tab' });
    const watch = (await ada.connect()).watch([ben.id]);
    await watch.next();
    const [{ startedAt } = { startedAt: '' }] = (await ben.me()).sessions;
    await one.drop();
    const three = await ben.connect({ sessionId: 'tab' });
    await two.drop();
    // Well past the grace of either.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await three.me()).sessions).toMatchObject([{ id: 'tab', startedAt }]);
    await settle(ben, watch);
    expect(watch.transcript.map(({ status }) => status)).toEqual(['ONLINE', 'ONLINE']);
    await three.close();
    expect(await watch.next()).toMatchObject({ status: 'OFFLINE' });
  });

  it('a session that another node holds is ended at once; its connection stays as a watcher', async () => {
    const [ada, ben] = await friends();
    const held = await at(ben, 0).connect({ sessionId: 'tab' });
    const ownWatch = held.watch([ada.id]);
    const watch = (await ada.connect()).watch([ben.id]);
    await ownWatch.nextWhere(({ status }) => status === 'ONLINE');
    await watch.nextWhere(({ status }) => status === 'ONLINE');
    expect(await ben.endSession('tab')).toBe(true);
    expect(await watch.next()).toMatchObject({ status: 'OFFLINE' });
    await ada.say('still there?');
    expect(await ownWatch.next()).toMatchObject({ statusMessage: { text: 'still there?' } });
    expect((await held.me()).sessions).toEqual([]);
    expect(await ben.endSession('tab')).toBe(false);
  });

  it('of 21 sessions over both nodes the oldest is replaced, without a blip', async () => {
    const [ada, ben] = await friends();
    const watch = (await ada.connect()).watch([ben.id]);
    await watch.next();
    const sockets = [];
    for (let n = 0; n < 21; n += 1) sockets.push(await at(ben, n % 2).connect({ sessionId: `s${n}` }));
    const ids = (await ben.me()).sessions.map(({ id }) => id);
    expect(ids).toHaveLength(20);
    expect(ids).not.toContain('s0');
    expect(ids).toContain('s20');
    const replaced = sockets[0]!.watch([ada.id]);
    expect(await replaced.next()).toMatchObject({ status: 'ONLINE' });
    await settle(ben, watch);
    expect(watch.transcript.map(({ status }) => status)).toEqual(['OFFLINE', 'ONLINE', 'ONLINE']);
  });
});
