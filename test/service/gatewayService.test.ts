import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import { createGatewayService } from '../../src/service/gatewayService.js';
import { timings } from '../support/unit/builders.js';
import { setUpPresence, user } from './serviceUnderTest.js';

const { heartbeatTimeoutMs, graceMs } = timings();

const setUp = ({ store: wrap = (store: LiveStore) => store } = {}) => {
  const under = setUpPresence();
  const { presence } = under;
  const ensured: string[] = [];
  const gateways = createGatewayService({
    records: presence.records,
    store: wrap(under.store),
    people: {
      async ensure(userId) {
        ensured.push(userId);
        const exists = await under.people.people.ensure(userId);
        if (exists && !under.journal.rows.has(userId))
          under.journal.rows.set(userId, { generation: 1, persisted: null });
        return exists;
      },
    },
    presence,
    timings: timings(),
  });
  const of = (userId: string, connectionId = 'socket-1') => ({ userId, connectionId });
  const sessionsOf = async (userId: string) =>
    [...(await under.store.read([userId])).records.values()].flatMap(({ sessions }) => sessions);
  return { ...under, ensured, gateways, of, sessionsOf, wait: under.wait, at: () => under.now };
};

describe('a connection of a gateway', () => {
  it('opens, lives by heartbeats, and closes', async () => {
    const { gateways, of, sessionsOf, wait } = setUp();
    expect(await gateways.opened({ ...of('ana'), sessionId: 'app', device: 'MOBILE' })).toBe(true);
    for (let time = 0; time < 3; time += 1) {
      await wait(heartbeatTimeoutMs - 1);
      expect(await gateways.heartbeat(of('ana'))).toBe(true);
    }
    expect(await sessionsOf('ana')).toMatchObject([{ id: 'app', device: 'MOBILE' }]);
    expect(await gateways.closed(of('ana'))).toBe(true);
    await wait(graceMs);
    expect(await sessionsOf('ana')).toEqual([]);
  });

  it('is opened by a heartbeat of which nobody knows', async () => {
    const { gateways, of, sessionsOf } = setUp();
    expect(await gateways.heartbeat({ ...of('ana'), idle: true })).toBe(true);
    expect(await sessionsOf('ana')).toMatchObject([{ id: 'socket-1', reportedIdle: true }]);
  });

  it('of a user of whom nobody knows is opened too, and the user is named', async () => {
    const { gateways, of, sessionsOf, ensured } = setUp();
    expect(await gateways.heartbeat(of('eve'))).toBe(true);
    expect(ensured).toEqual(['eve']);
    expect(await sessionsOf('eve')).toMatchObject([{ id: 'socket-1' }]);
  });

  it('does not look for its user with every heartbeat', async () => {
    const { gateways, of, ensured } = setUp();
    await gateways.opened(of('ana'));
    for (let time = 0; time < 3; time += 1) expect(await gateways.heartbeat(of('ana'))).toBe(true);
    expect(ensured).toEqual(['ana']);
  });

  it('stays closed for as long as a heartbeat could be missing, and while heartbeats come', async () => {
    const { gateways, of, sessionsOf, wait } = setUp();
    expect(await gateways.closed(of('ana'))).toBe(false);
    for (let time = 0; time < 3; time += 1) {
      await wait(heartbeatTimeoutMs - 1);
      expect(await gateways.heartbeat(of('ana'))).toBe(false);
      expect(await gateways.opened(of('ana'))).toBe(false);
    }
    expect(await sessionsOf('ana')).toEqual([]);
    await wait(heartbeatTimeoutMs);
    expect(await gateways.heartbeat(of('ana'))).toBe(true);
  });

  it('is closed again where another node closed it while this one opened it', async () => {
    const { gateways, of, sessionsOf, store } = setUp({
      // The other node's close comes between the first look and the commit.
      store: (inner) => {
        let looks = 0;
        return {
          ...inner,
          async isClosed(userId, name) {
            looks += 1;
            return looks > 1 && inner.isClosed(userId, name);
          },
        };
      },
    });
    await store.rememberClosed('ana', 'gateway:socket-1', heartbeatTimeoutMs);
    expect(await gateways.opened(of('ana'))).toBe(false);
    expect(await sessionsOf('ana')).toMatchObject([{ gateways: [], leaseUntil: null }]);
  });

  it('that opened too long ago opens nothing', async () => {
    const { gateways, of, sessionsOf, at } = setUp();
    expect(await gateways.opened({ ...of('ana'), at: at() - heartbeatTimeoutMs - 1 })).toBe(false);
    expect(await sessionsOf('ana')).toEqual([]);
    expect(await gateways.opened({ ...of('ana'), at: at() - heartbeatTimeoutMs })).toBe(true);
  });

  it('whose session its user ended is not opened, also when the record is long gone', async () => {
    const { gateways, of, sessionsOf, store, presence, drain } = setUp();
    await gateways.opened({ ...of('ana'), sessionId: 'app' });
    const before = (await store.read(['ana'])).records.get('ana')!;
    await presence.endSession(user('ana'), 'app');
    await gateways.committed(before, (await store.read(['ana'])).records.get('ana')!);
    await drain();
    expect(await gateways.heartbeat(of('ana'))).toBe(false);
    expect(await sessionsOf('ana')).toEqual([]);
  });

  it('of a user who was deleted is refused', async () => {
    const { gateways, of, people, journal } = setUp();
    await people.people.deleteUser('bo');
    journal.rows.delete('bo');
    await expect(gateways.opened(of('bo'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(gateways.heartbeat(of('bo'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(['', 'x'.repeat(129), 'a\nb'])('has ids as the API takes them, not %j', async (id) => {
    const { gateways, of } = setUp();
    const refused = { code: 'BAD_USER_INPUT' };
    await expect(gateways.opened(of(id))).rejects.toMatchObject(refused);
    await expect(gateways.opened(of('ana', id))).rejects.toMatchObject(refused);
    await expect(gateways.opened({ ...of('ana'), sessionId: id })).rejects.toMatchObject(refused);
    for (const verb of ['closed', 'heartbeat'] as const) {
      await expect(gateways[verb](of(id))).rejects.toMatchObject(refused);
      await expect(gateways[verb](of('ana', id))).rejects.toMatchObject(refused);
    }
    for (const verb of ['voiceStarted', 'voiceEnded'] as const) {
      await expect(gateways[verb]({ userId: id, sessionId: 'call' })).rejects.toMatchObject(refused);
      if (id !== '') await expect(gateways[verb]({ userId: 'ana', sessionId: id })).rejects.toMatchObject(refused);
    }
  });
});

describe('messages of one connection', () => {
  it('lead to the same in any order, and repeated', async () => {
    const kinds = fc.array(fc.constantFrom('opened', 'heartbeat', 'closed'), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(kinds, fc.boolean(), async (told, isEnded) => {
        const { gateways, of, sessionsOf, wait, presence } = setUp();
        for (const kind of told) await gateways[kind](of('ana'));
        const lives = !told.includes('closed');
        if (isEnded && lives) await presence.endSession(user('ana'), 'socket-1');
        await wait(graceMs);
        expect(await sessionsOf('ana')).toHaveLength(lives && !isEnded ? 1 : 0);
        await wait(heartbeatTimeoutMs);
        expect(await sessionsOf('ana')).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a voice session', () => {
  it('is an activity of its user until it ends', async () => {
    const { gateways, presence, connect } = setUp();
    await connect('ana');
    const activities = async () => (await presence.me(user('ana'))).presence.activities;
    expect(await gateways.voiceStarted({ userId: 'ana', sessionId: 'call', name: 'Lobby' })).toBe(true);
    expect(await gateways.voiceStarted({ userId: 'ana', sessionId: 'other' })).toBe(true);
    expect((await activities()).map(({ type, name }) => [type, name])).toEqual(
      expect.arrayContaining([
        ['IN_CALL', 'Lobby'],
        ['IN_CALL', 'Call'],
      ]),
    );
    await gateways.voiceEnded({ userId: 'ana', sessionId: 'call' });
    expect(await activities()).toMatchObject([{ name: 'Call' }]);
    expect(await gateways.voiceStarted({ userId: 'ana', sessionId: 'call' })).toBe(false);
    expect(await activities()).toHaveLength(1);
  });

  it('that another node ends meanwhile ends', async () => {
    const { gateways, presence, connect, store } = setUp({
      store: (inner) => {
        let looks = 0;
        return { ...inner, isClosed: async (userId, name) => ++looks > 1 && inner.isClosed(userId, name) };
      },
    });
    await connect('ana');
    await store.rememberClosed('ana', 'voice:call', heartbeatTimeoutMs);
    expect(await gateways.voiceStarted({ userId: 'ana', sessionId: 'call' })).toBe(false);
    expect((await presence.me(user('ana'))).presence.activities).toEqual([]);
  });
});
