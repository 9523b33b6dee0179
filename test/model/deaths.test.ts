/**
 * A node dies, is refused, gets no answer, or is held up until others took it for lost, at each call of each thing that it
 * does. Whatever it was is whole, or was not begun; what was acknowledged holds, also when the store is lost afterwards; nobody
 * stays behind, and nobody who hides is shown.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessChange } from '../../src/presence/ports/bus.js';
import { connect, restoreRecord } from '../../src/presence/record.js';
import { inLanes, LEASE_MS, type Lines, type MortalWorld, openLines, TIMINGS } from '../support/cluster/mortals.js';
import { startRedis, type TestRedis } from '../support/cluster/redis.js';
import { callerOf } from '../support/cluster/team.js';
import { activity, message } from '../support/unit/builders.js';
import { cutsOf, HOWS, type How } from '../support/unit/cuts.js';
import { type Look, ROOM, type Run, run, type Scenario } from './deaths.js';

let redis: TestRedis;
/** Worlds are independent of each other: so many at a time. */
const LANES = 6;
let lanes: Lines[];
beforeAll(async () => {
  redis = await startRedis();
  lanes = Array.from({ length: LANES }, (_, database) => openLines(redis, database));
});
afterAll(async () => {
  for (const lines of lanes) await lines.close();
  await redis.stop();
});

/** The connection of ana, the second of its node. */
const HERS = '2';
const connected = ({ a }: MortalWorld) => a.open('ana', 'tab');

const types = ({ a }: MortalWorld) =>
  a.presence.setTyping(callerOf('ana', HERS), { conversationId: ROOM, isTyping: true });
const entered = ({ a }: MortalWorld) => a.presence.enter(callerOf('ana', HERS), { conversationId: ROOM });
const DELETED: AccessChange = { kind: 'user', userId: 'ana', mayRevoke: true, deleted: true };
const deleted = async ({ a, b, journal }: MortalWorld) => {
  journal.rows.delete('ana');
  await b.presence.accessChanged(DELETED);
  // Their connections are closed.
  if (!a.cuts.isDead) void a.close(HERS).catch(() => {});
};
/** A session of a connection in the store, whoever serves it. */
const join = ({ a }: MortalWorld, userId: string, connectionId: string) =>
  a.store.update(
    userId,
    async () => restoreRecord(userId, { generation: 1, persisted: null }),
    (record, now) => connect(record, { connectionId, sessionId: connectionId, device: 'WEB' }, now),
  );
const onThird = async (world: MortalWorld, userId: string) => {
  await world.a.store.renewLease('third.1');
  await join(world, userId, 'third.1/1');
};

