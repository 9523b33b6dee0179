/**
 * A user who is deleted is gone on every node, and one who is named again is another generation: nothing of the old
 * one lands (docs/semantics.md, "Signing in").
 */
import { beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster/cluster.js';

/** The design says a second; the machine may be busy. */
const LIMIT_MS = 8_000;
const ROUNDS = 5;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  return cluster.stop;
});

it('a user who is deleted while live on two nodes, with a journal write pending, and named again: nothing old returns', async () => {
  const host = cluster.host();
  const ada = cluster.person('ada');
  await host.upsertUsers([{ id: 'ada' }]);
  const watcher = await ada.connect();

  for (let round = 0; round < ROUNDS; round += 1) {
    const id = `ben-${round}`;
    const bens = cluster.nodes.map((node) => cluster.person(id, node));
    const [here, there] = bens as [(typeof bens)[0], (typeof bens)[0]];
    await host.upsertUsers([{ id, name: 'Ben', privacy: { status: 'EVERYONE', activity: 'EVERYONE' } }]);
    await host.addFollows([
      { followerId: 'ada', followeeId: id },
      { followerId: id, followeeId: 'ada' },
    ]);
    await host.putCircle(`circle-${round}`, ['ada', id]);
    await host.putConversation(`room-${round}`, ['ada', id]);
    const watch = watcher.watch([id]);
    const sockets = [await here.connect({ sessionId: 'a' }), await there.connect({ sessionId: 'b' })];
    await here.heartbeat({ sessionId: 'phone', device: 'MOBILE' });
    await watch.nextWhere(({ devices }) => devices.includes('MOBILE'));
    await sockets[0]!.setTyping(`room-${round}`);

    // On its way to the journal, as are the changes made while the deletion is under way.
    await there.setPresence({ status: round % 2 === 0 ? 'AWAY' : 'INVISIBLE', statusMessage: { text: 'old' } });
    const late = bens.flatMap((ben) => [
      ben.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'old' } }),
      ben.heartbeat({ sessionId: 'late' }),
      ben.follow('ada'),
    ]);
    const deletedAt = Date.now();
    await cluster.host(cluster.node(round % 2)).deleteUser(id);
    const last = watch.nextWhere(({ status, asOf }) => status === 'OFFLINE' && Date.parse(asOf) >= deletedAt, LIMIT_MS);
    if (round % 2 === 0) expect(await last).toMatchObject({ statusMessage: null, devices: [], lastSeen: null });
    else last.catch(() => {});
    for (const { closed } of sockets) expect((await closed).code).toBe(4403);
    expect(Date.now() - deletedAt).toBeLessThanOrEqual(LIMIT_MS);
    await Promise.allSettled(late);
    for (const ben of bens) {
      await expect(ben.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await expect(ben.connect()).rejects.toMatchObject({ code: 4403 });
    }

    // At once in one round, after the write-behind had its chance in the other.
    if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 2_000));
    await host.upsertUsers([{ id }]);
    const seen = await host.userPresence(id);
    expect(seen).toMatchObject({ status: 'OFFLINE', statusMessage: null, activities: [], devices: [], lastSeen: null });
    for (const ben of bens) {
      const me = await ben.me();
      expect(me).toMatchObject({ chosenStatus: 'ONLINE', sessions: [] });
      expect(me.presence).toMatchObject({ status: 'OFFLINE', statusMessage: null, lastSeen: null });
      expect(me.privacy).toEqual({ status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' });
      expect((await ben.roster()).edges).toEqual([]);
      await expect(ben.typing(`room-${round}`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await ada.userPresence(id)).toBeNull();
    expect(await ada.typing(`room-${round}`)).toEqual([]);

    // The new user has a state of its own.
    await ada.follow(id);
    await there.connect({ sessionId: 'a' });
    expect(await watch.nextWhere(({ status }) => status === 'ONLINE')).toMatchObject({ statusMessage: null });
    watch.stop();
  }
}, 120_000);
