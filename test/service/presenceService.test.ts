import { describe, expect, it } from 'vitest';
import { cursorOf } from '../../src/presence/rosterOrder.js';
import type { Caller } from '../../src/service/contract.js';
import { heartbeatSeconds } from '../../src/service/presenceService.js';
import { activity, durable, message, NOON, timings } from '../support/unit/builders.js';
import { host, setUpPresence, user } from './serviceUnderTest.js';

const MINUTE = 60_000;
const ana = user('ana');

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('who may', () => {
  it('have a presence: users, and not the host', async () => {
    const { presence, limits, journal } = setUpPresence();
    for (const refused of [
      presence.setPresence(host, { status: 'AWAY' }),
      presence.heartbeat(host, { idle: false }),
      presence.endSession(host, 'tab'),
      presence.me(host),
      presence.setTyping(host, { conversationId: 'room', isTyping: true }),
    ]) {
      await expect(refused).rejects.toEqual(code('FORBIDDEN'));
    }
    expect([limits.taken, journal.reads]).toEqual([[], []]);
  });

  it('see everybody, and put activities: the host, and not users', async () => {
    const { presence } = setUpPresence();
    await expect(presence.online(ana.viewer, { first: 10, after: null })).rejects.toEqual(code('FORBIDDEN'));
    await expect(presence.putActivity(ana.viewer, 'ana', 'calls', [])).rejects.toEqual(code('FORBIDDEN'));
  });

  it('be live: users who are known', async () => {
    const { presence, store } = setUpPresence();
    const ghost = user('ghost');
    for (const refused of [
      presence.connect({ userId: 'ghost', connectionId: 'n/1', sessionId: null, device: null }),
      presence.setPresence(ghost, { status: 'AWAY' }),
      presence.heartbeat(ghost, { idle: false }),
      presence.me(ghost),
      presence.putActivity(host.viewer, 'ghost', 'calls', [activity()]),
    ]) {
      await expect(refused).rejects.toEqual(code('NOT_FOUND'));
    }
    expect((await store.read(['ghost'])).records.size).toBe(0);
  });
});

describe('bad input', () => {
  const cases: readonly [string, (presence: ReturnType<typeof setUpPresence>['presence']) => Promise<unknown>][] = [
    ['connect', (p) => p.connect({ userId: 'ana', connectionId: 'n/1', sessionId: '', device: null })],
    ['setPresence: session', (p) => p.setPresence(ana, { sessionId: 'x'.repeat(129) })],
    ['setPresence: message', (p) => p.setPresence(ana, { statusMessage: message({ text: 'x'.repeat(256) }) })],
    ['setPresence: past', (p) => p.setPresence(ana, { statusMessage: message({ expiresAt: NOON }) })],
    ['setPresence: activities', (p) => p.setPresence(ana, { activities: Array(6).fill(activity()) })],
    ['setPresence: hiding', (p) => p.setPresence(ana, { status: 'INVISIBLE', activities: [activity({ name: '' })] })],
    ['heartbeat', (p) => p.heartbeat(ana, { idle: false, sessionId: 'a\u0000' })],
    ['endSession', (p) => p.endSession(ana, '')],
    ['setTyping', (p) => p.setTyping(ana, { conversationId: '', isTyping: true })],
    ['setTyping: session', (p) => p.setTyping(ana, { conversationId: 'room', isTyping: true, sessionId: '' })],
    ['typing', (p) => p.typing(ana.viewer, '\u202e')],
    ['presenceOf', (p) => p.presenceOf(ana.viewer, Array(1_001).fill('bo'))],
    ['userPresence', (p) => p.userPresence(ana.viewer, '')],
    ['roster: first', (p) => p.roster(ana.viewer, { first: 501, after: null, statuses: null })],
    ['roster: after', (p) => p.roster(ana.viewer, { first: 1, after: 'what', statuses: null })],
    ['online: first', (p) => p.online(host.viewer, { first: 0, after: null })],
    ['online: after', (p) => p.online(host.viewer, { first: 1, after: '' })],
    ['putActivity', (p) => p.putActivity(host.viewer, 'ana', '', [activity()])],
    ['putActivity: activities', (p) => p.putActivity(host.viewer, 'ana', 'calls', [activity({ expiresAt: 1 })])],
  ];
  it.each(cases)('of %s is BAD_USER_INPUT, takes from no allowance and changes nothing', async (_, call) => {
    const { presence, store, limits } = setUpPresence();
    await expect(call(presence)).rejects.toEqual(code('BAD_USER_INPUT'));
    expect(limits.taken).toEqual([]);
    expect((await store.read(['ana'])).records.size).toBe(0);
  });
});

