/**
 * The commands on a presence record, purely: `(record, input, now) → { record, result }`. The very same record comes back where
 * nothing changes. No clock, no I/O. Everything timed is one command: `nextDue` in scheduling.ts says when {@link tick} has
 * something to do. See docs/design.md#sessions and docs/design.md#status.
 */
import { activitiesFrom, expireContent } from './activities.js';
import { recordWith, sameHostActivities, sameMessage, sameRecord, sessionWith } from './copies.js';
import type { Decision } from './decision.js';
import { movedSince } from './places.js';
import {
  endSessions,
  leasedUntil,
  loseConnection,
  makeRoom,
  newSession,
  replaceSession,
  reporting,
  resolveSession,
  revokeSession,
  sessionById,
  touch,
  withConnection,
  withoutOldRevocations,
} from './session.js';
import { isHiding, isSeenLive } from './status.js';
import type {
  ActivityInput,
  DeviceType,
  JournalRow,
  PresenceRecord,
  PresenceStatus,
  Session,
  StatusMessage,
  Timings,
} from './types.js';
import { contentFor, revisionFor, sameActivities, sameContent } from './view.js';
import { EVERYTHING } from './visibility.js';

/** How many sources of host-provided activities one user may have at a time. */
export const MAX_HOST_SOURCES = 20;

/** A user's record from the journal's row: nothing is live. */
export const restoreRecord = (userId: string, row: JournalRow): PresenceRecord => {
  const revision = row.persisted?.revision ?? 0;
  return {
    userId,
    generation: row.generation,
    revision,
    revisions: { status: revision, lastSeen: revision, activity: revision },
    chosen: row.persisted?.chosen ?? 'ONLINE',
    chosenAsOf: row.persisted?.chosenAsOf ?? 0,
    message: row.persisted?.message ?? null,
    messageAsOf: row.persisted?.messageAsOf ?? 0,
    lastSeen: row.persisted?.lastSeen ?? null,
    sessions: [],
    hostProvided: [],
    hostProvidedAsOf: 0,
    revoked: [],
  };
};

/** The revision of a commit at `now`; a store may raise it, by its own clock. */
const nextRevision = (previous: PresenceRecord, now: number): number => Math.max(previous.revision, now) + 1;

/** Whether others, audience aside, saw the user change, come or go after `since`; an expiry that is not committed yet counts. */
const wasSeenToChange = (record: PresenceRecord, since: number, now: number): boolean =>
  revisionFor(record, EVERYTHING) > since ||
  movedSince(record, since) ||
  !sameContent(contentFor(record, EVERYTHING), contentFor(expireContent(record, now), EVERYTHING));

/**
 * The `lastSeen` of a user who hides at `now`: as if their tab had closed `closedMsAgo` and the grace ended now; or, where others
 * saw a change since then, as if they had ended their session now.
 */
const lastSeenHiding = (record: PresenceRecord, now: number, closedMsAgo: number): number => {
  const closedAt = now - closedMsAgo;
  return wasSeenToChange(record, closedAt, now) ? now : closedAt;
};

/** What a command knows of its commit beyond the record. */
export interface Circumstances {
  /** It restores what the store lost: nothing starts, and what is restored keeps its own revisions. */
  readonly again?: boolean;
  /** How long ago a tab was closed whose grace is found over now, in ms. */
  readonly closedMsAgo?: number;
}

/**
 * Completes a changed record for its commit: `lastSeen`, the host's activities of a user who is gone, `startedAt` of one who stops
 * hiding, and the revision of each facet.
 */
