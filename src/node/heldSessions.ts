/**
 * The connections that this node serves and that hold sessions: what each is called in the store, and how it is put
 * back where the store lost it, or others took this node for lost. See docs/architecture.md.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { passes, unavailable } from '../presence/errors.js';
import type { Emptied } from '../presence/ports/leases.js';
import { disconnect } from '../presence/record.js';
import { restoreConnection } from '../presence/recovery.js';
import { holderOf, isRevoked, newSession } from '../presence/session.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import type { RecentCommits } from './recentCommits.js';
import type { RecordWriter } from './recordWriter.js';

/** For how long a command waits until the session of its own connection is put back, in ms, and how often it tries. */
const RESTORED_WITHIN_MS = 1_200;
const RESTORED_EVERY_MS = 100;

/** A connection that this node serves and that holds a session. */
export interface Held {
  readonly local: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Under which the store knows it. */
  name: string;
  /** It is just taking its session; or has to be put back, once it answered; or it answered, and is being put back. */
  state: 'opening' | 'registered' | 'awaiting pong' | 'restoring';
  /** The store lost it, or may have, and has not got it again, nor was anybody shown that it has not. */
  lostByStore: boolean;
}

/** What the verbs of presence, and the edge, tell of connections. */
export interface HeldSessionService {
  /** The name of a connection, which the edge knows by `local`, under the present incarnation. */
  nameOf(local: string): string;
  /** A connection is about to hold a session. Returns its name. */
  open(connection: { readonly local: string; readonly userId: string; readonly sessionId: string }): string;
  /** The store has it. */
  opened(local: string): void;
  /**
   * It holds it no more, and is not put back. Returns the name under which the store knows it, again until the store
   * was told, see `closed`; undefined where it held none.
   */
  close(local: string): string | undefined;
  closed(local: string): void;
  /** The record of a connection that closes, with the session that it held, where the store forgot that. */
  recall(local: string, record: PresenceRecord, now: number): PresenceRecord;
  /** The connection answered: it lives, and is put back if it has to be. */
  answered(local: string): void;
  /** Whether a connection holds a session that its user's record, as it was just read, has lost. */
  isMissing(local: string | null, record: PresenceRecord | undefined): boolean;
  /**
   * The connection speaks, so it lives: its session is put back before it is spoken of. Resolves once that was done or
   * need not be; rejects with UNAVAILABLE where it cannot be done soon. Never takes longer than what else is asked of a store.
   */
  ensureRestored(local: string | null): Promise<void>;
}