describe('allowances', () => {
  it('are taken from a kind each; hiding takes from none, and another choice while hidden is a mutation', async () => {
    const { presence, limits, people } = setUpPresence();
    people.conversations.set('room', { open: false, members: ['ana'] });
    await presence.setPresence(ana, { status: 'AWAY' });
    await presence.heartbeat(ana, { idle: false });
    await presence.endSession(ana, 'tab');
    await presence.setTyping(ana, { conversationId: 'room', isTyping: true });
    await presence.setPresence(ana, { status: 'INVISIBLE' });
    const before = ['presence of ana', 'mutation of ana', 'mutation of ana', 'typing of ana'];
    expect(limits.taken).toEqual(before);
    await presence.setPresence(ana, { status: 'OFFLINE' });
    expect(limits.taken).toEqual([...before, 'mutation of ana']);
  });

  it('are taken by hiding with anything beside it', async () => {
    const { presence, limits } = setUpPresence();
    const contents = [
      { statusMessage: message() },
      { statusMessage: null },
      { activities: [] },
      { device: 'WEB' as const },
    ];
    for (const content of contents) await presence.setPresence(ana, { status: 'INVISIBLE', ...content });
    expect(limits.taken).toEqual(contents.map(() => 'presence of ana'));
  });

  it('bound what hiding writes: a hidden user needs one to write again, a visible user may always hide', async () => {
    const { presence, limits, journal } = setUpPresence();
    await presence.setPresence(ana, { status: 'AWAY' });
    limits.left = limits.taken.length + 3;
    const written = journal.writes.length;
    const flood = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) =>
        presence.setPresence(ana, {
          status: n % 2 ? 'INVISIBLE' : 'OFFLINE',
          ...(n % 3 === 2 && { statusMessage: message({ text: `${n}` }) }),
        }),
      ),
    );
    const refused = flood.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toHaveLength(96);
    for (const error of refused) expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    expect(journal.writes.length - written).toBeLessThanOrEqual(4);
    limits.left = limits.taken.length + 1;
    await presence.setPresence(ana, { status: 'ONLINE' });
    expect((await presence.setPresence(ana, { status: 'INVISIBLE' })).status).toBe('INVISIBLE');
  });

  it('used up are RATE_LIMITED with retryAfterMs, change nothing, and leave hiding possible', async () => {
    const { presence, limits, heardOf } = setUpPresence();
    await presence.setPresence(ana, { status: 'AWAY' });
    limits.left = 0;
    const answered = await heardOf('ana');
    for (const refused of [
      presence.setPresence(ana, { status: 'ONLINE' }),
      presence.heartbeat(ana, { idle: false }),
      presence.endSession(ana, 'new-1'),
      presence.setTyping(ana, { conversationId: 'room', isTyping: true }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: 200 } });
    }
    expect(answered).toEqual([]);
    expect((await presence.setPresence(ana, { status: 'INVISIBLE' })).status).toBe('INVISIBLE');
  });
});

