/**
 * The connections that this node serves and that hold sessions: what each is called in the store, and how it is put
 * back where the store lost it, or others took this node for lost. See docs/architecture.md.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { passes, unavailable } from './errors.js';
import type { Emptied } from './ports.js';
import { disconnect } from './record.js';
import type { RecordWriter } from './records.js';
import { putBack } from './recovery.js';
import type { Remembered } from './remembered.js';
import { holderOf, isWithdrawn, newSession, sessionById } from './session.js';
import type { PresenceRecord, Timings } from './types.js';

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
  state: 'opening' | 'there' | 'asked' | 'returning';
  /** The store lost it, or may have, and has not got it again, nor was anybody shown that it has not. */
  forgotten: boolean;
}

/** What the verbs of presence, and the edge, tell of connections. */
export interface HoldingVerbs {
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
  heard(local: string): void;
  /** Whether a connection holds a session that its user's record, as it was just read, has lost. */
  isMissing(local: string | null, record: PresenceRecord | undefined): boolean;
  /**
   * The connection speaks, so it lives: its session is put back before it is spoken of. Resolves once that was done or
   * need not be; rejects with UNAVAILABLE where it cannot be done soon. Never takes longer than what else is asked of a store.
   */
  restored(local: string | null): Promise<void>;
}