const seal = (
  previous: PresenceRecord,
  changed: PresenceRecord,
  now: number,
  { again = false, closedMsAgo = 0 }: Circumstances,
): PresenceRecord => {
  if (changed === previous) return previous;
  const wasSeen = isSeenLive(previous);
  const isSeen = isSeenLive(changed);
  let next =
    changed.sessions.length > 0 || changed.hostProvided.length === 0
      ? changed
      : recordWith(changed, { hostProvided: [] });
  const appears = isSeen && !wasSeen;
  const hides = wasSeen && !isSeen && isHiding(next.chosen);
  // A restored user was live before the loss: `lastSeen` comes from their sessions.
  const seenAt = hides ? lastSeenHiding(previous, now, closedMsAgo) : appears && !again ? now : null;
  if (seenAt !== null) next = recordWith(next, { lastSeen: Math.max(next.lastSeen ?? 0, seenAt) });
  // A restored user of an emptied store was not hiding: their activities keep their `startedAt`.
  if (appears && isHiding(previous.chosen)) next = startNotBefore(next, now);
  if (sameRecord(next, previous)) return previous;

  const revision = nextRevision(previous, now);
  // Content that expires by the revision is in no answer of that revision.
  next = withoutOldRevocations(expireContent(next, revision), now);
  const [before, after] = [contentFor(previous, EVERYTHING), contentFor(next, EVERYTHING)];
  const moved = (same: boolean, facet: keyof PresenceRecord['revisions']) =>
    same ? previous.revisions[facet] : revision;
  return recordWith(next, {
    revision,
    // Restored values keep the revisions at which they changed.
    chosenAsOf: next.chosen === previous.chosen || again ? next.chosenAsOf : revision,
    messageAsOf: sameMessage(next.message, previous.message) || again ? next.messageAsOf : revision,
    revisions: {
      status: moved(before.status === after.status && sameMessage(before.statusMessage, after.statusMessage), 'status'),
      lastSeen: moved(before.lastSeen === after.lastSeen, 'lastSeen'),
      activity: moved(sameActivities(before, after), 'activity'),
    },
  });
};

/** An activity without a given `startedAt` must not reveal that it began while its user was hiding. */
const startNotBefore = (record: PresenceRecord, now: number): PresenceRecord => {
  const later = <T extends Pick<Session, 'activities'>>(holder: T): T => ({
    ...holder,
    activities: holder.activities.map((activity) =>
      activity.startedAtGiven || activity.startedAt >= now ? activity : { ...activity, startedAt: now },
    ),
  });
  return recordWith(record, { sessions: record.sessions.map(later), hostProvided: record.hostProvided.map(later) });
};

/** Runs a command: expires content, applies `change`, and completes the record for its commit. */
export const decide = <R>(
  record: PresenceRecord,
  now: number,
  change: (current: PresenceRecord) => Decision<R>,
  circumstances: Circumstances = {},
): Decision<R> => {
  const { record: changed, result } = change(expireContent(record, now));
  return { record: seal(record, changed, now, circumstances), result };
};

/** Starts a session. One is replaced where there is no room; a chosen OFFLINE ends, unless the session starts in the background. */
export const startSession = (
  record: PresenceRecord,
  session: Session,
  now: number,
  { background = false } = {},
): PresenceRecord => {
  const roomy = makeRoom(record, now);
  const chosen = roomy.chosen === 'OFFLINE' && !background ? 'ONLINE' : roomy.chosen;
  return recordWith(roomy, { chosen, sessions: [...roomy.sessions, session] });
};

/** A connection opens: it resumes the session of that id, in grace or not, or starts it. */
export const connect = (
  record: PresenceRecord,
  options: { readonly connectionId: string; readonly sessionId: string; readonly device: DeviceType | null },
  now: number,
): Decision<null> =>
  decide(record, now, (current) => {
    const { connectionId, sessionId, device } = options;
    const session = sessionById(current, sessionId);
    const connected = withConnection(session ?? newSession(sessionId, now), connectionId, now);
    const next = reporting(connected, { device: device ?? undefined }, now);
    return { record: session ? replaceSession(current, next) : startSession(current, next, now), result: null };
  });

/**
 * The grace, in ms, of a connection whose client was sent away and may take so much longer to come back: at most until when the users
 * of a node that died would be gone. Turned off it stays off.
 */
const graceOf = ({ graceMs, heartbeatTimeoutMs }: Timings, returnsWithinMs: number): number =>
  graceMs === 0 ? 0 : graceMs + Math.min(returnsWithinMs, heartbeatTimeoutMs);

