import { setTimeout as wait } from 'node:timers/promises';
import { createDepartures } from './departures.js';
import { badInput, forbidden, isUnavailable, notFound, passes, unreadableRecord } from './errors.js';
import { checkActivities, checkId, checkStatusMessage } from './input.js';
import { createNode } from './node.js';
import type { Bus, Decision, FactChange, Journal, People, RateLimits, Store } from './ports.js';
import { createReading } from './reading.js';
import { createReads } from './reads.js';
import * as record from './record.js';
import { createRecordReader, createRecordWriter } from './records.js';
import { createRemembered } from './remembered.js';
import { isIdle } from './session.js';
import type { Cause, Transition } from './transitions.js';
import type { ActivityInput, PresenceRecord, Timings } from './types.js';
import { createTypingVerbs } from './typingVerbs.js';
import type { Caller, Presence, SetPresence } from './verbs.js';
import { viewAt } from './view.js';
import { SELF, type Viewer } from './visibility.js';

const RETRY_MS = 500;

/** A service token is the host's back end, not somebody who is present. */
const userOf = (viewer: Viewer): string => {
  if (viewer.kind === 'user') return viewer.userId;
  throw forbidden('A service token has no presence of its own; use the token of a user.');
};

/** Whether a change is a choice to hide, and nothing else. */
const onlyHides = ({ status, statusMessage, activities, device }: Omit<SetPresence, 'sessionId'>): boolean =>
  status !== undefined &&
  record.isHiding(status) &&
  statusMessage === undefined &&
  activities === undefined &&
  device === undefined;

const HIDING_ALREADY = 'hiding already';
type HidingAlready = typeof HIDING_ALREADY;

const hasTimes = ({ startedAt, expiresAt }: ActivityInput): boolean => startedAt !== null || expiresAt !== null;

/** A heartbeat at least this often keeps a session alive and shows it active, in seconds. */
export const heartbeatSeconds = ({ heartbeatIntervalMs, sessionTtlMs, idleAfterMs }: Timings): number =>
  Math.max(1, Math.floor(Math.min(heartbeatIntervalMs, sessionTtlMs / 2, idleAfterMs / 2) / 1_000));