describe('the caller', () => {
  it('connects under the given session, or a new one, and is offline after the grace', async () => {
    const { presence, wait, connect, people } = setUpPresence();
    people.follow('bo', 'ana');
    expect(await connect('ana', 'tab')).toBe('tab');
    const second = { userId: 'ana', connectionId: 'n/2', device: null };
    expect(await presence.connect({ ...second, sessionId: null })).toMatch(/^new-/);
    await presence.endSession(ana, 'tab');
    await wait(MINUTE);
    await presence.disconnect({ userId: 'ana', connectionId: 'n/2', lastReceivedMsAgo: 45_000 });
    await wait(5_000);
    const seen = await presence.userPresence(user('bo').viewer, 'ana');
    expect(seen).toMatchObject({ status: 'OFFLINE', lastSeen: NOON + 15_000 });
  });

  it('who gave up before they were let in has the time that they had to come back', async () => {
    const { presence, wait, connect, people } = setUpPresence();
    people.follow('bo', 'ana');
    const statusOf = async () => (await presence.userPresence(user('bo').viewer, 'ana'))?.status;
    await connect('ana', 'tab');
    const gone = { userId: 'ana', lastReceivedMsAgo: 0 };
    await presence.disconnect({ ...gone, connectionId: 'n/ana', returnsWithinMs: 30_000 });
    await wait(15_000);
    const again = { userId: 'ana', sessionId: 'tab', device: null };
    await presence.connect({ ...again, connectionId: 'n/2' });
    await presence.disconnect({ ...gone, connectionId: 'n/2', isUnused: true });
    await wait(19_000);
    expect(await statusOf()).toBe('ONLINE');
    // Who used it left.
    await presence.connect({ ...again, connectionId: 'n/3' });
    await presence.disconnect({ ...gone, connectionId: 'n/3' });
    await wait(6_000);
    expect(await statusOf()).toBe('OFFLINE');
  });

  it('gets from setPresence how they see themselves, as of the commit', async () => {
    const { presence } = setUpPresence();
    const view = await presence.setPresence(ana, { status: 'INVISIBLE', statusMessage: message(), device: 'DESKTOP' });
    expect(view).toMatchObject({ userId: 'ana', status: 'INVISIBLE', statusMessage: message(), devices: ['DESKTOP'] });
    expect(view.asOf).toBe(NOON + 1);
  });

  it('gets from heartbeat its session, its expiry and the next interval', async () => {
    const { presence, connect } = setUpPresence();
    expect(await presence.heartbeat(ana, { idle: false })).toEqual({
      sessionId: 'new-1',
      expiresAt: NOON + 5 * MINUTE,
      intervalSeconds: 30,
      places: [],
    });
    await connect('bo');
    expect(await presence.heartbeat(user('bo', 'n/bo'), { idle: true })).toMatchObject({
      sessionId: 'tab',
      expiresAt: NOON + 45_000,
    });
  });

  it('gets as interval the least of the interval, half the TTL and half the idle time, at least a second', () => {
    expect(heartbeatSeconds(timings())).toBe(30);
    expect(heartbeatSeconds(timings({ sessionTtlMs: 10_000 }))).toBe(5);
    expect(heartbeatSeconds(timings({ idleAfterMs: 9_000 }))).toBe(4);
    expect(heartbeatSeconds(timings({ sessionTtlMs: 1_000 }))).toBe(1);
  });

  it('gets from endSession whether they had such a session', async () => {
    const { presence, connect } = setUpPresence();
    await connect('ana', 'tab');
    await connect('bo', 'tab');
    expect(await presence.endSession(ana, 'other')).toBe(false);
    expect(await presence.endSession(ana, 'tab')).toBe(true);
    expect(await presence.endSession(ana, 'tab')).toBe(false);
    expect((await presence.me(user('bo'))).sessions).toHaveLength(1);
  });

  it('reads all of it with me, which makes nobody live', async () => {
    const { presence, connect, people } = setUpPresence();
    const privacy = { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' } as const;
    people.privacies.set('ana', privacy);
    expect(await presence.me(ana)).toMatchObject({
      presence: { status: 'OFFLINE', lastSeen: null, asOf: NOON },
      sessions: [],
    });
    await connect('ana', 'tab');
    await presence.heartbeat(user('ana', 'n/ana'), { idle: true });
    await presence.setPresence(user('ana', 'n/ana'), { status: 'INVISIBLE' });
    expect(await presence.me(ana)).toMatchObject({
      userId: 'ana',
      chosenStatus: 'INVISIBLE',
      presence: { status: 'INVISIBLE', devices: ['WEB'] },
      privacy,
      sessions: [{ id: 'tab', device: 'WEB', idle: true, startedAt: NOON, expiresAt: NOON + 45_000 }],
    });
  });
});

describe('the presence of others', () => {
  const { viewer } = user('bo');

  it('is answered in the order asked, each once, without those who may not be seen or do not exist', async () => {
    const { presence, connect, people } = setUpPresence();
    people.follow('bo', 'ana');
    people.privacies.set('cy', { status: 'EVERYONE', lastSeen: 'NOBODY', activity: 'NOBODY' });
    await Promise.all(['ana', 'cy', 'di'].map((id) => connect(id)));
    const ids = ['di', 'cy', 'ghost', 'ana', 'bo', 'cy', '__proto__'];
    const views = await presence.presenceOf(viewer, ids);
    expect(views.map(({ userId, status, devices }) => [userId, status, devices])).toEqual([
      ['cy', 'ONLINE', []],
      ['ana', 'ONLINE', ['WEB']],
      ['bo', 'OFFLINE', []],
    ]);
    expect(await presence.presenceOf(viewer, [])).toEqual([]);
    expect(await presence.userPresence(viewer, 'di')).toBeNull();
    expect(await presence.userPresence(viewer, 'ghost')).toBeNull();
    people.block('bo', 'ana');
    expect(await presence.userPresence(viewer, 'ana')).toBeNull();
  });

  it('is to the host everything, with INVISIBLE as OFFLINE', async () => {
    const { presence, connect } = setUpPresence();
    await connect('ana');
    await connect('di');
    await presence.setPresence(ana, { status: 'INVISIBLE' });
    const views = await presence.presenceOf(host.viewer, ['ana', 'di', 'ghost']);
    expect(views).toMatchObject([
      { status: 'OFFLINE', lastSeen: NOON },
      { status: 'ONLINE', devices: ['WEB'] },
    ]);
  });

  it('reads the records before the access facts, so that nobody is shown by facts older than the record', async () => {
    const order: string[] = [];
    const { presence, people } = setUpPresence({
      store: (store) => ({
        ...store,
        read: async (ids) => {
          order.push('records');
          return store.read(ids);
        },
      }),
    });
    const { accessFacts } = people.people;
    people.people.accessFacts = async (pairs) => {
      order.push('facts');
      return accessFacts(pairs);
    };
    await presence.presenceOf(viewer, ['ana', 'di']);
    expect(order).toEqual(['records', 'facts']);
  });

  it('is what the journal has of users who are not live, by one query for all of them', async () => {
    const { presence, connect, people, journal, drain, wait } = setUpPresence();
    for (const id of ['ana', 'cy', 'di']) people.follow('bo', id);
    await connect('ana');
    await wait(1_000);
    await presence.endSession(ana, 'tab');
    await drain();
    await connect('di');
    journal.reads.length = 0;
    await wait(MINUTE);
    expect(await presence.presenceOf(viewer, ['ana', 'cy', 'di'])).toMatchObject([
      { status: 'OFFLINE', lastSeen: NOON + 1_000, asOf: NOON + 61_000 },
      { status: 'OFFLINE', lastSeen: null },
      { status: 'ONLINE' },
    ]);
    expect(journal.reads).toEqual([['ana', 'cy', 'di']]);
  });
});

describe('what outlives a restart', () => {
  it('is restored before anything is decided, once, however many come at once', async () => {
    const { presence, journal, store, heardOf } = setUpPresence();
    const persisted = durable({ revision: NOON - 5, chosen: 'AWAY', message: message(), lastSeen: NOON - 9 });
    journal.rows.set('ana', { generation: 4, persisted });
    const answered = await heardOf('ana');
    const ids = Array.from({ length: 10 }, (_, i) => `s${i}`);
    await Promise.all(
      ids.map((sessionId) => presence.connect({ userId: 'ana', connectionId: sessionId, sessionId, device: null })),
    );
    const record = (await store.read(['ana'])).records.get('ana');
    expect(record).toMatchObject({ generation: 4, chosen: 'AWAY', message: message() });
    expect(record?.sessions.map(({ id }) => id)).toEqual(ids);
    // Nine of the ten show nothing new to others; each shows the user's own devices one session more.
    expect(answered).toHaveLength(10);
  });

  it('has INVISIBLE and OFFLINE in the journal before they answer', async () => {
    for (const status of ['INVISIBLE', 'OFFLINE'] as const) {
      const { presence, journal, connect } = setUpPresence();
      await connect('ana');
      let open: () => void = () => {};
      journal.gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      let answered = false;
      const answer = presence.setPresence(ana, { status }).then(() => {
        answered = true;
      });
      for (let i = 0; i < 50; i += 1) await Promise.resolve();
      expect(answered).toBe(false);
      open();
      await answer;
      expect(journal.rows.get('ana')?.persisted).toMatchObject({ chosen: status, lastSeen: NOON });
      await presence.setPresence(ana, { status });
      expect(journal.writes).toHaveLength(1);
    }
  });

  it('does not delay a choice to hide during an outage of the journal, and does not lose it', async () => {
    const { presence, journal, connect, failures, store, drain } = setUpPresence();
    await connect('ana');
    journal.failure = new Error('away');
    expect((await presence.setPresence(ana, { status: 'INVISIBLE' })).status).toBe('INVISIBLE');
    expect(failures).toEqual([journal.failure]);
    expect((await store.dirty(10)).records).toMatchObject([{ userId: 'ana', chosen: 'INVISIBLE' }]);
    journal.failure = undefined;
    await drain();
    expect(journal.rows.get('ana')?.persisted?.chosen).toBe('INVISIBLE');
  });

  it('makes no record while the journal cannot be read', async () => {
    const { presence, journal, store } = setUpPresence();
    journal.failure = new Error('away');
    await expect(presence.setPresence(ana, { status: 'AWAY' })).rejects.toBe(journal.failure);
    await expect(presence.me(ana)).rejects.toBe(journal.failure);
    expect((await store.read(['ana'])).records.size).toBe(0);
  });
});

describe('the roster', () => {
  const setUpRoster = async () => {
    const under = setUpPresence({ users: ['me', 'a', 'b', 'c', 'd', 'e', 'x'] });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'x', 'ghost']) under.people.follow('me', id);
    under.people.privacies.set('x', { status: 'NOBODY', lastSeen: 'NOBODY', activity: 'NOBODY' });
    for (const id of ['b', 'd', 'e', 'x']) await under.connect(id);
    await under.presence.setPresence(user('d'), { status: 'AWAY' });
    await under.presence.setPresence(user('e'), { status: 'INVISIBLE' });
    const page = (
      first: number,
      after: string | null = null,
      statuses: readonly ('AWAY' | 'OFFLINE')[] | null = null,
    ) => under.presence.roster(user('me').viewer, { first, after, statuses });
    return { ...under, page };
  };
  const ids = ({ items }: { readonly items: readonly { readonly view: { readonly userId: string } }[] }) =>
    items.map(({ view }) => view.userId);

  it('comes in pages, those seen live first, then by id, without those who may not be seen', async () => {
    const { page, presence } = await setUpRoster();
    const first = await page(3);
    expect([ids(first), first.hasNextPage, first.hasPreviousPage]).toEqual([['b', 'd', 'a'], true, false]);
    const second = await page(3, first.items.at(-1)!.cursor);
    expect([ids(second), second.hasNextPage, second.hasPreviousPage]).toEqual([['c', 'e'], false, true]);
    const all = await presence.presenceOfRoster(user('me').viewer);
    expect(all.map(({ userId }) => userId)).toEqual(['b', 'd', 'a', 'c', 'e']);
  });

  it('is filtered by status as the caller sees it: hidden users are among the offline', async () => {
    const { page } = await setUpRoster();
    expect(ids(await page(10, null, ['AWAY']))).toEqual(['d']);
    expect(ids(await page(10, null, ['OFFLINE']))).toEqual(['a', 'c', 'e']);
    expect(ids(await page(10, null, []))).toEqual([]);
  });

  it('of a service token is empty', async () => {
    const { presence } = setUpPresence();
    expect((await presence.roster(host.viewer, { first: 10, after: null, statuses: null })).items).toEqual([]);
  });
});