export interface HeldSessions {
  readonly verbs: HeldSessionService;
  all(): readonly Held[];
  /** The ids of the sessions that they hold, by user. */
  sessions(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether this node serves the connection of that name, whichever incarnation it is of. */
  has(connectionId: string): boolean;
  /** Whether it is served, and the store should have it. */
  isRegistered(connection: Held): boolean;
  /** Some have to answer, or to be put back. */
  readonly awaiting: boolean;
  /** The same of those that the store lost: others wait for these. */
  readonly restorePending: boolean;
  /** All have to answer, and are then put back; `emptied`: whose connections the store lost. */
  awaitPongs(emptied: Emptied): void;
  /** The others did not wait for them, and saw them gone: only those that answer are put back. */
  comeLate(): void;
  /** Puts back those that answered and could not be put back then. */
  tryAgain(): void;
  /** Puts back those that the store lost and that have not answered yet; of whom this node was lost for, it asks on. */
  restoreSilent(): void;
  /** Puts back one, and lets go of it where it closed meanwhile. Never rejects. */
  restoreConnection(connection: Held): Promise<void>;
  /** Connections of these names hold nothing any more, and go on as watchers. */
  end(connectionIds: readonly string[]): void;
  drop(connection: Held): void;
}

const isLostByStore = ({ lostByStore }: Held): boolean => lostByStore;

const isAny = (connections: ReadonlyMap<string, Held>, is: (connection: Held) => boolean): boolean => {
  for (const connection of connections.values()) if (is(connection)) return true;
  return false;
};

export const createHeldSessions = ({
  records,
  recentCommits,
  timings,
  nameOf,
  onError,
}: {
  readonly records: RecordWriter;
  readonly recentCommits: RecentCommits;
  readonly timings: Timings;
  /** The name of a connection under the node's present incarnation. */
  readonly nameOf: (local: string) => string;
  readonly onError: (error: unknown) => void;
}): HeldSessions => {
  const held = new Map<string, Held>();
  /** Connections that closed, and of which the store has still to be told. */
  const closing = new Map<string, Held>();
  /** Connections that answered and are not put back yet, and those of them that are on the way. */
  const restoring = new Set<Held>();
  const underWay = new Set<Held>();

  /** How a connection is put back: its session as this node knows it and, where the store forgot all, what the host put. */
  const asKnown = ({ userId, sessionId, lostByStore }: Held, connectionId: string, now: number) => ({
    session: recentCommits.session(userId, sessionId) ?? newSession(sessionId, now),
    connectionId,
    memory: lostByStore ? (recentCommits.lostRecord(userId)?.hostProvided ?? null) : null,
  });

  /** Whether the user was deleted since, and named again: nothing of before comes back. */
  const isOfAnother = ({ userId, generation }: PresenceRecord): boolean => {
    const known = recentCommits.lostRecord(userId)?.record ?? recentCommits.record(userId);
    return known !== undefined && known.generation !== generation;
  };

  const restoreOne = async (connection: Held): Promise<void> => {
    restoring.add(connection);
    connection.state = 'restoring';
    if (underWay.has(connection)) return;
    underWay.add(connection);
    const name = nameOf(connection.local);
    // While it was not there, and this node has not heard of it; under the new name where an answer was lost.
    const wasEnded = (record: PresenceRecord) =>
      isRevoked(record, connection.name) || isRevoked(record, name) || isOfAnother(record);
    try {
      const { record: after } = await records.update(
        connection.userId,
        (record, now) =>
          wasEnded(record) ? { record, result: null } : restoreConnection(record, asKnown(connection, name, now), now),
        'put back',
      );
      if (wasEnded(after)) return drop(connection);
      connection.name = name;
      connection.lostByStore = false;
      markRegistered(connection, name);
      // It closed meanwhile: what was just put back is let go of.
      if (held.get(connection.local) !== connection) {
        await records.update(
          connection.userId,
          (record, now) => disconnect(record, { connectionId: name, aliveAt: now }, now, timings),
          'closed',
        );
      }
    } catch (error) {
      // While the store is away the next turn tries again; a user who is no more has nothing to be put back, and where
      // a newer release has written of them others must not wait for it: `mend` looks once a minute.
      if (!passes(error)) markRegistered(connection, name);
      onError(error);
    } finally {
      underWay.delete(connection);
    }
  };

  /** Nothing is left to be done about it, unless the node took another incarnation meanwhile. */
  const markRegistered = (connection: Held, name: string): void => {
    if (name !== nameOf(connection.local)) return;
    connection.state = 'registered';
    restoring.delete(connection);
  };

  const drop = (connection: Held): void => {
    held.delete(connection.local);
    restoring.delete(connection);
  };

  return {
    verbs: {
      nameOf: (local) => held.get(local)?.name ?? nameOf(local),

      open({ local, userId, sessionId }) {
        const name = nameOf(local);
        held.set(local, { local, userId, sessionId, name, state: 'opening', lostByStore: false });
        return name;
      },

      opened(local) {
        const connection = held.get(local);
        if (connection?.state === 'opening') connection.state = 'registered';
      },

      close(local) {
        const connection = held.get(local);
        if (connection) {
          closing.set(local, connection);
          drop(connection);
        }
        return closing.get(local)?.name;
      },

      closed(local) {
        closing.delete(local);
      },

      recall(local, record, now) {
        const connection = closing.get(local);
        if (!connection?.lostByStore || holderOf(record, connection.name)) return record;
        if (!recentCommits.session(connection.userId, connection.sessionId)) return record;
        return restoreConnection(record, asKnown(connection, connection.name, now), now).record;
      },

      answered(local) {
        const connection = held.get(local);
        if (connection?.state === 'awaiting pong') void restoreOne(connection);
      },

      isMissing(local, record) {
        const connection = local === null ? undefined : held.get(local);
        if (!connection || connection.state === 'opening') return false;
        return !record || !(holderOf(record, connection.name) || isRevoked(record, connection.name));
      },

      async ensureRestored(local) {
        const connection = local === null ? undefined : held.get(local);
        if (!connection) return;
        const giveUpAt = performance.now() + RESTORED_WITHIN_MS;
        for (;;) {
          await restoreOne(connection);
          if (connection.state === 'registered' || held.get(connection.local) !== connection) return;
          if (performance.now() > giveUpAt) throw unavailable('Your session is being restored. Try again in a moment.');
          await wait(RESTORED_EVERY_MS);
        }
      },
    },

    all: () => [...held.values()],
    sessions() {
      const byUser = new Map<string, Set<string>>();
      for (const { userId, sessionId } of held.values()) {
        byUser.set(userId, (byUser.get(userId) ?? new Set()).add(sessionId));
      }
      return byUser;
    },
    has: (connectionId) => held.has(connectionId.slice(connectionId.lastIndexOf('/') + 1)),
    isRegistered: (connection) => held.get(connection.local) === connection && connection.state === 'registered',
    get awaiting() {
      return (
        restoring.size > 0 || isAny(held, ({ state }) => state === 'awaiting pong') || isAny(closing, isLostByStore)
      );
    },
    get restorePending() {
      return (
        isAny(held, ({ state, lostByStore }) => lostByStore && state !== 'registered') || isAny(closing, isLostByStore)
      );
    },

    awaitPongs(emptied) {
      restoring.clear();
      for (const connection of held.values()) connection.state = 'awaiting pong';
      for (const each of [...held.values(), ...closing.values()]) each.lostByStore ||= emptied(each.userId);
    },

    comeLate() {
      for (const each of [...held.values(), ...closing.values()]) each.lostByStore = false;
    },

    tryAgain() {
      for (const connection of restoring) void restoreOne(connection);
    },

    restoreSilent() {
      for (const connection of held.values()) {
        if (connection.state === 'awaiting pong' && connection.lostByStore) void restoreOne(connection);
      }
    },

    restoreConnection: restoreOne,

    end(connectionIds) {
      const ended = new Set(connectionIds);
      for (const connection of held.values()) if (ended.has(connection.name)) drop(connection);
    },
    drop,
  };
};
