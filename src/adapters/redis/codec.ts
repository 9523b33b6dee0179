/**
 * A record as a string: a head that scripts read and write, and a body that they pass on.
 * `FORMAT|generation|revision|status|lastSeen|activity|live|BODY`, where the three between are facet revisions.
 */

import { recordWith, sessionWith } from '../../presence/copies.js';
import { unavailable, unreadableRecord } from '../../presence/errors.js';
import type { PresenceRecord, Session } from '../../presence/types.js';

export const FORMAT = 1;
const HEAD_FIELDS = 7;

/** What of a record is not in its head. */
export const encodeBody = (record: PresenceRecord): string => {
  const {
    userId,
    chosen,
    chosenAsOf,
    message,
    messageAsOf,
    lastSeen,
    sessions,
    hostProvided,
    hostProvidedAsOf,
    revoked,
  } = record;
  return JSON.stringify({
    userId,
    chosen,
    chosenAsOf,
    message,
    messageAsOf,
    lastSeen,
    sessions,
    hostProvided,
    hostProvidedAsOf,
    revoked,
  });
};

/** The head up to and with the revision: what a commit expects to find. */
export const expectedHead = ({ generation, revision }: PresenceRecord): string =>
  `${FORMAT}|${generation}|${revision}|`;

/** Whether this release knows the format of a record. */
export const isReadable = (text: string): boolean => text.startsWith(`${FORMAT}|`);

/** Of an earlier release it is not known when each was said: at the latest when the session last did anything. */
const sessionOf = (session: Session): Session => {
  const { activeAt } = session;
  const {
    deviceAsOf = activeAt,
    activitiesAsOf = activeAt,
    idleAsOf = activeAt,
    leaseAsOf = activeAt,
    touchedAt = activeAt,
  } = session as Partial<Session>;
  return sessionWith(session, { deviceAsOf, activitiesAsOf, idleAsOf, leaseAsOf, touchedAt });
};

/** Reads a record. Throws UNAVAILABLE for a format that this release does not know: it is another's, and left alone. */
export const decodeRecord = (text: string): PresenceRecord => {
  if (!isReadable(text)) throw unreadableRecord();
  let at = -1;
  for (let i = 0; i < HEAD_FIELDS; i += 1) at = text.indexOf('|', at + 1);
  const [, generation, revision, status, lastSeen, activity] = text.slice(0, at).split('|').map(Number);
  const body = JSON.parse(text.slice(at + 1)) as PresenceRecord;
  const head = { generation, revision, revisions: { status, lastSeen, activity } } as Partial<PresenceRecord>;
  // One that was written before there was anything withdrawn has no such fields.
  const { hostProvidedAsOf = 0, revoked = [] } = body as Partial<PresenceRecord>;
  // Of an earlier release it is not known when they changed: not after the record.
  const { chosenAsOf = revision!, messageAsOf = revision! } = body as Partial<PresenceRecord>;
  return recordWith(body, {
    ...head,
    chosenAsOf,
    messageAsOf,
    hostProvidedAsOf,
    revoked,
    sessions: body.sessions.map(sessionOf),
  });
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