const SCENARIOS: Readonly<Record<string, Scenario & { readonly hows?: readonly How[] }>> = {
  'a connection opens': { act: ({ a }) => a.open('ana', 'tab') },
  'a connection resumes': {
    given: async (world) => {
      await connected(world);
      await world.a.close(HERS);
    },
    act: ({ a }) => a.open('ana', 'tab'),
  },
  'a connection closes': { given: connected, act: (world) => world.a.close(HERS) },
  'somebody says something': {
    given: connected,
    act: (world) =>
      world.a.presence.setPresence(callerOf('ana', HERS), {
        status: 'AWAY',
        statusMessage: message(),
        activities: [activity()],
      }),
  },
  'an app says something': {
    act: ({ a }) => a.presence.setPresence(callerOf('ana'), { sessionId: 'app', statusMessage: message() }),
  },
  'somebody hides': {
    given: connected,
    act: (world) => world.a.presence.setPresence(callerOf('ana', HERS), { status: 'INVISIBLE' }),
    hides: 'ana',
  },
  'somebody who types hides': {
    given: async (world) => {
      await connected(world);
      await types(world);
    },
    act: (world) => world.a.presence.setPresence(callerOf('ana', HERS), { status: 'INVISIBLE' }),
    hides: 'ana',
  },
  'an app hides': {
    act: ({ a }) => a.presence.setPresence(callerOf('ana'), { status: 'OFFLINE', statusMessage: message() }),
  },
  'somebody shows themselves': {
    given: async (world) => {
      await connected(world);
      await world.a.presence.setPresence(callerOf('ana', HERS), { status: 'INVISIBLE' });
    },
    act: ({ a }) => a.presence.setPresence(callerOf('ana', HERS), { status: 'ONLINE' }),
  },
  'somebody types': { given: connected, act: types },
  'somebody enters a place': {
    given: connected,
    act: ({ a }) => a.presence.enter(callerOf('ana', HERS), { conversationId: ROOM }),
  },
  'somebody leaves a place': {
    given: async (world) => {
      await connected(world);
      await entered(world);
    },
    act: ({ a }) => a.presence.leave(callerOf('ana', HERS), { conversationId: ROOM }),
  },
  'somebody at a place hides': {
    given: async (world) => {
      await connected(world);
      await entered(world);
    },
    act: ({ a }) => a.presence.setPresence(callerOf('ana', HERS), { status: 'INVISIBLE' }),
    hides: 'ana',
  },
  'somebody at a place shows themselves': {
    given: async (world) => {
      await connected(world);
      await world.a.presence.setPresence(callerOf('ana', HERS), { status: 'INVISIBLE' });
      await entered(world);
    },
    act: ({ a }) => a.presence.setPresence(callerOf('ana', HERS), { status: 'ONLINE' }),
  },
  'a session at a place is ended': {
    given: async (world) => {
      await connected(world);
      await entered(world);
    },
    act: ({ a }) => a.presence.endSession(callerOf('ana'), 'tab'),
  },
  'a session is ended': { given: connected, act: ({ a }) => a.presence.endSession(callerOf('ana'), 'tab') },
  'a session that another node serves is ended': {
    act: ({ a }) => a.presence.endSession(callerOf('bo'), 'tab'),
  },
  'somebody is deleted': {
    given: async (world) => {
      await connected(world);
      await types(world);
    },
    act: async ({ a, journal }) => {
      journal.rows.delete('ana');
      await a.presence.accessChanged(DELETED);
    },
    meanwhile: ({ b }) => b.presence.accessChanged(DELETED),
    byItself: true,
    hows: ['dies', 'held up'],
  },
  'somebody who is deleted meanwhile says something': {
    given: connected,
    act: ({ a }) => a.presence.setPresence(callerOf('ana'), { sessionId: 'app', statusMessage: message() }),
    meanwhile: deleted,
  },
  'a grace is over': {
    given: async (world) => {
      await connected(world);
      await world.a.close(HERS);
      await world.wait(TIMINGS.graceMs + 1_000);
    },
    act: ({ a }) => a.sweep(),
    byItself: true,
  },
  'what was said is written': {
    given: async (world) => {
      await connected(world);
      await world.a.presence.setPresence(callerOf('ana', HERS), { statusMessage: message() });
      await world.a.presence.setPresence(callerOf('bo'), { sessionId: 'app', status: 'AWAY' });
      await world.a.presence.endSession(callerOf('bo'), 'app');
    },
    act: ({ a }) => a.writeBehind.flush(),
    byItself: true,
  },
  'a node stops': {
    given: async (world) => {
      await connected(world);
      await world.a.presence.setPresence(callerOf('ana', HERS), { status: 'AWAY', statusMessage: message() });
      await world.b.presence.heartbeat(callerOf('bo'), { sessionId: 'app', idle: false });
    },
    act: async ({ a }) => {
      await a.closeAll();
      await a.writeBehind.stop();
      await a.presence.node.stop();
    },
    meanwhile: ({ b }) => b.open('hid', 'tab'),
    byItself: true,
    hows: ['dies'],
  },
  'a node renews its lease': { given: connected, act: ({ a }) => a.turn(), byItself: true },
  'a third node is found lost': {
    given: async (world) => {
      for (const userId of ['ana', 'bo']) await onThird(world, userId);
      await world.wait(LEASE_MS + 1_000);
      await world.b.store.renewLease('b.1');
    },
    act: ({ a }) => a.turn(),
    byItself: true,
  },
  'a node mends what it does not serve': {
    given: async (world) => {
      await connected(world);
      await join(world, 'bo', 'a.1/99');
    },
    act: ({ a }) => a.presence.node.reconcile(),
    byItself: true,
  },
};

