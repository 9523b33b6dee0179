/**
 * The connections of this node that hold a session: a registry, which restores those that the store lost. The states of a
 * connection are in heldConnection.ts.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { localOf } from '../presence/connectionNames.js';
import { unavailable } from '../presence/errors.js';
import type { Emptied } from '../presence/ports/leases.js';
import { holderOf, isRevoked, sessionById } from '../presence/session.js';
import type { PresenceRecord, Timings } from '../presence/types.js';
import { createConnectionRestore } from './connectionRestore.js';
import type { Held } from './heldConnection.js';
import type { RecentCommits } from './recentCommits.js';
import type { RecordWriter } from './recordWriter.js';
import { createRestoreLine } from './restoreLine.js';

/** How long a command waits for the session of its own connection to be restored, and how often it tries, in ms. */
const RESTORED_WITHIN_MS = 1_200;
const RESTORED_EVERY_MS = 100;

/** What the services and the edge report of connections, and ask of them. */
export interface HeldSessionService {
  /** The name of a connection in the store; `local` is its name at the edge. */
  nameOf(local: string): string;
  /** A connection is about to hold a session. Returns its name in the store. */
  open(connection: { readonly local: string; readonly userId: string; readonly sessionId: string }): string;
  /** The session as the connection takes it, whether or not the store answers that it has. `graceBefore`: see {@link Held}. */
  found(local: string, graceBefore: number | null): void;
  /** The store has it. */
  opened(local: string): void;
  /**
   * The connection closed, so it is not restored any more; its client may take `returnsWithinMs` longer than the grace to come back,
   * and where nothing came over it (`isUnused`) has the grace that it had.
   * Returns it, with its name in the store, the same again until `closed` reports that the store has the close; undefined for a
   * connection without a session.
   */
  close(
    local: string,
    how?: { readonly returnsWithinMs?: number | undefined; readonly isUnused?: boolean | undefined },
  ): Pick<Held, 'name' | 'graceBefore'> | undefined;
  closed(local: string): void;
  /** The record with the session of a connection that closes, where the store lost that session. */
  recall(local: string, record: PresenceRecord, now: number): PresenceRecord;
  /** Something was received from the connection: it lives, and is restored if that is pending. */
  answered(local: string): void;
  /** Whether the connection should hold a session that its user's record, as just read, lacks. */
  isMissing(local: string | null, record: PresenceRecord | undefined): boolean;
  /**
   * Restores the session of a connection before its command uses it. Resolves when it is restored, or need not be; rejects with
   * UNAVAILABLE after {@link RESTORED_WITHIN_MS}.
   */
  ensureRestored(local: string | null): Promise<void>;
}