describe('online', () => {
  it('pages through everybody seen live, with their number', async () => {
    const { presence, connect } = setUpPresence();
    for (const id of ['di', 'ana', 'cy', 'bo']) await connect(id);
    await presence.setPresence(user('bo'), { status: 'INVISIBLE' });
    const first = await presence.online(host.viewer, { first: 2, after: null });
    expect(first.items.map(({ view }) => [view.userId, view.status])).toEqual([
      ['ana', 'ONLINE'],
      ['cy', 'ONLINE'],
    ]);
    expect(first).toMatchObject({ totalCount: 3, hasNextPage: true, hasPreviousPage: false });
    const second = await presence.online(host.viewer, { first: 2, after: first.items.at(-1)!.cursor });
    expect(second.items.map(({ view }) => view.userId)).toEqual(['di']);
    expect(second).toMatchObject({ totalCount: 3, hasNextPage: false, hasPreviousPage: true });
  });

  it('pages in the order of the list, whatever order the records are read in', async () => {
    const { presence, connect } = setUpPresence({
      store: (store) => ({
        ...store,
        async read(userIds) {
          const reading = await store.read(userIds);
          return { ...reading, records: new Map([...reading.records].reverse()) };
        },
      }),
    });
    for (const id of ['di', 'ana', 'cy', 'bo']) await connect(id);
    const seen: string[] = [];
    for (let after: string | null = null, hasNextPage = true; hasNextPage; ) {
      const page = await presence.online(host.viewer, { first: 3, after });
      seen.push(...page.items.map(({ view }) => view.userId));
      ({ hasNextPage } = page);
      after = page.items.at(-1)!.cursor;
    }
    expect(seen).toEqual(['ana', 'bo', 'cy', 'di']);
  });

  it('shows nobody who hid between the count and the reading', async () => {
    let hide: () => Promise<unknown> = async () => {};
    const { presence, connect } = setUpPresence({
      store: (store) => ({
        ...store,
        live: async (page) => {
          const found = await store.live(page);
          await hide();
          return found;
        },
      }),
    });
    await connect('ana');
    await connect('bo');
    hide = () => presence.setPresence(user('bo'), { status: 'INVISIBLE' });
    const page = await presence.online(host.viewer, { first: 10, after: null });
    expect(page.items.map(({ view }) => view.userId)).toEqual(['ana']);
  });

  it('goes on after a user who has gone', async () => {
    const { presence, connect } = setUpPresence();
    await connect('di');
    const after = cursorOf({ live: true, userId: 'cy' });
    const page = await presence.online(host.viewer, { first: 2, after });
    expect(page.items.map(({ view }) => view.userId)).toEqual(['di']);
  });
});

