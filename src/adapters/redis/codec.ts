/**
 * Records and messages as strings in Redis.
 *
 * A record is a head, which scripts read and write, and a body, which they pass on:
 * `FORMAT|generation|revision|status|lastSeen|activity|live|BODY`, where the three in the middle are the facets' revisions.
 * The body is JSON, with the names of fields that every release since the first one reads ({@link StoredBody}).
 */
import { recordWith } from '../../presence/copies.js';
import { unavailable, unreadableRecord } from '../../presence/errors.js';
import type { RecordHead } from '../../presence/ports/records.js';
import type { PresenceRecord, Session } from '../../presence/types.js';

export const FORMAT = 1;
const HEAD_FIELDS = 7;

/** Earlier releases did not store when each part of a session was reported: where one of these is missing, `activeAt` counts. */
type AddedToSessions = 'deviceAsOf' | 'activitiesAsOf' | 'idleAsOf' | 'leaseAsOf';
/** Missing where an earlier release wrote the record, and until they are first set. */
type SetLater = 'places' | 'placesAsOf' | 'tray' | 'trayAsOf' | 'gateways';
type RenamedInSessions = 'reportedIdle' | 'inferredIdle' | 'inferIdleAt' | 'touchedAt';

type StoredSession = Omit<Session, RenamedInSessions | AddedToSessions | SetLater> &
  Partial<Pick<Session, AddedToSessions | SetLater>> & {
    readonly saysIdle: Session['reportedIdle'];
    readonly quiet: Session['inferredIdle'];
    readonly quietAt: Session['inferIdleAt'];
    /** Missing where an earlier release wrote the record, as those above. */
    readonly spokeAt?: Session['touchedAt'];
  };

/** Earlier releases did not store these: the choice and the message are then known as of the record. */
type AddedToRecords = 'chosenAsOf' | 'messageAsOf';

type StoredBody = Pick<PresenceRecord, 'userId' | 'chosen' | 'message' | 'lastSeen'> &
  Partial<Pick<PresenceRecord, AddedToRecords>> & {
    readonly sessions: readonly StoredSession[];
    readonly hosted: PresenceRecord['hostProvided'];
    /** Missing where an earlier release wrote the record, as is `withdrawn`. */
    readonly hostedAsOf?: PresenceRecord['hostProvidedAsOf'];
    readonly withdrawn?: PresenceRecord['revoked'];
  };

const storedSession = (session: Session): Required<Omit<StoredSession, SetLater>> & Pick<StoredSession, SetLater> => ({
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
  ...(session.placesAsOf > 0 && { places: session.places, placesAsOf: session.placesAsOf }),
  ...(session.gateways.length > 0 && { gateways: session.gateways }),
  ...(session.trayAsOf > 0 && { tray: session.tray, trayAsOf: session.trayAsOf }),
});

const sessionOf = (stored: StoredSession): Session => ({
  id: stored.id,
  device: stored.device,
  startedAt: stored.startedAt,
  connections: stored.connections,
  graceUntil: stored.graceUntil,
  gateways: stored.gateways ?? [],
  leaseUntil: stored.leaseUntil,
  knownLiveAt: stored.knownLiveAt,
  activeAt: stored.activeAt,
  reportedIdle: stored.saysIdle,
  inferredIdle: stored.quiet,
  inferIdleAt: stored.quietAt,
  activities: stored.activities,
  places: stored.places ?? [],
  tray: stored.tray ?? [],
  deviceAsOf: stored.deviceAsOf ?? stored.activeAt,
  activitiesAsOf: stored.activitiesAsOf ?? stored.activeAt,
  idleAsOf: stored.idleAsOf ?? stored.activeAt,
  leaseAsOf: stored.leaseAsOf ?? stored.activeAt,
  placesAsOf: stored.placesAsOf ?? 0,
  trayAsOf: stored.trayAsOf ?? 0,
  touchedAt: stored.spokeAt ?? stored.activeAt,
});

/** The fields of a record that its head does not have. */
export const encodeBody = (record: PresenceRecord): string =>
  JSON.stringify({
    userId: record.userId,
    chosen: record.chosen,
    chosenAsOf: record.chosenAsOf,
    message: record.message,
    messageAsOf: record.messageAsOf,
    lastSeen: record.lastSeen,
    sessions: record.sessions.map(storedSession),
    hosted: record.hostProvided,
    hostedAsOf: record.hostProvidedAsOf,
    withdrawn: record.revoked,
  } satisfies Required<StoredBody>);

/** The head up to and including the revision: what a commit expects to find. */
export const expectedHead = ({ generation, revision }: PresenceRecord): string =>
  `${FORMAT}|${generation}|${revision}|`;

/** Which state a record is, by its first 48 characters; undefined for a format of another release, and for none. */
export const headOf = (text: string): RecordHead | undefined => {
  if (!isReadable(text)) return undefined;
  const [, generation, revision] = text.split('|', 3).map(Number);
  return { generation: generation!, revision: revision! };
};

/** Whether this release knows the format of a record. */
export const isReadable = (text: string): boolean => text.startsWith(`${FORMAT}|`);

/** Reads a record. Throws UNAVAILABLE where the format is another release's: such a record is left alone. */
export const decodeRecord = (text: string): PresenceRecord => {
  if (!isReadable(text)) throw unreadableRecord();
  let at = -1;
  for (let i = 0; i < HEAD_FIELDS; i += 1) at = text.indexOf('|', at + 1);
  const [, generation, revision, status, lastSeen, activity] = text.slice(0, at).split('|').map(Number);
  const body = JSON.parse(text.slice(at + 1)) as StoredBody;
  return {
    userId: body.userId,
    generation: generation!,
    revision: revision!,
    revisions: { status: status!, lastSeen: lastSeen!, activity: activity! },
    chosen: body.chosen,
    chosenAsOf: body.chosenAsOf ?? revision!,
    message: body.message,
    messageAsOf: body.messageAsOf ?? revision!,
    lastSeen: body.lastSeen,
    sessions: body.sessions.map(sessionOf),
    hostProvided: body.hosted,
    hostProvidedAsOf: body.hostedAsOf ?? 0,
    revoked: body.withdrawn ?? [],
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

/** Any other message of the bus: `FORMAT|JSON`, as scripts write it too. */
export const encodeMessage = (message: unknown): string => `${FORMAT}|${JSON.stringify(message)}`;

/** Reads such a message. Throws UNAVAILABLE where the format is another release's. */
export const decodeMessage = <M>(text: string): M => {
  const headEnd = text.indexOf('|');
  if (text.slice(0, headEnd) !== String(FORMAT)) throw unavailable('This message was written by a newer release.');
  return JSON.parse(text.slice(headEnd + 1)) as M;
};

/**
 * On the channel of a user, before a message that is no record. Releases without acts take it for the format of another release,
 * and pass over it.
 */
const ACT = 'act|';

export const encodeAct = (message: unknown): string => `${ACT}${encodeMessage(message)}`;
export const isAct = (text: string): boolean => text.startsWith(ACT);
/** Reads what {@link isAct}. Throws UNAVAILABLE where the format is another release's. */
export const decodeAct = <M>(text: string): M => decodeMessage(text.slice(ACT.length));
