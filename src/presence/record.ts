/**
 * The presence record, decided purely: every command takes a record and `now` and returns the next record, the very
 * same object when nothing changes. No clock, no I/O. Everything timed is one mechanism: {@link nextDue} says when
 * {@link tick} has something to do. See docs/semantics.md, "Being live" and "Status".
 */
import { activitiesFrom, expireContent } from './activities.js';
import { recordWith, sameHostActivities, sameMessage, sameRecord, sessionWith } from './copies.js';
import type { Decision } from './decision.js';
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

/** How many sources of hosted activities one user may have at a time. */
export const MAX_HOST_SOURCES = 20;

/** A user's record as the journal has it: nothing live. */
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

/** Of a commit at `now`; a store may give it a later one, by its clock. */
const nextRevision = (previous: PresenceRecord, now: number): number => Math.max(previous.revision, now) + 1;

/** Whether others, audience aside, saw anything of the user change after `since`, also by what ended and is not committed yet. */
const wasSeenToChange = (record: PresenceRecord, since: number, now: number): boolean =>
  revisionFor(record, EVERYTHING) > since ||
  !sameContent(contentFor(record, EVERYTHING), contentFor(expireContent(record, now), EVERYTHING));

/**
 * When a user who hides at `now` is last seen: as one whose tab was closed `closedMsAgo` and is gone only now, or, where
 * others saw something change since, as one who ended their session.
 */
const lastSeenHiding = (record: PresenceRecord, now: number, closedMsAgo: number): number => {
  const closedAt = now - closedMsAgo;
  return wasSeenToChange(record, closedAt, now) ? now : closedAt;
};

/** What a commit is about that the records do not tell. */
export interface Circumstances {
  /** What is put back was so before, and the store lost it. */
  readonly again?: boolean;
  /** How long ago a tab was closed whose grace is found to be over now, in ms. */
  readonly closedMsAgo?: number;
}

/**
 * Makes a changed record ready to commit: what follows from the change (`lastSeen`, hosted activities of a user who
 * is gone, `startedAt` of one who comes back), and the revisions of what each facet shows.
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
  // Who is put back was live before, and is last seen when their sessions were last known to be.
  const seenAt = hides ? lastSeenHiding(previous, now, closedMsAgo) : appears && !again ? now : null;
  if (seenAt !== null) next = recordWith(next, { lastSeen: Math.max(next.lastSeen ?? 0, seenAt) });
  // Who is put back after the store was emptied was not hidden: what they did goes on from when it began.
  if (appears && isHiding(previous.chosen)) next = startNotBefore(next, now);
  if (sameRecord(next, previous)) return previous;

  const revision = nextRevision(previous, now);
  // What ends by then has ended in every answer of that revision.
  next = withoutOldRevocations(expireContent(next, revision), now);
  const [before, after] = [contentFor(previous, EVERYTHING), contentFor(next, EVERYTHING)];
  const moved = (same: boolean, facet: keyof PresenceRecord['revisions']) =>
    same ? previous.revisions[facet] : revision;
  return recordWith(next, {
    revision,
    // What was put back is known as of when it changed.
    chosenAsOf: next.chosen === previous.chosen || again ? next.chosenAsOf : revision,
    messageAsOf: sameMessage(next.message, previous.message) || again ? next.messageAsOf : revision,
    revisions: {
      status: moved(before.status === after.status && sameMessage(before.statusMessage, after.statusMessage), 'status'),
      lastSeen: moved(before.lastSeen === after.lastSeen, 'lastSeen'),
      activity: moved(sameActivities(before, after), 'activity'),
    },
  });
};

/** Where the client gave no `startedAt`, an activity must not tell that it began while its user was hidden. */
const startNotBefore = (record: PresenceRecord, now: number): PresenceRecord => {
  const later = <T extends Pick<Session, 'activities'>>(holder: T): T => ({
    ...holder,
    activities: holder.activities.map((activity) =>
      activity.startedAtGiven || activity.startedAt >= now ? activity : { ...activity, startedAt: now },
    ),
  });
  return recordWith(record, { sessions: record.sessions.map(later), hostProvided: record.hostProvided.map(later) });
};

