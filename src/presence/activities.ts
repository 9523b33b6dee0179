/** The status message and activities of a user, and how they expire, purely (docs/semantics.md#what-goes-with-it). */
import { recordWith } from './copies.js';
import type { Activity, ActivityInput, PresenceRecord } from './types.js';

/**
 * Activities for a record, from received ones. One that repeats an activity of `before`, without a `startedAt`, keeps the old one:
 * repeating a command changes nothing.
 */
export const activitiesFrom = (
  inputs: readonly ActivityInput[],
  before: readonly Activity[],
  now: number,
): readonly Activity[] =>
  inputs.map((input) => {
    const same = before.find(
      (activity) =>
        !activity.startedAtGiven &&
        activity.type === input.type &&
        activity.name === input.name &&
        activity.details === input.details &&
        activity.expiresAt === input.expiresAt,
    );
    return {
      type: input.type,
      name: input.name,
      details: input.details,
      startedAt: input.startedAt ?? same?.startedAt ?? now,
      startedAtGiven: input.startedAt !== null,
      expiresAt: input.expiresAt,
    };
  });

/** Whether a message or an activity has expired by `now`. */
export const isOver = (content: { readonly expiresAt: number | null }, now: number): boolean =>
  content.expiresAt !== null && content.expiresAt <= now;

/** The record without expired content; the very record where none has expired. */
export const expireContent = (record: PresenceRecord, now: number): PresenceRecord => {
  const anyOver = (holders: readonly { readonly activities: readonly Activity[] }[]) =>
    holders.some(({ activities }) => activities.length > 0 && activities.some((activity) => isOver(activity, now)));
  const messageOver = record.message !== null && isOver(record.message, now);
  const activityOver = anyOver(record.sessions) || anyOver(record.hostProvided);
  if (!messageOver && !activityOver) return record;
  const remaining = <T extends { readonly activities: readonly Activity[] }>(holder: T): T => ({
    ...holder,
    activities: holder.activities.filter((activity) => !isOver(activity, now)),
  });
  return recordWith(record, {
    message: messageOver ? null : record.message,
    sessions: activityOver ? record.sessions.map(remaining) : record.sessions,
    hostProvided: activityOver
      ? record.hostProvided.map(remaining).filter(({ activities }) => activities.length > 0)
      : record.hostProvided,
  });
};
