/**
 * This node: the connections that it serves, under the name of its present incarnation, and its lease. It finds out
 * when others took it for lost, or when the store came back empty, and puts back what it holds. DESIGN section 2.
 */
import { PresenceError } from './errors.js';
import type { Bus, Store, Unsubscribe } from './ports.js';
import { disconnect } from './record.js';
import type { ReadRecords, RecordWriter } from './records.js';
import { mend, nodeLost, putBack, remind } from './recovery.js';
import type { Remembered } from './remembered.js';
import { holderOf, newSession, sessionById } from './session.js';
import type { Transition } from './transitions.js';
import type { PresenceRecord, Session, Timings } from './types.js';

/** How many users are mended, or read, at once. */
const BATCH = 100;

/** A connection that this node serves and that holds a session. */
interface Held {
  readonly local: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Under which the store knows it. */
  name: string;
  /** It has to be put back, once it answered; or it answered, and is being put back. */
  state: 'there' | 'asked' | 'returning';
  /** The store came back empty, and has not got it again. */
  forgotten: boolean;
}

export interface Node {
  /** The name of a connection, which the edge knows by `local`, under the present incarnation. */
  nameOf(local: string): string;
  /** A connection is about to hold a session. Returns its name. */
  open(connection: { readonly local: string; readonly userId: string; readonly sessionId: string }): string;
  /**
   * It holds it no more, and is not put back. Returns the name under which the store knows it, again until the store
   * was told, see `closed`; undefined where it held none.
   */
  close(local: string): string | undefined;
  closed(local: string): void;
  /** The record of a connection that closes, with the session that it held, where the store forgot that. */
  recall(local: string, record: PresenceRecord, now: number): PresenceRecord;
  /** The connection answered: it lives, and is put back if it has to be. */
  heard(local: string): void;
  /** The store answered lately, and does not settle. */
  readonly healthy: boolean;
  readonly connections: number;
  /** Begins to hear what other nodes end. */
  start(): Promise<void>;
  /** One turn: the lease, what was lost, what others lost. Every second or so. */
  turn(): Promise<void>;
  /** Compares what the store has of this node with what it serves, and mends both. Once a minute, and after a gap. */
  mend(): Promise<void>;
  /** Ends the lease, once nothing is left on it. */
  stop(): Promise<void>;
}