describe('whichever call its node comes to an end at, what was begun is whole or was not begun:', () => {
  it.each(Object.entries(SCENARIOS))('%s', async (_, { hows = HOWS, ...scenario }) => {
    /** Without a cut: nothing of it, and all of it, before the same comes of the node. */
    const whole = new Map<string, Run>();
    const wholes = hows.flatMap((how) => [{ how, what: 'nothing' } as const, { how, what: 'all' } as const]);
    await inLanes(lanes, wholes, async ({ how, what }, lines) => {
      if (how !== 'refused') whole.set(`${how} ${what}`, await run(lines, scenario, { how, what }));
    });
    const wholeOf = (how: How, what: 'nothing' | 'all') =>
      whole.get(`${how === 'refused' ? 'unanswered' : how} ${what}`)!;
    const { calls } = wholeOf(hows[0]!, 'all');
    expect(calls.length).toBeGreaterThan(0);
    const cuts = cutsOf(calls, hows);
    await inLanes(lanes, cuts, async ({ at, how }, lines) => {
      const [nothing, all] = [wholeOf(how, 'nothing'), wholeOf(how, 'all')];
      const cut = await run(lines, scenario, { how, what: at });
      for (const [after, { seen, acknowledged }] of cut.looks) {
        const [before, done] = [nothing.looks.get(after)!.seen, all.looks.get(after)!.seen];
        const message = `${how} at ${at}, ${calls[at]}; ${after}`;
        if (acknowledged) expect(seen, message).toEqual(done);
        // What a node does by itself is of many users.
        for (const [userId, user] of Object.entries(seen.users)) {
          expect([before.users[userId], done.users[userId]], message).toContainEqual(user);
        }
        // What somebody types runs out by itself.
        if (after !== 'at once') expect([before.typing, done.typing], message).toContainEqual(seen.typing);
        expect([before.there, done.there], message).toContainEqual(seen.there);
      }
      expect(cut.amiss, `${how} at ${at}, ${calls[at]}`).toEqual([]);
    });
  });
});

/** What was acknowledged, as it is seen. */
const LOST: Readonly<Record<string, Scenario & { readonly holds: (look: Look) => boolean }>> = {
  'who hides stays hidden': {
    given: connected,
    act: ({ a }) => a.presence.setPresence(callerOf('ana'), { status: 'INVISIBLE' }),
    holds: ({ users }) => users.ana?.chosen === 'INVISIBLE' && users.ana.status === 'OFFLINE',
  },
  'what was said is still said': {
    given: connected,
    act: ({ a }) => a.presence.setPresence(callerOf('ana'), { statusMessage: message() }),
    holds: ({ users }) => users.ana?.message === message().text,
  },
  'a session that was ended stays ended': {
    act: ({ a }) => a.presence.endSession(callerOf('bo'), 'tab'),
    holds: ({ users }) => users.bo?.sessions?.length === 0,
  },
  'whose session goes on is still where they entered': {
    given: connected,
    act: ({ a }) => a.presence.enter(callerOf('ana', HERS), { conversationId: ROOM }),
    holds: ({ users, there }) => {
      const sessions = users.ana?.sessions ?? [];
      const isThere = sessions.every((session) => session.endsWith(`at ${ROOM}`));
      return isThere && (there === undefined || there.includes('ana') === sessions.length > 0);
    },
  },
  'a lease that was ended stays ended': {
    given: ({ b }) => b.presence.heartbeat(callerOf('ana'), { sessionId: 'app', idle: false }),
    act: ({ a }) => a.presence.endSession(callerOf('ana'), 'app'),
    holds: ({ users }) => users.ana?.sessions?.length === 0,
  },
};

describe('what is acknowledged at last holds where all that is live is lost then:', () => {
  it.each(Object.entries(LOST))('%s', async (name, { holds, ...scenario }) => {
    const { calls } = await run(lanes[0]!, scenario, { how: 'unanswered', what: 'all' });
    // What only the dead node had received is lost with it, except for choices to hide.
    const hows: readonly How[] =
      name === 'who hides stays hidden' ? ['dies', 'refused', 'unanswered'] : ['refused', 'unanswered'];
    const cuts = cutsOf(calls, hows);
    await inLanes(lanes, cuts, async ({ at, how }, lines) => {
      const { looks, amiss } = await run(lines, { ...scenario, loses: true }, { how, what: at });
      const message = `${how} at ${at}, ${calls[at]}`;
      const persisted = [...looks].filter(([, { acknowledged, seen }]) => acknowledged && !holds(seen));
      expect(persisted, message).toEqual([]);
      expect(looks.get('all was lost')?.acknowledged, message).toBe(true);
      expect(amiss, message).toEqual([]);
    });
  });
});
