/**
 * A record as a string: a head that scripts read and write, and a body that they pass on.
 * `FORMAT|generation|revision|status|lastSeen|activity|live|BODY`, where the three between are facet revisions.
 */

import { recordWith } from '../../presence/copies.js';
import { unavailable, unreadableRecord } from '../../presence/errors.js';
import type { PresenceRecord, Session } from '../../presence/types.js';

export const FORMAT = 1;
const HEAD_FIELDS = 7;

/** A session as it is stored: some of its fields have other names there, which every release since the first one reads. */
type StoredSession = Omit<Session, 'reportedIdle' | 'inferredIdle' | 'inferIdleAt' | 'touchedAt'> & {
  readonly saysIdle: boolean | null;
  readonly quiet: boolean;
  readonly quietAt: number | null;
  readonly spokeAt: number;
};

/** The body of a record as it is stored. */
type StoredBody = Omit<
  PresenceRecord,
  'generation' | 'revision' | 'revisions' | 'sessions' | 'hostProvided' | 'hostProvidedAsOf' | 'revoked'
> & {
  readonly sessions: readonly StoredSession[];
  readonly hosted: PresenceRecord['hostProvided'];
  readonly hostedAsOf: number;
  readonly withdrawn: PresenceRecord['revoked'];
};

const storedSession = (session: Session): StoredSession => ({
  id: session.id,
  device: session.device,
  startedAt: session.startedAt,
  connections: session.connections,
  graceUntil: session.graceUntil,
  leaseUntil: session.leaseUntil,
  knownLiveAt: session.knownLiveAt,
  activeAt: session.activeAt,
  saysIdle: session.reportedIdle,
  quiet: session.inferredIdle,
  quietAt: session.inferIdleAt,
  activities: session.activities,
  deviceAsOf: session.deviceAsOf,
  activitiesAsOf: session.activitiesAsOf,
  idleAsOf: session.idleAsOf,
  leaseAsOf: session.leaseAsOf,
  spokeAt: session.touchedAt,
});

/** The fields of a record that its head does not have. */
export const encodeBody = (record: PresenceRecord): string => {
  const { userId, chosen, chosenAsOf, message, messageAsOf, lastSeen } = record;
  return JSON.stringify({
    userId,
    chosen,
    chosenAsOf,
    message,
    messageAsOf,
    lastSeen,
    sessions: record.sessions.map(storedSession),
    hosted: record.hostProvided,
    hostedAsOf: record.hostProvidedAsOf,
    withdrawn: record.revoked,
  } satisfies StoredBody);
};

/** The head up to and with the revision: what a commit expects to find. */
export const expectedHead = ({ generation, revision }: PresenceRecord): string =>
  `${FORMAT}|${generation}|${revision}|`;

/** Whether this release knows the format of a record. */
export const isReadable = (text: string): boolean => text.startsWith(`${FORMAT}|`);

/** A session as it was stored. An earlier release did not store when each field was reported: then `activeAt` counts. */
const sessionOf = (stored: StoredSession): Session => {
  const { id, device, startedAt, connections, graceUntil, leaseUntil, knownLiveAt, activeAt, activities } = stored;
  const {
    deviceAsOf = activeAt,
    activitiesAsOf = activeAt,
    idleAsOf = activeAt,
    leaseAsOf = activeAt,
    spokeAt = activeAt,
  } = stored as Partial<StoredSession>;
  return {
    id,
    device,
    startedAt,
    connections,
    graceUntil,
    leaseUntil,
    knownLiveAt,
    activeAt,
    reportedIdle: stored.saysIdle,
    inferredIdle: stored.quiet,
    inferIdleAt: stored.quietAt,
    activities,
    deviceAsOf,
    activitiesAsOf,
    idleAsOf,
    leaseAsOf,
    touchedAt: spokeAt,
  };
};

/** Reads a record. Throws UNAVAILABLE for a format that this release does not know: it is another's, and left alone. */
export const decodeRecord = (text: string): PresenceRecord => {
  if (!isReadable(text)) throw unreadableRecord();
  let at = -1;
  for (let i = 0; i < HEAD_FIELDS; i += 1) at = text.indexOf('|', at + 1);
  const [, generation, revision, status, lastSeen, activity] = text.slice(0, at).split('|').map(Number);
  const body = JSON.parse(text.slice(at + 1)) as StoredBody;
  const { userId, chosen, message, lastSeen: seenAt, sessions, hosted } = body;
  // A record that was written before there were revoked connections lacks these fields.
  const { hostedAsOf = 0, withdrawn = [] } = body as Partial<StoredBody>;
  // An earlier release did not store when these changed: no later than the record.
  const { chosenAsOf = revision!, messageAsOf = revision! } = body as Partial<StoredBody>;
  return {
    userId,
    generation: generation!,
    revision: revision!,
    revisions: { status: status!, lastSeen: lastSeen!, activity: activity! },
    chosen,
    chosenAsOf,
    message,
    messageAsOf,
    lastSeen: seenAt,
    sessions: sessions.map(sessionOf),
    hostProvided: hosted,
    hostProvidedAsOf: hostedAsOf,
    revoked: withdrawn,
  };
};

/** A record as it was committed: at the revision that the store gave it, rather than the one it was decided with. */
export const atRevision = (decided: PresenceRecord, revision: number): PresenceRecord => {
  const moved = (at: number) => (at === decided.revision ? revision : at);
  const { status, lastSeen, activity } = decided.revisions;
  return recordWith(decided, {
    revision,
    revisions: { status: moved(status), lastSeen: moved(lastSeen), activity: moved(activity) },
  });
};

/** Anything else that is told over the bus: `FORMAT|JSON`. The scripts write it the same way. */
export const encodeMessage = (message: unknown): string => `${FORMAT}|${JSON.stringify(message)}`;

/** Reads such a message. Throws UNAVAILABLE for a format that this release does not know. */
export const decodeMessage = (text: string) => {
  const [head, body] = [text.slice(0, text.indexOf('|')), text.slice(text.indexOf('|') + 1)];
  if (head !== String(FORMAT)) throw unavailable('This message was written by a newer release.');
  return JSON.parse(body);
};
