/** Checks that a reply of Redis fits the question. A reply that does not is refused as a whole. */
import { unavailable } from '../../presence/errors.js';
import type { PresenceRecord } from '../../presence/types.js';

export const misfit = () =>
  unavailable('The live store gave an answer that does not fit the question. Try again in a moment.');

/** The replies, one for each id. Throws UNAVAILABLE where there are more or fewer. */
export const oneEach = <Reply>(ids: readonly string[], replies: readonly Reply[]): readonly Reply[] => {
  if (replies.length !== ids.length) throw misfit();
  return replies;
};

/** Replies that alternate between a name and a number. Throws UNAVAILABLE where one of the two is missing. */
export const inPairs = (replies: readonly unknown[]): readonly (readonly [name: string, number: number])[] => {
  if (replies.length % 2 !== 0) throw misfit();
  return replies.flatMap((name, i) => (i % 2 === 0 ? [[String(name), Number(replies[i + 1])] as const] : []));
};

/** Replies that repeat two names and a number. Throws UNAVAILABLE where one of the three is missing. */
export const inThrees = (replies: readonly unknown[]): readonly (readonly [one: string, other: string, number])[] => {
  if (replies.length % 3 !== 0) throw misfit();
  return replies.flatMap((one, i) =>
    i % 3 === 0 ? [[String(one), String(replies[i + 1]), Number(replies[i + 2])] as const] : [],
  );
};

/** The record, which names its user. Throws UNAVAILABLE where that is another one. */
export const ofUser = (userId: string, record: PresenceRecord): PresenceRecord => {
  if (record.userId !== userId) throw misfit();
  return record;
};