export interface HeldSessions {
  readonly service: HeldSessionService;
  readonly size: number;
  /** Of whom there is any. */
  userIds(): Iterable<string>;
  holds(userId: string): boolean;
  /** Those of a user that the store should have. */
  registeredOf(userId: string): readonly Held[];
  /** The ids of the sessions that they hold, by user. */
  sessionIds(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether this node serves the connection of that name, of whichever incarnation, or is about to commit its close. */
  has(connectionId: string): boolean;
  /** Whether this node serves it and the store should have it. */
  isRegistered(connection: Held): boolean;
  /** Whether any has yet to answer or to be restored. */
  readonly awaiting: boolean;
  /** Whether any of these was lost by the store: other nodes wait for those. */
  readonly restorePending: boolean;
  /** The node took a new incarnation: all have to answer before their restore. `emptied`: of whom the store lost something. */
  awaitPongs(emptied: Emptied): void;
  /** The recovery ended without this node, and others saw its users leave: only connections that answer are restored. */
  missedRecovery(): void;
  /** Tries again to restore those whose restore failed. */
  retry(): void;
  /** Restores those that the store lost and that have not answered; where the node alone was lost, silent ones stay out. */
  restoreSilent(): void;
  /** Restores one; if it closed meanwhile, disconnects it again. Never rejects. */
  restoreConnection(connection: Held): Promise<void>;
  /** The sessions of these connections were ended on purpose; the connections go on as watchers. */
  revoke(connectionIds: readonly string[]): void;
  /** The store has none of these sessions as of that revision: connections of which this node knows nothing later hold none. */
  endSessions(userId: string, ended: { readonly sessionIds: readonly string[]; readonly revision: number }): void;
  drop(connection: Held): void;
}

const isLostByStore = ({ lostByStore }: Held): boolean => lostByStore;
const isUnrestored = ({ state }: Held): boolean => state === 'awaiting pong' || state === 'restoring';

const isAny = (connections: Iterable<Held>, is: (connection: Held) => boolean): boolean => {
  for (const connection of connections) if (is(connection)) return true;
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
  const byUser = new Map<string, readonly Held[]>();
  /** Those that may have to answer or to be restored still: nobody looks at all the others each second. */
  const unsettled = new Set<Held>();
  /** Closed connections whose close is not committed yet. */
  const closing = new Map<string, Held>();

  const isHeld = (connection: Held): boolean => held.get(connection.local) === connection;
  const isRegistered = (connection: Held): boolean => isHeld(connection) && connection.state === 'registered';
  const drop = (connection: Held): void => {
    if (!isHeld(connection)) return;
    held.delete(connection.local);
    const others = ofUser(connection.userId).filter((other) => other !== connection);
    if (others.length > 0) byUser.set(connection.userId, others);
    else byUser.delete(connection.userId);
  };
  const ofUser = (userId: string): readonly Held[] => byUser.get(userId) ?? [];

  const { restoreConnection: restoreNow, withLostSession } = createConnectionRestore({
    records,
    recentCommits,
    timings,
    nameOf,
    isHeld,
    drop,
    onError,
  });

  const restoreConnection = (connection: Held): Promise<void> => {
    unsettled.add(connection);
    return restoreNow(connection);
  };
  const line = createRestoreLine({ restore: restoreConnection, isHeld });
  /** Those that are held and have yet to answer or to be restored. */
  const stillUnsettled = function* (): Iterable<Held> {
    for (const connection of unsettled) {
      if (isRegistered(connection) || !isHeld(connection)) unsettled.delete(connection);
      else yield connection;
    }
  };
  const restoreAll = (which: (connection: Held) => boolean): void => {
    for (const connection of stillUnsettled()) if (which(connection)) line.add(connection);
  };

  const service: HeldSessionService = {
    nameOf: (local) => held.get(local)?.name ?? nameOf(local),

    open({ local, userId, sessionId }) {
      const name = nameOf(local);
      const before = held.get(local);
      if (before) drop(before);
      const connection: Held = {
        local,
        userId,
        sessionId,
        name,
        state: 'opening',
        lostByStore: false,
        graceBefore: null,
        returnsWithinMs: 0,
      };
      held.set(local, connection);
      byUser.set(userId, [...ofUser(userId), connection]);
      return name;
    },

    found(local, graceBefore) {
      const connection = held.get(local);
      if (connection) connection.graceBefore = graceBefore;
    },

    opened(local) {
      const connection = held.get(local);
      if (connection?.state === 'opening') connection.state = 'registered';
    },

    close(local, { returnsWithinMs = 0, isUnused = false } = {}) {
      const connection = held.get(local);
      if (connection) {
        connection.returnsWithinMs = returnsWithinMs;
        if (!isUnused) connection.graceBefore = null;
        closing.set(local, connection);
        drop(connection);
      }
      return closing.get(local);
    },

    closed(local) {
      closing.delete(local);
    },

    recall(local, record, now) {
      const connection = closing.get(local);
      return connection?.lostByStore ? withLostSession(connection, record, now) : record;
    },

    answered(local) {
      const connection = held.get(local);
      if (connection?.state !== 'awaiting pong') return;
      unsettled.add(connection);
      line.add(connection);
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
      while (isHeld(connection)) {
        await restoreConnection(connection);
        if (connection.state === 'registered' || !isHeld(connection)) return;
        if (performance.now() > giveUpAt) throw unavailable('Your session is being restored. Try again in a moment.');
        await wait(RESTORED_EVERY_MS);
      }
    },
  };

  return {
    service,
    get size() {
      return held.size;
    },
    userIds: () => byUser.keys(),
    holds: (userId) => byUser.has(userId),
    registeredOf: (userId) => ofUser(userId).filter(isRegistered),
    sessionIds: () =>
      new Map([...byUser].map(([userId, connections]) => [userId, new Set(connections.map((each) => each.sessionId))])),
    has(connectionId) {
      const local = localOf(connectionId);
      return held.has(local) || closing.has(local);
    },
    isRegistered,
    get awaiting() {
      return isAny(stillUnsettled(), isUnrestored) || isAny(closing.values(), isLostByStore);
    },
    get restorePending() {
      return isAny(stillUnsettled(), isLostByStore) || isAny(closing.values(), isLostByStore);
    },

    awaitPongs(emptied) {
      line.clear();
      for (const connection of held.values()) {
        connection.state = 'awaiting pong';
        unsettled.add(connection);
      }
      for (const each of [...held.values(), ...closing.values()]) each.lostByStore ||= emptied(each.userId);
    },
    missedRecovery() {
      for (const each of [...held.values(), ...closing.values()]) each.lostByStore = false;
    },
    retry: () => restoreAll(({ state }) => state === 'restoring'),
    restoreSilent: () => restoreAll(({ state, lostByStore }) => state === 'awaiting pong' && lostByStore),
    restoreConnection,

    revoke(connectionIds) {
      for (const connectionId of connectionIds) {
        const connection = held.get(localOf(connectionId));
        if (connection?.name === connectionId) drop(connection);
      }
    },
    endSessions(userId, { sessionIds, revision }) {
      const known = recentCommits.record(userId);
      for (const connection of ofUser(userId)) {
        if (!sessionIds.includes(connection.sessionId)) continue;
        const isOfBefore = known !== undefined && known.revision < revision && sessionById(known, connection.sessionId);
        if (isOfBefore && connection.state !== 'opening') drop(connection);
      }
    },
    drop,
  };
};