export const createNode = ({
  store,
  bus,
  records,
  readRecords,
  remembered,
  timings,
  newIncarnation,
  onRevived,
  onSettled,
  onTransition,
  onError,
}: {
  readonly store: Store;
  readonly bus: Bus;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly remembered: Remembered;
  readonly timings: Timings;
  readonly newIncarnation: () => string;
  /** Connections have to answer before they are put back: ask them now. `emptied`: the store forgot everything. */
  readonly onRevived: (emptied: boolean) => void;
  /** The store came back empty and has settled: what was shown is brought up to date. */
  readonly onSettled: () => void;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
}): Node => {
  let incarnation = newIncarnation();
  let healthyAt = Number.NEGATIVE_INFINITY;
  let settled = false;
  const held = new Map<string, Held>();
  /** Names of connections that closed, and of which the store has still to be told. */
  const closing = new Map<string, Held>();
  /** Connections that answered and are not put back yet, and those of them that are on the way. */
  const returning = new Set<Held>();
  const underWay = new Set<Held>();
  /** The others have had a moment to put back what they hold, and are to be reminded of what they may not know. */
  let remindsOthers = false;

  const nameOf = (local: string) => `${incarnation}/${local}`;

  let unsubscribe: Unsubscribe = () => {};

  const rememberedSession = ({ userId, sessionId }: Held, now: number): Session => {
    const record = remembered.record(userId);
    return (record && sessionById(record, sessionId)) ?? newSession(sessionId, now);
  };

  const putBackOne = async (connection: Held): Promise<void> => {
    returning.add(connection);
    connection.state = 'returning';
    if (underWay.has(connection)) return;
    underWay.add(connection);
    const name = nameOf(connection.local);
    try {
      await records.update(
        connection.userId,
        (record, now) => putBack(record, { session: rememberedSession(connection, now), connectionId: name }, now),
        'put back',
      );
      connection.name = name;
      connection.forgotten = false;
      settle(connection, name);
      // It closed meanwhile: what was just put back is let go of.
      if (held.get(connection.local) !== connection) {
        await records.update(
          connection.userId,
          (record, now) => disconnect(record, { connectionId: name, heardAt: now }, now, timings),
          'closed',
        );
      }
    } catch (error) {
      // While the store is away the next turn tries again; a user who is no more has nothing to be put back.
      if (!(error instanceof PresenceError && error.code === 'UNAVAILABLE')) settle(connection, name);
      onError(error);
    } finally {
      underWay.delete(connection);
    }
  };

  /** Nothing is left to be done about it, unless the node took another incarnation meanwhile. */
  const settle = (connection: Held, name: string): void => {
    if (name !== nameOf(connection.local)) return;
    connection.state = 'there';
    returning.delete(connection);
  };

  /** HTTP leases and graces that this node knows of, and that lived when the store was last seen, `gapMs` ago. */
  const putBackRest = async (record: PresenceRecord, gapMs: number): Promise<void> => {
    for (const session of record.sessions.filter(({ connections }) => connections.length === 0)) {
      const putBackLonger = (present: PresenceRecord, now: number) => {
        const prolonged = (until: number | null) => until && Math.max(until, now + timings.heartbeatIntervalMs);
        const lives = (session.graceUntil ?? session.leaseUntil ?? 0) > now - gapMs;
        if (!lives) return { record: present, result: null };
        const longer = {
          ...session,
          graceUntil: prolonged(session.graceUntil),
          leaseUntil: prolonged(session.leaseUntil),
        };
        return putBack(present, { session: longer, connectionId: null }, now);
      };
      await records.update(record.userId, putBackLonger, 'put back');
    }
  };

  /** Others took this node for gone, or the store forgot it: it is another from now on. */
  const revive = async (emptied: boolean, gapMs: number): Promise<void> => {
    const before = incarnation;
    incarnation = newIncarnation();
    if (emptied) onTransition({ kind: 'store emptied' });
    onTransition({ kind: 'node revived', incarnation, before });
    returning.clear();
    for (const connection of held.values()) connection.state = 'asked';
    if (emptied) for (const each of [...held.values(), ...closing.values()]) each.forgotten = true;
    await store.renewLease(incarnation);
    onRevived(emptied);
    if (!emptied) return;
    settled = false;
    remindsOthers = true;
    await inBatches([...remembered.records()], (record) => putBackRest(record, gapMs).catch(onError));
  };

  /** What this node heard of sessions that others hold, such as over plain HTTP: those may know less of them. */
  const remindOthers = async (): Promise<void> => {
    const mine = new Set([...held.values()].map(({ userId, sessionId }) => `${userId}\n${sessionId}`));
    await inBatches([...remembered.records()], async (record) => {
      for (const session of record.sessions) {
        if (session.connections.length === 0 || mine.has(`${record.userId}\n${session.id}`)) continue;
        await records.update(record.userId, (present, now) => remind(present, session, now), 'put back').catch(onError);
      }
    });
  };

  /** What a turn brings in which nothing was found amiss. */
  const goOn = async (settledInMs: number): Promise<void> => {
    for (const connection of returning) void putBackOne(connection);
    if (remindsOthers) await remindOthers();
    remindsOthers = false;
    if (settled || settledInMs > 0) return;
    settled = true;
    onTransition({ kind: 'store settled' });
    onSettled();
  };

  const sweepLost = async (): Promise<void> => {
    for (const { incarnation: lost, heardAt } of await store.lostNodes()) {
      const userIds = await store.usersOn(lost);
      await inBatches(userIds, (userId) =>
        records
          .update(userId, (record, now) => nodeLost(record, { incarnation: lost, heardAt }, now, timings), 'node lost')
          .catch(onError),
      );
      // The mark stays until nobody is on the node: whoever comes next finishes what failed here.
      if (await store.dismiss(lost)) {
        onTransition({ kind: 'node lost', incarnation: lost, users: userIds.length });
      }
    }
  };

  /** Judged when it is decided: connections come and are put back meanwhile. */
  const served = {
    has: (connectionId: string) => held.has(connectionId.slice(connectionId.lastIndexOf('/') + 1)),
  };

  const mendOne = async (userId: string): Promise<void> => {
    await records.update(userId, (record, now) => mend(record, { incarnation, served }, now, timings), 'lost');
  };

  return {
    nameOf: (local) => held.get(local)?.name ?? nameOf(local),

    open({ local, userId, sessionId }) {
      const connection = {
        local,
        userId,
        sessionId,
        name: nameOf(local),
        state: 'there',
        forgotten: false,
      } satisfies Held;
      held.set(local, connection);
      return connection.name;
    },

    close(local) {
      const connection = held.get(local);
      if (connection) {
        closing.set(local, connection);
        returning.delete(connection);
      }
      held.delete(local);
      return closing.get(local)?.name;
    },

    closed(local) {
      closing.delete(local);
    },

    recall(local, record, now) {
      const connection = closing.get(local);
      const known = connection && remembered.record(connection.userId);
      const session = known && sessionById(known, connection.sessionId);
      if (!session || !connection.forgotten || holderOf(record, connection.name)) return record;
      return putBack(record, { session, connectionId: connection.name }, now).record;
    },

    heard(local) {
      const connection = held.get(local);
      if (connection?.state === 'asked') void putBackOne(connection);
    },

    get healthy() {
      return settled && performance.now() - healthyAt < 2_500;
    },
    get connections() {
      return held.size;
    },

    async start() {
      unsubscribe = await bus.subscribeEnded((message) => {
        remembered.ended(message);
        const ended = new Set(message.connectionIds);
        for (const connection of held.values()) {
          if (!ended.has(connection.name)) continue;
          held.delete(connection.local);
          returning.delete(connection);
        }
      });
    },

    async turn() {
      const { lost, emptied, settledInMs } = await store.renewLease(incarnation, { puttingBack: returning.size > 0 });
      const gapMs = performance.now() - healthyAt;
      healthyAt = performance.now();
      if (lost || emptied) await revive(emptied, gapMs);
      else await goOn(settledInMs);
      await sweepLost();
    },

    async mend() {
      const byUser = new Map<string, Held[]>();
      for (const connection of held.values()) {
        byUser.set(connection.userId, [...(byUser.get(connection.userId) ?? []), connection]);
      }
      const known = await store.usersOn(incarnation);
      await inBatches([...new Set([...known, ...byUser.keys()])], (userId) => mendOne(userId).catch(onError));

      const { records: present } = await readRecords([...byUser.keys()]);
      for (const [userId, connections] of byUser) {
        const record = present.get(userId);
        const there = new Set(record?.sessions.flatMap((session) => session.connections));
        for (const connection of connections) {
          if (there.has(connection.name) || held.get(connection.local) !== connection) continue;
          // It is being put back, or has to answer first.
          if (connection.state !== 'there') continue;
          // A record that is newer than what this node knows lost the connection on purpose; an older one forgot it.
          const known = remembered.record(userId);
          if (record && known && record.revision > known.revision) held.delete(connection.local);
          else await putBackOne(connection);
        }
      }
      for (const record of present.values()) if (record.sessions.length > 0) remembered.learnt(record);
      const now = await store.now();
      remembered.prune(
        (record) =>
          byUser.has(record.userId) ||
          record.sessions.some(({ graceUntil, leaseUntil }) => (graceUntil ?? leaseUntil ?? 0) > now),
      );
    },

    async stop() {
      unsubscribe();
      await store.dismiss(incarnation);
    },
  };
};

const inBatches = async <T>(items: readonly T[], each: (item: T) => Promise<unknown>): Promise<void> => {
  for (let from = 0; from < items.length; from += BATCH) await Promise.all(items.slice(from, from + BATCH).map(each));
};
