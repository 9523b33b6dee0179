/**
 * A record as a string: a head that scripts read and write, and a body that they pass on.
 * `FORMAT|generation|revision|status|lastSeen|activity|live|BODY`, where the three between are facet revisions.
 */
import { unavailable } from '../presence/errors.js';
import type { PresenceRecord } from '../presence/types.js';

export const FORMAT = 1;
const HEAD_FIELDS = 7;

/** What of a record is not in its head. */
export const encodeBody = ({ userId, chosen, message, lastSeen, sessions, hosted }: PresenceRecord): string =>
  JSON.stringify({ userId, chosen, message, lastSeen, sessions, hosted });

/** The head up to and with the revision: what a commit expects to find. */
export const expectedHead = ({ generation, revision }: PresenceRecord): string =>
  `${FORMAT}|${generation}|${revision}|`;

/** Reads a record. Throws UNAVAILABLE for a format that this release does not know: it is another's, and left alone. */
export const decodeRecord = (text: string): PresenceRecord => {
  if (!text.startsWith(`${FORMAT}|`)) throw unavailable('This record was written by a newer release.');
  let at = -1;
  for (let i = 0; i < HEAD_FIELDS; i += 1) at = text.indexOf('|', at + 1);
  const [, generation, revision, status, lastSeen, activity] = text.slice(0, at).split('|').map(Number);
  return {
    ...JSON.parse(text.slice(at + 1)),
    generation,
    revision,
    revisions: { status, lastSeen, activity },
  } as PresenceRecord;
};

/** A record as it was committed: at the revision that the store gave it, rather than the one it was decided with. */
export const atRevision = (decided: PresenceRecord, revision: number): PresenceRecord => {
  const moved = (at: number) => (at === decided.revision ? revision : at);
  const { status, lastSeen, activity } = decided.revisions;
  return {
    ...decided,
    revision,
    revisions: { status: moved(status), lastSeen: moved(lastSeen), activity: moved(activity) },
  };
};
