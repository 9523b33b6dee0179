/** Places over the memory store: who enters, who is listed, and who may know (docs/design.md#places). */
import { describe, expect, it } from 'vitest';
import { PresenceError } from '../../src/presence/errors.js';
import { enterPlace } from '../../src/presence/placeCommands.js';
import { placesOf } from '../../src/presence/places.js';
import type { AccessChange } from '../../src/presence/ports/bus.js';
import type { LiveStore } from '../../src/presence/ports/stores.js';
import { restoreRecord } from '../../src/presence/record.js';
import { DEFAULT_PRIVACY } from '../../src/presence/visibility.js';
import { timings } from '../support/unit/builders.js';
import { host, setUpPresence, user } from './serviceUnderTest.js';

const [ana, bo, cy, di] = ['ana', 'bo', 'cy', 'di'].map((id) => user(id, `n/${id}`)) as [
  ReturnType<typeof user>,
  ReturnType<typeof user>,
  ReturnType<typeof user>,
  ReturnType<typeof user>,
];

/** All follow each other and are live; `post` is open, `room` is of ana and bo. */
const setUpPlaces = async (options: Parameters<typeof setUpPresence>[0] = {}) => {
  const under = setUpPresence(options);
  const { people, presence } = under;
  people.conversations.set('post', { open: true, members: [] });
  people.conversations.set('room', { open: false, members: ['ana', 'bo'] });
  const ids = ['ana', 'bo', 'cy', 'di'];
  for (const a of ids) for (const b of ids) if (a !== b) people.follow(a, b);
  for (const id of ids) await under.connect(id);
  return {
    ...under,
    enter: (who: typeof ana, conversationId = 'post', sessionId?: string) =>
      presence.enter(who, { conversationId, ...(sessionId !== undefined && { sessionId }) }),
    leave: (who: typeof ana, conversationId = 'post') => presence.leave(who, { conversationId }),
    seen: async (who = di, conversationId = 'post') =>
      (await presence.here(who.viewer, conversationId)).people.map(({ userId }) => userId),
    places: async (userId: string) => placesOf((await under.store.read([userId])).records.get(userId)!),
  };
};

