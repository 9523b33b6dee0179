/** Nodes over a store that loses its records, and the invariants of their users. */
import fc from 'fast-check';
import { createKeys } from '../../src/adapters/redis/keys.js';
import { unavailable } from '../../src/presence/errors.js';
import type { Caller } from '../../src/service/contract.js';
import type { TestRedis } from '../support/cluster/redis.js';
import { callerOf, createTeam, orRefused, takeCopy } from '../support/cluster/team.js';
import { message } from '../support/unit/builders.js';

const USERS = ['ana', 'bo'] as const;
const NODES = 3;
const SHARDS = 2;
/** How long the work left at the end may take on a busy machine, in ms. */
const ENDS_WITHIN_MS = 20_000;
/** A session of plain HTTP alone. */
const APP = 'app';
const HOST: Caller = { viewer: { kind: 'service', userId: 'host' }, connectionId: null };

interface At {
  readonly node: number;
  readonly user: number;
}
type Act =
  | ({ readonly kind: 'open' | 'background' | 'end'; readonly session: string } & At)
  | ({ readonly kind: 'choose'; readonly status: (typeof CHOICES)[number] } & At)
  | ({ readonly kind: 'say' } & At)
  /** Over a connection, where there is one. */
  | { readonly kind: 'move'; readonly enters: boolean; readonly which: number; readonly place: (typeof PLACES)[number] }
  | { readonly kind: 'close'; readonly which: number }
  | { readonly kind: 'turn' | 'answer' | 'flush' | 'sweep'; readonly node: number };
export type Command =
  | Act
  | { readonly kind: 'copy' }
  | { readonly kind: 'lose'; readonly how: 'all' | 'what was since the copy'; readonly meanwhile: Act | null }
  | { readonly kind: 'journal'; readonly away: boolean };

/** Fewer than a session may have. */
const PLACES = ['plaza', 'post'] as const;
const CHOICES = ['ONLINE', 'AWAY', 'DO_NOT_DISTURB', 'INVISIBLE', 'INVISIBLE'] as const;
const of = <K extends string>(kind: K) => fc.constant(kind);
const at = { node: fc.nat({ max: NODES - 1 }), user: fc.nat({ max: USERS.length - 1 }) };
const { node } = at;
const session = fc.constantFrom('tab', 'phone');
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: of('open'), ...at, session }) },
  { weight: 2, arbitrary: fc.record({ kind: of('close'), which: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: of('background'), ...at, session: fc.constantFrom('phone', APP) }) },
  { weight: 2, arbitrary: fc.record({ kind: of('end'), ...at, session: fc.constantFrom('tab', 'phone', APP) }) },
  { weight: 5, arbitrary: fc.record({ kind: of('choose'), ...at, status: fc.constantFrom(...CHOICES) }) },
  { weight: 4, arbitrary: fc.record({ kind: of('say'), ...at }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: of('move'),
      enters: fc.boolean(),
      which: fc.nat({ max: 5 }),
      place: fc.constantFrom(...PLACES),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('turn', 'turn', 'answer', 'flush', 'sweep'), node }) },
);
/** Any command, and now and then the store loses something. */
export const losing: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: act },
  { weight: 2, arbitrary: fc.record({ kind: of('copy') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: of('lose'),
      how: fc.constantFrom('all', 'what was since the copy'),
      meanwhile: fc.option(act),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: of('journal'), away: fc.boolean() }) },
);

interface Connection {
  readonly node: number;
  readonly userId: string;
  readonly session: string;
  readonly id: string;
}

/** What was acknowledged to a user. */
const newUser = () => ({
  chosen: 'ONLINE' as (typeof CHOICES)[number],
  /** Messages are numbered; 0: none. */
  said: 0,
  /** Sessions that must not be there, nor come back. */
  over: new Set<string>(),
  /** Sessions that a lease keeps, and those that one may keep: nobody knows what came of a refused connection. */
  leased: new Set<string>(),
  perhaps: new Set<string>(),
  /** Of connected sessions, where they are and where they are not, by session and place. What was refused is not known. */
  places: new Map<string, ReadonlyMap<string, boolean>>(),
  /** What was shown, or brought into the journal, last. */
  asOf: 0,
  lastSeen: 0,
  journalSaid: 0,
});

