/** Due notices that are told late: each is looked at anew, and told only if nobody looked at it meanwhile. */
import { createLimit } from '../async/limit.js';
import { isTemporary } from '../presence/errors.js';
import type { DueNotice, TrayStore } from '../social/ports/trays.js';
import { createPushDecision } from './dueNotices.js';
import type { ReadRecords } from './recordReader.js';

/** A notice and its position, which was due. */
export interface DuePlace {
  readonly userId: string;
  readonly id: string;
  readonly position: number;
}

/** Notices are read one by one, so many at once. */
const NOTICES_AT_ONCE = 8;
/** Notices that share a position, or moved one on meanwhile. */
const NEAR = 50;

/** Those of the notices that are to be told still: unread at that position, of users who need a push. Rejects with UNAVAILABLE. */
export const createDueAnew = ({
  readRecords,
  trays,
}: {
  readonly readRecords: ReadRecords;
  readonly trays: Pick<TrayStore, 'notices' | 'inbox'>;
}): ((due: readonly DuePlace[]) => Promise<readonly DueNotice[]>) => {
  const decide = createPushDecision({ readRecords });
  const limit = createLimit(NOTICES_AT_ONCE);
  const unreadOf = async ({ userId, id, position }: DuePlace): Promise<DueNotice | undefined> => {
    const page = { first: NEAR, after: { position: position + 1, id: '' }, unreadOnly: true };
    const { items } = await trays.notices(userId, page);
    const notice = items.find((each) => each.id === id && each.position === position);
    return notice && { notice, unseen: (await trays.inbox(userId)).unseen };
  };
  return async (due) => {
    const unread = await Promise.all(
      due.map((place) =>
        limit(() => unreadOf(place)).catch((error: unknown) => {
          if (isTemporary(error)) throw error;
          // One that cannot be read at all must not hold up the others.
          return undefined;
        }),
      ),
    );
    return (await decide(unread.filter((each) => each !== undefined))).wanted;
  };
};