/**
 * A connection closed, or was lost; `aliveAt` is when it last answered. `returnsWithinMs` prolongs the grace, see {@link graceOf}; and it
 * is not over before `graceUntil`, the end of the grace that the session had when the connection took it. Removes that connection alone: a
 * late close never ends a session that a newer connection resumed. Without another connection the session is left to its grace or
 * its HTTP lease.
 */
export const disconnect = (
  record: PresenceRecord,
  options: {
    readonly connectionId: string;
    readonly aliveAt: number;
    readonly returnsWithinMs?: number | undefined;
    readonly graceUntil?: number | null;
  },
  now: number,
  timings: Timings,
): Decision<null> =>
  decide(record, now, (current) => {
    const graceMs = graceOf(timings, options.returnsWithinMs ?? 0);
    const leftMs = (options.graceUntil ?? now) - now;
    return {
      record: loseConnection(current, options, now, graceMs === 0 ? 0 : Math.max(graceMs, leftMs)),
      result: null,
    };
  });

/** The session of a command: the named one; else the connection's own; else the most recently active. */
export interface SessionReference {
  readonly sessionId: string | null;
  /** Null over plain HTTP. */
  readonly connectionId: string | null;
  /** The id of the session to start where there is none and none is named. */
  readonly newSessionId: string;
}

/** The session that a command starts where it resolves to none, under the id that it names. */
export const newHttpSession = ({ sessionId, newSessionId }: SessionReference, now: number, timings: Timings): Session =>
  newSession(sessionId ?? newSessionId, now, now + timings.sessionTtlMs);

/**
 * `setPresence`. What is undefined stays as it is. `closedMsAgo` (ms; by default the grace): a user who hides is last seen as if
 * their tab had closed that long ago.
 */
export const setPresence = (
  record: PresenceRecord,
  input: {
    readonly status?: PresenceStatus | undefined;
    readonly statusMessage?: StatusMessage | null | undefined;
    readonly activities?: readonly ActivityInput[] | undefined;
    readonly device?: DeviceType | undefined;
    readonly sessionReference: SessionReference;
    readonly closedMsAgo?: number;
  },
  now: number,
  timings: Timings,
): Decision<null> =>
  decide(
    record,
    now,
    (current) => {
      const { status, statusMessage, activities, device, sessionReference } = input;
      const found = resolveSession(current, sessionReference);
      let next = current;
      if (found || status !== 'OFFLINE') {
        const session = found ?? newHttpSession(sessionReference, now, timings);
        const touched = touch(session, now, timings);
        const changed = activities && activitiesFrom(activities, session.activities, now);
        const reported = device || changed ? reporting(touched, { device, activities: changed }, now) : touched;
        next = found ? replaceSession(current, reported) : startSession(current, reported, now);
      }
      if (statusMessage !== undefined || status !== undefined) {
        next = recordWith(next, {
          message: statusMessage === undefined ? next.message : statusMessage,
          chosen: status ?? next.chosen,
        });
      }
      return { record: next, result: null };
    },
    { closedMsAgo: input.closedMsAgo ?? timings.graceMs },
  );

/** `heartbeat`. The result is the id of its session. */
export const heartbeat = (
  record: PresenceRecord,
  input: {
    readonly idle: boolean;
    readonly device?: DeviceType | undefined;
    readonly sessionReference: SessionReference;
  },
  now: number,
  timings: Timings,
): Decision<string> =>
  decide(record, now, (current) => {
    const { idle, device, sessionReference } = input;
    const found = resolveSession(current, sessionReference);
    const resolved = found ?? newHttpSession(sessionReference, now, timings);
    let session = touch(reporting(resolved, { idle, device }, now), now, timings);
    const overHttp = sessionReference.connectionId === null;
    if (overHttp && idle && sessionReference.sessionId !== null) {
      // The app goes to the background: the session outlives its connection, also when it is in grace already.
      session = sessionWith(leasedUntil(session, now + timings.sessionTtlMs, now), {
        graceUntil: null,
        knownLiveAt: now,
      });
    } else if (!idle && session.connections.length > 0 && session.gateways.length === 0) {
      session = leasedUntil(session, null, now);
    }
    return {
      record: found ? replaceSession(current, session) : startSession(current, session, now, { background: idle }),
      result: session.id,
    };
  });