export const createPresence = ({
  store,
  bus,
  people,
  journal,
  rateLimits,
  timings,
  sweepMs = 0,
  newId,
  newIncarnation,
  onRevived = () => {},
  onSettled = () => {},
  onTransition = () => {},
  onJournalFailure,
}: {
  readonly store: Store;
  readonly bus: Bus;
  readonly people: People;
  readonly journal: Journal;
  readonly rateLimits: RateLimits;
  readonly timings: Timings;
  /** How often it is looked who is due, in ms. */
  readonly sweepMs?: number;
  /** A new session id. */
  readonly newId: () => string;
  /** The name of this node from now on, which no other ever had. */
  readonly newIncarnation: () => string;
  /** Connections have to answer before they are put back: ask them now. `emptied`: the store lost something. */
  readonly onRevived?: (emptied: boolean) => void;
  /** The store came back empty and has settled: what was shown is brought up to date. */
  readonly onSettled?: () => void;
  /** What happened to sessions, nodes and the store, as far as this node brought it about or found out. */
  readonly onTransition?: (transition: Transition) => void;
  readonly onJournalFailure: (error: unknown) => void;
}) => {
  const remembered = createRemembered();
  const { readRecords, readAlike } = createRecordReader({ store, journal, remembered });
  const departures = createDepartures({ graceMs: timings.graceMs, sweepMs });
  const records = createRecordWriter({ store, bus, journal, remembered, departures, onTransition, onJournalFailure });
  const node = createNode({
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
    onError: onJournalFailure,
  });
  /** The name of a connection, as the store knows it. */
  const nameOf = (connectionId: string | null) => connectionId && node.nameOf(connectionId);
  const reads = createReads({ rateLimits });
  const { endTypingOfStrangers, ...typingVerbs } = createTypingVerbs({
    store,
    people,
    reads,
    rateLimits,
    timings,
    userOf,
    nameOf,
    holding: node,
  });

  /** Whose session speaks, by the name that the connection has when it is asked. */
  const speakingOf = ({ connectionId }: Caller, sessionId: string | undefined): (() => record.Speaking) => {
    const named = sessionId === undefined ? null : checkId(sessionId, 'sessionId');
    const newSessionId = newId();
    return () => ({ sessionId: named, connectionId: nameOf(connectionId), newSessionId });
  };

  /** What a connection says waits until its own session is there, where the store lost that: another would start beside it. */
  const speak = async <R>(
    { connectionId }: Caller,
    userId: string,
    decide: (before: PresenceRecord, now: number) => Decision<R>,
    cause?: Cause,
  ) => {
    for (;;) {
      const { result, ...committed } = await records.speak<{ readonly said: R } | null>(
        userId,
        (before, now) => {
          if (node.isMissing(connectionId, before)) return { record: before, result: null };
          const decision = decide(before, now);
          return { record: decision.record, result: { said: decision.result } };
        },
        cause,
      );
      if (result) return { ...committed, result: result.said };
      await node.restored(connectionId);
    }
  };

  /** How long ago who hides now seems to have closed their tab: not before others saw them type, or stop. */
  const closedMsAgoOf = async (userId: string): Promise<number> => {
    // Hiding does not fail for want of that: who may have been typing looks like one who ended their session.
    const typedMsAgo = await store.typedMsAgo(userId).catch(() => 0);
    const closedMsAgo = departures.closedMsAgo();
    return typedMsAgo !== null && typedMsAgo < closedMsAgo ? 0 : closedMsAgo;
  };

  const verbs: Presence = {
    async connect({ userId, connectionId: local, sessionId, device }) {
      const id = sessionId === null ? newId() : checkId(sessionId, 'sessionId');
      const connectionId = node.open({ local, userId, sessionId: id });
      try {
        await records.update(userId, (before, now) =>
          record.connect(before, { connectionId, sessionId: id, device }, now),
        );
      } catch (error) {
        // While the store is away it may have it all the same: whoever closes the connection lets go of it.
        if (!isUnavailable(error)) {
          node.close(local);
          node.closed(local);
        }
        throw error;
      }
      node.opened(local);
      return id;
    },

    async disconnect({ userId, connectionId: local, lastHeardMsAgo }) {
      const connectionId = node.close(local);
      if (connectionId === undefined) return;
      try {
        await records.update(
          userId,
          (before, now) =>
            record.disconnect(
              node.recall(local, before, now),
              { connectionId, heardAt: Math.floor(now - lastHeardMsAgo) },
              now,
              timings,
            ),
          lastHeardMsAgo < timings.heartbeatTimeoutMs ? 'closed' : 'lost',
        );
      } catch (error) {
        // While the store is away whoever closed it tries again, under the same name.
        if (passes(error)) throw error;
        node.closed(local);
        throw error;
      }
      node.closed(local);
    },

    async setPresence(caller, { sessionId, ...input }) {
      const userId = userOf(caller.viewer);
      const speaking = speakingOf(caller, sessionId);
      // The clock is asked only where there is something to hold against it.
      const isTimed = input.statusMessage?.expiresAt != null || input.activities?.some(hasTimes);
      const now = isTimed ? await store.now() : 0;
      if (input.statusMessage) checkStatusMessage(input.statusMessage, now);
      const activities = input.activities && checkActivities(input.activities, now);
      // Who is seen may always hide, however much was said before; to be seen again is limited, and so is the rest.
      const isFree = onlyHides(input);
      if (!isFree) await rateLimits.take('presence', userId);
      const hides = input.status !== undefined && record.isHiding(input.status);
      const closedMsAgo = hides ? await closedMsAgoOf(userId) : 0;
      const set = (before: PresenceRecord, at: number) =>
        record.setPresence(before, { ...input, activities, speaking: speaking(), closedMsAgo }, at, timings);
      const keeps = input.status !== undefined || input.statusMessage !== undefined;
      const cause = hides ? 'hides' : keeps ? 'says' : undefined;
      const committed = await speak<HidingAlready | null>(
        caller,
        userId,
        (before, at) =>
          isFree && record.isHiding(before.chosen) ? { record: before, result: HIDING_ALREADY } : set(before, at),
        isFree ? undefined : cause,
      );
      if (committed.result === null) return viewAt(committed.record, SELF, committed.now);
      // Nobody sees a difference, so it is one mutation among others.
      await rateLimits.take('mutation', userId);
      const changed = await speak(caller, userId, set, cause);
      return viewAt(changed.record, SELF, changed.now);
    },

    async heartbeat(caller, { sessionId, ...input }) {
      const userId = userOf(caller.viewer);
      const speaking = speakingOf(caller, sessionId);
      await rateLimits.take('mutation', userId);
      const {
        record: after,
        result: id,
        now,
      } = await speak(caller, userId, (before, at) =>
        record.heartbeat(before, { ...input, speaking: speaking() }, at, timings),
      );
      const session = after.sessions.find((candidate) => candidate.id === id);
      return {
        sessionId: id,
        expiresAt: session ? record.expiryOf(session, now, timings) : now,
        intervalSeconds: heartbeatSeconds(timings),
      };
    },

    async endSession(caller, sessionId) {
      const userId = userOf(caller.viewer);
      checkId(sessionId, 'sessionId');
      await rateLimits.take('mutation', userId);
      const { record: after, result } = await speak(
        caller,
        userId,
        (before, now) => record.endSession(before, sessionId, now),
        'ended',
      );
      // It may have ended by an attempt whose answer was lost, or be about to be put back by a node that was taken for lost.
      if (!result) {
        const withdrawn = { sessionIds: [sessionId], revision: after.revision, heldToo: true } as const;
        await bus.publishEnded({ userId, connectionIds: [], withdrawn }).catch(onJournalFailure);
      }
      return result;
    },

    async me({ viewer }) {
      const userId = userOf(viewer);
      const reading = await readAlike([userId], () => people.privacy(userId));
      const mine = reading.records.get(userId);
      if (reading.unreadable?.has(userId)) throw unreadableRecord();
      if (!mine) throw notFound('There is no such user.');
      return {
        userId,
        presence: viewAt(mine, SELF, reading.nowOf(userId)),
        chosenStatus: mine.chosen,
        privacy: reading.facts,
        sessions: mine.sessions.map((session) => ({
          id: session.id,
          device: session.device,
          idle: isIdle(session),
          startedAt: session.startedAt,
          expiresAt: record.expiryOf(session, reading.nowOf(userId), timings),
        })),
      };
    },

    async putActivity(viewer, userId, source, activities) {
      if (viewer.kind !== 'service') throw forbidden('putActivity takes a token with the scope "service".');
      checkId(userId, 'userId');
      checkId(source, 'source');
      const checked = checkActivities(activities, await store.now());
      const { result } = await records.speak(userId, (before, now) =>
        record.putActivity(before, { source, activities: checked }, now),
      );
      if (!result)
        throw badInput(`At most ${record.MAX_HOSTED_SOURCES} sources may put activities of one user; clear one first.`);
      return true;
    },

    ...createReading({ store, people, reads, readRecords, readAlike }),
    ...typingVerbs,
  };

  /** Drops what is live of a user who was deleted, unless they were named again since, and it is of that time. */
  const forget = async (userId: string): Promise<void> => {
    for (;;) {
      const { records: live, unreadable } = await store.read([userId]);
      const present = (await journal.read([userId])).get(userId);
      const generation = unreadable?.has(userId) ? Number.MAX_SAFE_INTEGER : (live.get(userId)?.generation ?? 0);
      if (present && generation >= present.generation) return;
      remembered.forget(userId);
      // Where another record came meanwhile it is judged anew.
      if (await store.forget(userId, generation)) return;
    }
  };

  /** Nothing of a deleted user may come back, so what cannot be asked now is asked again until it answers. */
  const persist = async (act: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  };

  return {
    ...verbs,
    reads,
    readRecords,
    readAlike,
    remembered,
    node,
    tick: records.tick,
    /** What a change of facts means for what is live. Idempotent, so every node may do it. */
    async factsChanged(change: FactChange): Promise<void> {
      if (change.kind === 'user' && change.deleted) await persist(() => forget(change.userId));
      if (change.kind === 'conversation') await endTypingOfStrangers(change.id);
    },
  };
};