export interface Holding {
  readonly verbs: HoldingVerbs;
  all(): readonly Held[];
  /** The ids of the sessions that they hold, by user. */
  sessions(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether this node serves the connection of that name, whichever incarnation it is of. */
  has(connectionId: string): boolean;
  /** Whether it is served, and the store should have it. */
  isThere(connection: Held): boolean;
  /** Some have to answer, or to be put back. */
  readonly awaiting: boolean;
  /** The same of those that the store lost: others wait for these. */
  readonly owing: boolean;
  /** All have to answer, and are then put back; `emptied`: whose connections the store lost. */
  ask(emptied: Emptied): void;
  /** The others did not wait for them, and saw them gone: only those that answer are put back. */
  comeLate(): void;
  /** Puts back those that answered and could not be put back then. */
  tryAgain(): void;
  /** Puts back those that the store lost and that have not answered yet; of whom this node was lost for, it asks on. */
  putBackSilent(): void;
  /** Puts back one, and lets go of it where it closed meanwhile. Never rejects. */
  putBack(connection: Held): Promise<void>;
  /** Connections of these names hold nothing any more, and go on as watchers. */
  end(connectionIds: readonly string[]): void;
  /** Sessions of a user are not there as of that revision: connections of which this node knows nothing later hold none. */
  endSessions(userId: string, ended: { readonly sessionIds: readonly string[]; readonly revision: number }): void;
  drop(connection: Held): void;
}

const isForgotten = ({ forgotten }: Held): boolean => forgotten;

const isAny = (connections: ReadonlyMap<string, Held>, is: (connection: Held) => boolean): boolean => {
  for (const connection of connections.values()) if (is(connection)) return true;
  return false;
};

export const createHolding = ({
  records,
  remembered,
  timings,
  nameOf,
  onError,
}: {
  readonly records: RecordWriter;
  readonly remembered: Remembered;
  readonly timings: Timings;
  /** The name of a connection under the node's present incarnation. */
  readonly nameOf: (local: string) => string;
  readonly onError: (error: unknown) => void;
}): Holding => {
  const held = new Map<string, Held>();
  /** Connections that closed, and of which the store has still to be told. */
  const closing = new Map<string, Held>();
  /** Connections that answered and are not put back yet, and those of them that are on the way. */
  const returning = new Set<Held>();
  const underWay = new Set<Held>();

  /** How a connection is put back: its session as this node knows it and, where the store forgot all, what the host put. */
  const asKnown = ({ userId, sessionId, forgotten }: Held, connectionId: string, now: number) => ({
    session: remembered.session(userId, sessionId) ?? newSession(sessionId, now),
    connectionId,
    memory: forgotten ? (remembered.lostRecord(userId)?.hosted ?? null) : null,
  });

  /** Whether the user was deleted since, and named again: nothing of before comes back. */
  const isOfAnother = ({ userId, generation }: PresenceRecord): boolean => {
    const known = remembered.lostRecord(userId)?.record ?? remembered.record(userId);
    return known !== undefined && known.generation !== generation;
  };

  const putBackOne = async (connection: Held): Promise<void> => {
    returning.add(connection);
    connection.state = 'returning';
    if (underWay.has(connection)) return;
    underWay.add(connection);
    const name = nameOf(connection.local);
    // While it was not there, and this node has not heard of it; under the new name where an answer was lost.
    const wasEnded = (record: PresenceRecord) =>
      isWithdrawn(record, connection.name) || isWithdrawn(record, name) || isOfAnother(record);
    try {
      const { record: after } = await records.update(
        connection.userId,
        (record, now) =>
          wasEnded(record) ? { record, result: null } : putBack(record, asKnown(connection, name, now), now),
        'put back',
      );
      if (wasEnded(after)) return drop(connection);
      connection.name = name;
      // Where the node took another incarnation meanwhile the store may have lost it again.
      if (name === nameOf(connection.local)) connection.forgotten = false;
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
      // While the store is away the next turn tries again; a user who is no more has nothing to be put back, and where
      // a newer release has written of them others must not wait for it: `mend` looks once a minute.
      if (!passes(error)) settle(connection, name);
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

  const drop = (connection: Held): void => {
    held.delete(connection.local);
    returning.delete(connection);
  };

  return {
    verbs: {
      nameOf: (local) => held.get(local)?.name ?? nameOf(local),

      open({ local, userId, sessionId }) {
        const name = nameOf(local);
        held.set(local, { local, userId, sessionId, name, state: 'opening', forgotten: false });
        return name;
      },

      opened(local) {
        const connection = held.get(local);
        if (connection?.state === 'opening') connection.state = 'there';
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
        if (!connection?.forgotten || holderOf(record, connection.name)) return record;
        if (!remembered.session(connection.userId, connection.sessionId)) return record;
        return putBack(record, asKnown(connection, connection.name, now), now).record;
      },

      heard(local) {
        const connection = held.get(local);
        if (connection?.state === 'asked') void putBackOne(connection);
      },

      isMissing(local, record) {
        const connection = local === null ? undefined : held.get(local);
        if (!connection || connection.state === 'opening') return false;
        return !record || !(holderOf(record, connection.name) || isWithdrawn(record, connection.name));
      },

      async restored(local) {
        const connection = local === null ? undefined : held.get(local);
        if (!connection) return;
        const giveUpAt = performance.now() + RESTORED_WITHIN_MS;
        for (;;) {
          await putBackOne(connection);
          if (connection.state === 'there' || held.get(connection.local) !== connection) return;
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
    isThere: (connection) => held.get(connection.local) === connection && connection.state === 'there',
    get awaiting() {
      return returning.size > 0 || isAny(held, ({ state }) => state === 'asked') || isAny(closing, isForgotten);
    },
    get owing() {
      return isAny(held, ({ state, forgotten }) => forgotten && state !== 'there') || isAny(closing, isForgotten);
    },

    ask(emptied) {
      returning.clear();
      for (const connection of held.values()) connection.state = 'asked';
      for (const each of [...held.values(), ...closing.values()]) each.forgotten ||= emptied(each.userId);
    },

    comeLate() {
      for (const each of [...held.values(), ...closing.values()]) each.forgotten = false;
    },

    tryAgain() {
      for (const connection of returning) void putBackOne(connection);
    },

    putBackSilent() {
      for (const connection of held.values()) {
        if (connection.state === 'asked' && connection.forgotten) void putBackOne(connection);
      }
    },

    putBack: putBackOne,

    end(connectionIds) {
      const ended = new Set(connectionIds);
      for (const connection of held.values()) if (ended.has(connection.name)) drop(connection);
    },
    endSessions(userId, { sessionIds, revision }) {
      const known = remembered.record(userId);
      for (const connection of held.values()) {
        if (connection.userId !== userId || !sessionIds.includes(connection.sessionId)) continue;
        const isOfBefore = known !== undefined && known.revision < revision && sessionById(known, connection.sessionId);
        if (isOfBefore && connection.state !== 'opening') drop(connection);
      }
    },
    drop,
  };
};