export const openWorld = async (redis: TestRedis) => {
  const team = createTeam(redis, {
    users: USERS,
    shards: SHARDS,
    graceMs: 300,
    leases: { settleMs: 100, leaseMs: 30_000 },
  });
  const { journal } = team;
  for (const place of PLACES) team.conversations.set(place, { open: true, members: [] });
  const nodes = await team.start(NODES);
  // Each knows of the others by now.
  for (const each of nodes) await each.turn();
  const shardKeys = Array.from({ length: SHARDS }, (_, shard) => createKeys(SHARDS).of(shard).shard);
  let goBack = await takeCopy(redis, shardKeys);

  const users = new Map(USERS.map((userId) => [userId as string, newUser()]));
  let connections: Connection[] = [];
  /** Closed connections whose close is not committed yet. */
  let closing: Connection[] = [];
  let made = 0;
  const amiss: string[] = [];
  const log: string[] = [];

  const held = (userId: string) => connections.filter((each) => each.userId === userId);
  const holds = (userId: string, id: string) => held(userId).some((each) => each.session === id);
  const tryToClose = async () => {
    for (const each of closing) {
      const closed = await orRefused(nodes[each.node]!.close(each.id));
      if (closed !== 'refused') closing = closing.filter((other) => other !== each);
    }
  };

  /** What somebody says, over a connection of theirs on that node, or else as an app. */
  const speak = async ({ node: index, user }: At, content: { status?: (typeof CHOICES)[number]; text?: string }) => {
    const userId = USERS[user]!;
    const expected = users.get(userId)!;
    const over = held(userId).find((each) => each.node === index);
    const { status, text } = content;
    const answer = await orRefused(
      nodes[index]!.presence.setPresence(callerOf(userId, over?.id), {
        ...(over === undefined && { sessionId: APP }),
        ...(status && { status }),
        ...(text !== undefined && { statusMessage: message({ text }) }),
      }),
    );
    if (answer === 'refused') return false;
    if (over === undefined) {
      expected.over.delete(APP);
      expected.leased.add(APP);
    }
    return true;
  };

  const move = async ({ enters, which, place }: Act & { readonly kind: 'move' }): Promise<unknown> => {
    const connection = connections[which % Math.max(1, connections.length)];
    if (!connection) return null;
    const { userId, session: id, node: index } = connection;
    const { places } = users.get(userId)!;
    const { presence } = nodes[index]!;
    const caller = callerOf(userId, connection.id);
    const to = { conversationId: place };
    const answer = await orRefused<unknown>(enters ? presence.enter(caller, to) : presence.leave(caller, to));
    const known = new Map(places.get(id));
    if (answer === 'refused') known.delete(place);
    else known.set(place, enters);
    if (holds(userId, id)) places.set(id, known);
    return answer === 'refused' ? answer : 'done';
  };

  const act = async (what: Act): Promise<unknown> => {
    if (what.kind === 'close') {
      const connection = connections[what.which % Math.max(1, connections.length)];
      if (!connection) return null;
      connections = connections.filter((each) => each !== connection);
      if (!holds(connection.userId, connection.session))
        users.get(connection.userId)!.places.delete(connection.session);
      closing.push(connection);
      return tryToClose();
    }
    if (what.kind === 'move') return move(what);
    const on = nodes[what.node]!;
    switch (what.kind) {
      case 'turn':
        return orRefused(on.turn());
      case 'answer':
        return on.answer();
      case 'flush':
        return orRefused(on.writeBehind.flush());
      case 'sweep':
        return orRefused(on.sweep());
    }
    const userId = USERS[what.user]!;
    const expected = users.get(userId)!;
    switch (what.kind) {
      case 'open': {
        const opened = await orRefused(on.open(userId, what.session));
        const id = opened === 'refused' ? String(on.made) : opened;
        const connection = { node: what.node, userId, session: what.session, id };
        expected.over.delete(what.session);
        const wasLeased = expected.leased.delete(what.session);
        if (opened !== 'refused') expected.perhaps.delete(what.session);
        else if (wasLeased) expected.perhaps.add(what.session);
        if (opened === 'refused') closing.push(connection);
        else connections.push(connection);
        return opened;
      }
      case 'background': {
        const answer = await orRefused(
          on.presence.heartbeat(callerOf(userId), { idle: true, sessionId: what.session }),
        );
        if (answer === 'refused') return answer;
        expected.over.delete(what.session);
        expected.leased.add(what.session);
        return 'done';
      }
      case 'end': {
        expected.places.delete(what.session);
        const answer = await orRefused(on.presence.endSession(callerOf(userId), what.session));
        if (answer === 'refused') return answer;
        expected.over.add(what.session);
        expected.leased.delete(what.session);
        expected.perhaps.delete(what.session);
        connections = connections.filter((each) => each.userId !== userId || each.session !== what.session);
        return answer;
      }
      case 'choose': {
        const done = await speak(what, { status: what.status });
        if (!done) return 'refused';
        expected.chosen = what.status;
        const persisted = journal.rows.get(userId)?.persisted?.chosen;
        if (what.status === 'INVISIBLE' && !journal.failure && persisted !== 'INVISIBLE')
          amiss.push(`${userId} hid, and the journal has ${persisted}`);
        return 'done';
      }
      case 'say': {
        made += 1;
        const said = made;
        if (!(await speak(what, { text: `message ${said}` }))) return 'refused';
        expected.said = said;
        return said;
      }
    }
  };

  const numberOf = (text: string | undefined) => Number(text?.split(' ')[1] ?? 0);

  /** What everybody is shown is what they were promised. */
  const look = async () => {
    for (const [index, each] of nodes.entries()) {
      const views = await orRefused(each.presence.presenceOf(HOST.viewer, USERS));
      const records = await each.records();
      if (views === 'refused' || records === 'refused') continue;
      for (const view of views) {
        const { userId, status, asOf } = view;
        const expected = users.get(userId)!;
        const says = (text: string) => amiss.push(`node ${index} shows ${userId}: ${text}`);
        const isLive = held(userId).length > 0 || expected.leased.size > 0;
        if (expected.chosen === 'INVISIBLE' && status !== 'OFFLINE') says(`${status} while hidden`);
        if (expected.chosen !== 'INVISIBLE' && isLive && status === 'OFFLINE') says('OFFLINE while live');
        const record = records.records.get(userId);
        if (record?.chosen !== expected.chosen) says(`${record?.chosen} rather than ${expected.chosen}`);
        if (numberOf(record?.message?.text) !== expected.said)
          says(`message ${record?.message?.text}, not ${expected.said}`);
        for (const { id } of record?.sessions ?? []) if (expected.over.has(id)) says(`${id}, which ended`);
        const there = new Set(record?.sessions.map(({ id }) => id));
        for (const { session: id } of held(userId)) if (!there.has(id)) says(`no ${id}, which is connected`);
        for (const id of expected.leased) if (!there.has(id)) says(`no ${id}, which has a lease`);
        for (const { id, places } of record?.sessions ?? [])
          for (const [place, isThere] of expected.places.get(id) ?? [])
            if (places.some(({ conversationId }) => conversationId === place) !== isThere)
              says(`${id} ${isThere ? 'not' : 'still'} at ${place}`);
        if (asOf < expected.asOf) says(`asOf ${asOf} after ${expected.asOf}`);
        expected.asOf = Math.max(expected.asOf, asOf);
        if (view.lastSeen !== null && view.lastSeen < expected.lastSeen)
          says(`lastSeen ${view.lastSeen} after ${expected.lastSeen}`);
        expected.lastSeen = Math.max(expected.lastSeen, view.lastSeen ?? 0);
      }
      const online = await orRefused(each.presence.online(HOST.viewer, { first: 10, after: null }));
      if (online !== 'refused') {
        for (const { view } of online.items)
          if (users.get(view.userId)?.chosen === 'INVISIBLE')
            amiss.push(`node ${index} lists ${view.userId}, who hides`);
      }
    }
    for (const [userId, expected] of users) {
      const persisted = journal.rows.get(userId)?.persisted;
      const said = numberOf(persisted?.message?.text);
      if (said < expected.journalSaid)
        amiss.push(`the journal has message ${said} of ${userId} after ${expected.journalSaid}`);
      expected.journalSaid = Math.max(expected.journalSaid, said);
    }
  };

  const step = async (what: Command) => {
    let result: unknown;
    switch (what.kind) {
      case 'copy':
        goBack = await takeCopy(redis, shardKeys);
        break;
      case 'lose': {
        const lose = what.how === 'all' ? () => redis.admin.flushall() : goBack;
        [result] = await Promise.all([what.meanwhile && act(what.meanwhile), lose()]);
        break;
      }
      case 'journal':
        journal.failure = what.away ? unavailable('PostgreSQL is away.') : undefined;
        break;
      default:
        result = await act(what);
    }
    log.push(`${JSON.stringify(what)} → ${JSON.stringify(result)}`);
    const before = amiss.length;
    await look();
    if (amiss.length > before) log.push(`  !! ${amiss.slice(before).join('; ')}`);
  };

  const mayBeLeased = (userId: string, id: string) =>
    users.get(userId)!.leased.has(id) || users.get(userId)!.perhaps.has(id);

  /** Sessions that nothing holds, and that are there all the same. */
  const lingering = async () => {
    const records = await nodes[0]!.records();
    if (records === 'refused') return ['all, since nothing can be read'];
    return [...records.records.values()].flatMap(({ userId, sessions }) =>
      sessions.filter(({ id }) => !holds(userId, id) && !mayBeLeased(userId, id)).map(({ id }) => `${userId}'s ${id}`),
    );
  };

  return {
    amiss,
    step,
    /** Everything is there again, and what is over goes. */
    async settle() {
      journal.failure = undefined;
      const endsAt = performance.now() + ENDS_WITHIN_MS;
      let left: readonly string[] = ['all'];
      while (left.length > 0 && performance.now() < endsAt) {
        for (const each of nodes) {
          await orRefused(each.turn());
          each.answer();
          await tryToClose();
          await orRefused(each.sweep());
        }
        left = await lingering();
        await look();
      }
      amiss.push(...left.map((what) => `${what} stays for good`));
      for (const each of nodes) await each.writeBehind.flush();
      for (const each of nodes) await each.writeBehind.rescue();
      await look();
      for (const [userId, { chosen, said }] of users) {
        const persisted = journal.rows.get(userId)?.persisted;
        if ((persisted?.chosen ?? 'ONLINE') !== chosen)
          amiss.push(`the journal has ${persisted?.chosen} of ${userId}, not ${chosen}`);
        if (numberOf(persisted?.message?.text) !== said)
          amiss.push(`the journal has ${persisted?.message?.text} of ${userId}, not ${said}`);
      }
      if (amiss.length > 0) amiss.push(...log);
    },
    async close() {
      for (const each of nodes) await each.stop();
    },
  };
};