describe('a place', () => {
  it('lists who is there, by id, each once, the caller too', async () => {
    const { enter, leave, seen, connect, presence, now } = await setUpPlaces();
    await enter(bo);
    await connect('bo', 'phone', 'n/2');
    await enter(user('bo', 'n/2'));
    const here = await enter(ana);
    expect(here).toMatchObject({
      conversationId: 'post',
      people: [
        { userId: 'ana', status: 'ONLINE' },
        { userId: 'bo', status: 'ONLINE' },
      ],
      count: 2,
      approximate: false,
    });
    expect(here.asOf).toBeGreaterThanOrEqual(Math.max(now, ...here.people.map(({ asOf }) => asOf)));
    expect(await seen()).toEqual(['ana', 'bo']);
    expect(await leave(bo)).toBe(true);
    expect(await leave(bo)).toBe(false);
    expect(await seen()).toEqual(['ana', 'bo']);
    await presence.endSession(bo, 'phone');
    expect(await seen()).toEqual(['ana']);
  });

  it('is left with the session, after its grace', async () => {
    const { enter, seen, presence, wait } = await setUpPlaces();
    await enter(ana);
    await presence.disconnect({ userId: 'ana', connectionId: 'n/ana', lastReceivedMsAgo: 0 });
    expect(await seen()).toEqual(['ana']);
    await wait(60_000);
    expect(await seen()).toEqual([]);
  });

  it('is to everybody else one that does not exist, in the same reads', async () => {
    const asked: string[][] = [];
    const { presence, people } = await setUpPlaces();
    const { conversation } = people.people;
    people.people.conversation = (...args) => {
      asked.push(args);
      return conversation(...args);
    };
    const answers: unknown[] = [];
    for (const conversationId of ['room', 'no room', '__proto__']) {
      for (const call of [() => presence.here(cy.viewer, conversationId), () => presence.enter(cy, { conversationId })])
        answers.push(await call().catch((error: unknown) => error));
    }
    expect(answers[0]).toMatchObject({ code: 'NOT_FOUND' });
    for (const answer of answers) expect(String(answer)).toBe(String(answers[0]));
    expect(asked.map(([id]) => id)).toEqual(['room', 'room', 'no room', 'no room', '__proto__', '__proto__']);
    expect(await presence.leave(cy, { conversationId: 'room' })).toBe(false);
  });

  it('is not for service tokens to enter or leave', async () => {
    const { presence } = await setUpPlaces();
    for (const call of [
      presence.enter(host, { conversationId: 'post' }),
      presence.leave(host, { conversationId: 'post' }),
      presence.setTray(host, true),
    ])
      await expect(call).rejects.toMatchObject({ code: 'FORBIDDEN' });
    // As of any conversation of which the caller is no member, and told why.
    await expect(presence.here(host.viewer, 'post')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('use the token of a user'),
    });
  });

  it('takes a mutation to enter or leave, and nothing happens where that is refused', async () => {
    const { enter, leave, limits, places } = await setUpPlaces();
    limits.left = limits.taken.length;
    await expect(enter(ana)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(leave(ana)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    limits.left = Number.POSITIVE_INFINITY;
    limits.rateLimits.take = async (kind) => {
      if (kind === 'read') throw new PresenceError('RATE_LIMITED', 'Slow down.', { retryAfterMs: 200 });
    };
    await expect(enter(ana)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await places('ana')).toEqual([]);
  });

  it('refuses malformed ids', async () => {
    const { presence } = await setUpPlaces();
    for (const call of [
      presence.here(ana.viewer, ''),
      presence.enter(ana, { conversationId: 'x'.repeat(129) }),
      presence.enter(ana, { conversationId: 'post', sessionId: '' }),
      presence.leave(ana, { conversationId: '\u0000' }),
    ])
      await expect(call).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('starts an HTTP session for who has none, over HTTP and over a watcher alike; leaving starts none', async () => {
    const { presence, store } = setUpPresence();
    const sessions = async () => (await store.read(['ana'])).records.get('ana')?.sessions ?? [];
    const under = await setUpPlaces();
    for (const caller of [user('ana'), user('ana', 'watcher')]) {
      const { presence: own, people, store: live } = setUpPresence();
      people.conversations.set('post', { open: true, members: [] });
      expect(await own.leave(caller, { conversationId: 'post' })).toBe(false);
      const here = await own.enter(caller, { conversationId: 'post' });
      expect(here.people.map(({ userId }) => userId)).toEqual(['ana']);
      const [session] = (await live.read(['ana'])).records.get('ana')?.sessions ?? [];
      expect(session).toMatchObject({ connections: [], leaseUntil: expect.any(Number) });
    }
    // A watcher of a user with sessions means the most recently active one.
    await under.enter(user('ana', 'watcher'));
    expect(await under.places('ana')).toEqual(['post']);
    expect(presence).toBeDefined();
    expect(await sessions()).toEqual([]);
  });
});

describe('who may not be seen', () => {
  it('is neither listed nor counted: who hides, blocks, is blocked, or shows nobody', async () => {
    const { enter, seen, presence, people } = await setUpPlaces();
    for (const each of [ana, bo, cy]) await enter(each);
    await presence.setPresence(ana, { status: 'INVISIBLE' });
    expect(await seen()).toEqual(['bo', 'cy']);
    people.block('bo', 'di');
    expect(await seen()).toEqual(['cy']);
    people.privacies.set('cy', { ...DEFAULT_PRIVACY, status: 'NOBODY' });
    expect(await presence.here(di.viewer, 'post')).toMatchObject({ people: [], count: 0, approximate: false });
    expect(await seen(cy)).toEqual(['bo', 'cy']);
  });

  it('costs who asks nothing', async () => {
    const { enter, seen, limits, people } = await setUpPlaces();
    await enter(ana);
    const costOf = async () => {
      const before = limits.read;
      await seen();
      return limits.read - before;
    };
    const alone = await costOf();
    await enter(bo);
    people.block('bo', 'di');
    expect(await costOf()).toBe(alone);
  });

  it('finds themselves while INVISIBLE, as they see themselves, and is shown to nobody', async () => {
    const { enter, seen, presence, store } = await setUpPlaces();
    await presence.setPresence(ana, { status: 'INVISIBLE' });
    expect(await enter(ana)).toMatchObject({ people: [{ userId: 'ana', status: 'INVISIBLE' }], count: 1 });
    expect(await seen(ana)).toEqual(['ana']);
    expect([await seen(), (await store.usersAt('post', 10)).total]).toEqual([[], 0]);
    await presence.setPresence(ana, { status: 'ONLINE' });
    expect(await seen()).toEqual(['ana']);
    await presence.setPresence(ana, { status: 'OFFLINE' });
    expect([await seen(), await seen(ana)]).toEqual([[], []]);
  });
});

describe('a place of many', () => {
  const crowdOf = async (size: number, others: readonly string[] = []) => {
    const crowd = Array.from({ length: size }, (_, i) => `u${String(i).padStart(5, '0')}`);
    const read: (readonly string[])[] = [];
    const under = await setUpPlaces({
      users: ['ana', 'bo', 'cy', 'di', ...crowd, ...others],
      store: (store): LiveStore => ({
        ...store,
        read: (ids) => {
          read.push(ids);
          return store.read(ids);
        },
      }),
    });
    for (const userId of crowd) {
      under.people.privacies.set(userId, { ...DEFAULT_PRIVACY, status: 'EVERYONE' });
      await under.store.update(
        userId,
        async () => restoreRecord(userId, { generation: 1, persisted: null }),
        (record, now) => {
          const sessionReference = { sessionId: null, connectionId: null, newSessionId: 'app' };
          return enterPlace(record, { conversationId: 'post', sessionReference }, now, timings());
        },
      );
    }
    read.length = 0;
    return { ...under, crowd, recordsRead: () => read.flat().length };
  };

  it('is counted exactly up to 200 who are seen, and listed to 200 by id', async () => {
    const { presence, crowd, people, enter } = await crowdOf(200);
    expect(await presence.here(di.viewer, 'post')).toMatchObject({ count: 200, approximate: false });
    await enter(ana);
    const here = await presence.here(di.viewer, 'post');
    expect(here).toMatchObject({ count: 200, approximate: true });
    expect(here.people.map(({ userId }) => userId)).toEqual(['ana', ...crowd].slice(0, 200));
    // Of 201 who are seen live by somebody, one viewer sees 200: counted exactly.
    people.block('ana', 'di');
    expect(await presence.here(di.viewer, 'post')).toMatchObject({ count: 200, approximate: false });
  });

  it('costs a bounded reading of records, however many are there; who sees three of them counts three', async () => {
    const { presence, people, crowd, recordsRead } = await crowdOf(1_250);
    const here = await presence.here(di.viewer, 'post');
    expect(here).toMatchObject({ count: 1_300, approximate: true });
    expect(here.people.map(({ userId }) => userId)).toEqual(crowd.slice(0, 200));
    expect(recordsRead()).toBeLessThan(500);
    for (const userId of crowd.slice(0, -3)) people.block(userId, 'di');
    expect(await presence.here(di.viewer, 'post')).toMatchObject({
      people: crowd.slice(-3).map((userId) => ({ userId })),
      count: 3,
      approximate: false,
    });
    expect(recordsRead()).toBeLessThan(1_000);
  });

  it('lists nobody from memory: who hid since is gone at once', async () => {
    const { presence, crowd } = await crowdOf(1_010);
    await presence.here(di.viewer, 'post');
    await presence.setPresence(user(crowd[0]!), { status: 'INVISIBLE' });
    const { people } = await presence.here(di.viewer, 'post');
    expect(people[0]).toMatchObject({ userId: crowd[1] });
    expect(people).toHaveLength(200);
  });
});

describe('who may no longer use a place', () => {
  const changed = (change: Partial<AccessChange> & Pick<AccessChange, 'kind'>) =>
    ({ mayRevoke: true, ...change }) as AccessChange;

  it('is no longer there: removed from the conversation, which was closed, or deleted', async () => {
    const { enter, people, presence, places } = await setUpPlaces();
    await enter(ana, 'room');
    await enter(bo, 'room');
    await enter(bo, 'post');
    people.conversations.set('room', { open: false, members: ['ana'] });
    await presence.accessChanged(
      changed({ kind: 'conversation', id: 'room', changed: ['bo'], members: ['ana', 'bo'] }),
    );
    expect([await places('ana'), await places('bo')]).toEqual([['room'], ['post']]);
    people.conversations.set('post', { open: false, members: ['ana'] });
    await presence.accessChanged(changed({ kind: 'conversation', id: 'post', changed: ['ana'], members: ['ana'] }));
    expect(await places('bo')).toEqual([]);
    people.conversations.delete('room');
    await presence.accessChanged(changed({ kind: 'conversation', id: 'room', changed: ['ana'], members: ['ana'] }));
    expect(await places('ana')).toEqual([]);
  });

  it('is no longer there after a block by its owner, and the like', async () => {
    const { enter, people, presence, places } = await setUpPlaces();
    await enter(ana);
    const { conversationFacts } = people.people;
    people.people.conversationFacts = (pairs) => conversationFacts(pairs.filter(({ userId }) => userId !== 'ana'));
    await presence.accessChanged(changed({ kind: 'relation', users: ['ana', 'bo'], mayRevoke: false }));
    expect(await places('ana')).toEqual(['post']);
    await presence.accessChanged(changed({ kind: 'relation', users: ['ana', 'bo'] }));
    expect(await places('ana')).toEqual([]);
  });

  it('is no longer there after its owner was deleted', async () => {
    const { enter, people, presence, places } = await setUpPlaces();
    people.conversations.set('album', { open: false, members: [], owner: { userId: 'ana', audience: 'FOLLOWERS' } });
    await enter(bo, 'album');
    await enter(bo, 'post');
    await people.people.deleteUser('ana');
    await presence.accessChanged(changed({ kind: 'user', userId: 'ana', deleted: true }));
    expect(await places('bo')).toEqual(['post']);
  });

  it('is no longer there after leaving what was shared with its owner', async () => {
    const { enter, people, presence, places } = await setUpPlaces();
    people.conversations.set('album', { open: false, members: [], owner: { userId: 'ana', audience: 'FOLLOWERS' } });
    people.conversations.set('club', { open: false, members: ['ana', 'di'] });
    await people.people.unfollow('di', 'ana');
    await enter(di, 'album');
    expect(await places('di')).toEqual(['album']);
    people.conversations.set('club', { open: false, members: ['ana'] });
    await presence.accessChanged(
      changed({ kind: 'conversation', id: 'club', changed: ['di'], members: ['ana', 'di'] }),
    );
    expect(await places('di')).toEqual([]);
  });

  it('is no longer there after changes that the node missed, and stays where they may be', async () => {
    const { enter, people, presence, places } = await setUpPlaces();
    people.conversations.set('album', { open: false, members: [], owner: { userId: 'ana', audience: 'FOLLOWERS' } });
    await enter(bo, 'album');
    await enter(bo, 'room');
    await enter(ana, 'room');
    await enter(cy, 'album');
    people.conversations.set('room', { open: false, members: ['ana'] });
    people.block('ana', 'cy');
    await presence.accessChangesMissed();
    expect([await places('ana'), await places('bo'), await places('cy')]).toEqual([['room'], ['album'], []]);
  });

  it('is no longer there though somebody else was deleted meanwhile', async () => {
    const { enter, people, presence, places, journal } = await setUpPlaces();
    for (const who of [ana, bo, cy]) await enter(who);
    people.conversations.delete('post');
    const { conversationFacts } = people.people;
    people.people.conversationFacts = async (pairs) => {
      journal.rows.delete('bo');
      await presence.accessChanged(changed({ kind: 'user', userId: 'bo', deleted: true }));
      people.people.conversationFacts = conversationFacts;
      return conversationFacts(pairs);
    };
    await presence.accessChangesMissed();
    expect([await places('ana'), await places('cy')]).toEqual([[], []]);
  });

  it('is looked for once more where changes are missed during that, however often', async () => {
    const { enter, people, presence, places } = await setUpPlaces();
    await enter(ana);
    const { conversationFacts } = people.people;
    let asked = 0;
    let missed: readonly Promise<void>[] = [];
    people.people.conversationFacts = async (pairs) => {
      asked += 1;
      const found = await conversationFacts(pairs);
      if (asked > 1) return found;
      people.conversations.delete('post');
      missed = Array.from({ length: 5 }, () => presence.accessChangesMissed());
      return found;
    };
    await presence.accessChangesMissed();
    expect(await places('ana')).toEqual(['post']);
    await Promise.all(missed);
    expect([await places('ana'), asked]).toEqual([[], 2]);
  });

  it('does not come in by an entering that was under way', async () => {
    const { presence, people, places } = await setUpPlaces();
    const { conversation } = people.people;
    let asked = 0;
    people.people.conversation = async (id, userId) => {
      asked += 1;
      return asked === 1 ? conversation(id, userId) : undefined;
    };
    await expect(presence.enter(ana, { conversationId: 'post' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await places('ana')).toEqual([]);
  });
});

describe('the tray', () => {
  it('is open on the session of a connection, and on no other', async () => {
    const { presence, store } = await setUpPlaces();
    const tray = async () => (await store.read(['ana'])).records.get('ana')?.sessions[0]?.tray;
    expect(await presence.setTray(user('ana'), true)).toBe(false);
    expect(await presence.setTray(user('ana', 'watcher'), true)).toBe(false);
    expect(await tray()).toEqual([]);
    expect(await presence.setTray(ana, true)).toBe(true);
    expect(await tray()).toHaveLength(1);
    await presence.setTray(ana, false);
    expect(await tray()).toEqual([]);
  });
});