/** Decides about the record as it is at `now`. */
export const decide = <R>(
  record: PresenceRecord,
  now: number,
  change: (current: PresenceRecord) => Decision<R>,
  circumstances: Circumstances = {},
): Decision<R> => {
  const { record: changed, result } = change(expireContent(record, now));
  return { record: seal(record, changed, now, circumstances), result };
};

/** A session starts: room is made for it, and a chosen OFFLINE ends, unless it starts in the background. */
const start = (record: PresenceRecord, session: Session, now: number, { background = false } = {}): PresenceRecord => {
  const roomy = makeRoom(record, now);
  const chosen = roomy.chosen === 'OFFLINE' && !background ? 'ONLINE' : roomy.chosen;
  return recordWith(roomy, { chosen, sessions: [...roomy.sessions, session] });
};

/** A connection opens: resumes the session of that id, in grace or not, or starts it. */
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
    return { record: session ? replaceSession(current, next) : start(current, next, now), result: null };
  });

/**
 * A connection closed, or was lost: then `heardAt` is when it last answered. Removes that connection only, so a late
 * close never ends what a newer one resumed. The last one leaves its session to the grace, or to its HTTP lease.
 */
export const disconnect = (
  record: PresenceRecord,
  options: { readonly connectionId: string; readonly aliveAt: number },
  now: number,
  timings: Timings,
): Decision<null> =>
  decide(record, now, (current) => ({
    record: loseConnection(current, options, now, timings.graceMs),
    result: null,
  }));

/** Which session is meant: the one named, else the one that the connection holds, else the most recently active. */
export interface SessionReference {
  readonly sessionId: string | null;
  /** Null over plain HTTP. */
  readonly connectionId: string | null;
  /** The id of the session to start where there is none to speak and none is named. */
  readonly newSessionId: string;
}

/**
 * `setPresence`. What is undefined stays as it is. `closedMsAgo`: who hides is to look like one whose tab was closed so long
 * ago; left out, a grace.
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
        const session =
          found ??
          newSession(sessionReference.sessionId ?? sessionReference.newSessionId, now, now + timings.sessionTtlMs);
        const said = touch(session, now, timings);
        const does = activities && activitiesFrom(activities, session.activities, now);
        const spoken = device || does ? reporting(said, { device, activities: does }, now) : said;
        next = found ? replaceSession(current, spoken) : start(current, spoken, now);
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

/** `heartbeat`. The result is the id of the session that spoke. */
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
    const leaseUntil = now + timings.sessionTtlMs;
    const found = resolveSession(current, sessionReference);
    const speaks = found ?? newSession(sessionReference.sessionId ?? sessionReference.newSessionId, now, leaseUntil);
    let session = touch(reporting(speaks, { idle, device }, now), now, timings);
    const overHttp = sessionReference.connectionId === null;
    if (overHttp && idle && sessionReference.sessionId !== null) {
      // The app goes to the background: its session outlives its connection, also one that is already in grace.
      session = sessionWith(leasedUntil(session, leaseUntil, now), { graceUntil: null, knownLiveAt: now });
    } else if (!idle && session.connections.length > 0) {
      session = leasedUntil(session, null, now);
    }
    return {
      record: found ? replaceSession(current, session) : start(current, session, now, { background: idle }),
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

/** `putActivity`: one list a source, kept while the user is live. The result is false past the bound on sources. */
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

/** Everything timed: ends of graces and leases, idleness by silence, expiries. Repeating it changes nothing more. */
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
      });
    });
    return {
      record: sessions.some((session, i) => session !== next.sessions[i]) ? recordWith(next, { sessions }) : next,
      result: null,
    };
  });

/** Until when a session lives unless it is renewed. */
export const expiryOf = (session: Session, now: number, timings: Timings): number =>
  session.connections.length > 0 ? now + timings.heartbeatTimeoutMs : (session.graceUntil ?? session.leaseUntil ?? now);