describe('putActivity', () => {
  it('shows beside the activities of sessions, for live users only', async () => {
    const { presence, connect } = setUpPresence();
    const put = (userId: string, source = 'calls') =>
      presence.putActivity(host.viewer, userId, source, [activity({ type: 'IN_CALL' })]);
    expect(await put('ana')).toBe(true);
    await connect('ana');
    expect((await presence.me(ana)).presence.activities).toEqual([]);
    expect(await put('ana')).toBe(true);
    expect((await presence.me(ana)).presence.activities).toMatchObject([{ type: 'IN_CALL', startedAt: NOON }]);
    for (let i = 1; i < 20; i += 1) await put('ana', `source ${i}`);
    await expect(put('ana', 'one more')).rejects.toEqual(code('BAD_USER_INPUT'));
  });
});

describe('a deletion', () => {
  it('drops the live state, and nothing under way brings it back', async () => {
    const { presence, journal, connect, store } = setUpPresence();
    await connect('ana');
    journal.rows.delete('ana');
    await presence.accessChanged({ kind: 'user', userId: 'ana', mayRevoke: true, deleted: true });
    await presence.accessChanged({ kind: 'user', userId: 'ana', mayRevoke: true, deleted: true });
    const late: Caller = user('ana', 'n/ana');
    await expect(presence.heartbeat(late, { idle: false })).rejects.toEqual(code('NOT_FOUND'));
    await expect(presence.disconnect({ userId: 'ana', connectionId: 'n/ana', lastReceivedMsAgo: 0 })).rejects.toEqual(
      code('NOT_FOUND'),
    );
    expect((await store.read(['ana'])).records.size).toBe(0);
    expect(await presence.userPresence(ana.viewer, 'ana')).toBeNull();
  });
});