/** `endSession`: at once, without grace. The result is whether there was such a session. */
export const endSession = (record: PresenceRecord, sessionId: string, now: number): Decision<boolean> =>
  decide(record, now, (current) => {
    const session = sessionById(current, sessionId);
    if (!session) return { record: current, result: false };
    const ended = session.graceUntil === null ? sessionWith(session, { knownLiveAt: now }) : session;
    return { record: revokeSession(current, ended, now), result: true };
  });

/**
 * The record of a user who was deleted at `now`: as of all that is over, with nothing in it that others do not see of who left. Of who
 * hid, others see no difference.
 */
export const deleted = (record: PresenceRecord, now: number): PresenceRecord => {
  const known = record.sessions.map((session) =>
    session.connections.length > 0 ? sessionWith(session, { knownLiveAt: now }) : session,
  );
  const { record: ended } = decide(record, now, (current) => ({ record: endSessions(current, known), result: null }));
  return recordWith(ended, { message: null, revoked: [] });
};

/** `putActivity`: one list for each source, while the user is live. False past {@link MAX_HOST_SOURCES}. */
export const putActivity = (
  record: PresenceRecord,
  input: { readonly source: string; readonly activities: readonly ActivityInput[] },
  now: number,
): Decision<boolean> =>
  decide(record, now, (current) => {
    if (current.sessions.length === 0) return { record: current, result: true };
    const others = current.hostProvided.filter(({ source }) => source !== input.source);
    const before = current.hostProvided.find(({ source }) => source === input.source);
    const next = nextRevision(record, now);
    if (input.activities.length === 0) {
      return {
        record: before ? recordWith(current, { hostProvided: others, hostProvidedAsOf: next }) : current,
        result: true,
      };
    }
    if (others.length >= MAX_HOST_SOURCES) return { record: current, result: false };
    const hostProvided = {
      source: input.source,
      activities: activitiesFrom(input.activities, before?.activities ?? [], now),
    };
    const isRepeated = before !== undefined && sameHostActivities(hostProvided, before);
    return {
      record: isRepeated
        ? current
        : recordWith(current, { hostProvided: [...others, hostProvided], hostProvidedAsOf: next }),
      result: true,
    };
  });

/** Everything timed that is due: graces and leases end, silence becomes idleness, content expires. Idempotent. */
export const tick = (record: PresenceRecord, now: number): Decision<null> =>
  decide(record, now, (current) => {
    const passed = (moment: number | null) => moment !== null && moment <= now;
    const ended = current.sessions.filter(
      (session) => passed(session.graceUntil) || (session.connections.length === 0 && passed(session.leaseUntil)),
    );
    const next = endSessions(current, ended);
    const sessions = next.sessions.map((session) => {
      const inferredIdle = passed(session.inferIdleAt);
      const leaseOver = passed(session.leaseUntil);
      if (!inferredIdle && !leaseOver) return session;
      return sessionWith(session, {
        inferredIdle: inferredIdle || session.inferredIdle,
        inferIdleAt: inferredIdle ? null : session.inferIdleAt,
        leaseUntil: leaseOver ? null : session.leaseUntil,
        gateways: leaseOver ? [] : session.gateways,
      });
    });
    return {
      record: sessions.some((session, i) => session !== next.sessions[i]) ? recordWith(next, { sessions }) : next,
      result: null,
    };
  });

/** Until when a session lives unless it is renewed; that is `expiresAt` of a session in the API. */
export const expiryOf = (session: Session, now: number, timings: Timings): number =>
  session.connections.length > 0 ? now + timings.heartbeatTimeoutMs : (session.graceUntil ?? session.leaseUntil ?? now);
