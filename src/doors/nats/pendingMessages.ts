/** What has to be told over NATS, and how it is read anew when it is told late: as it is then, or not at all. */
import { createDueAnew, type DuePlace } from '../../node/dueAnew.js';
import type { ReadRecords } from '../../node/recordReader.js';
import type { Clock } from '../../presence/ports/clock.js';
import type { TypingStore } from '../../presence/ports/typing.js';
import { isSeenLive } from '../../presence/status.js';
import type { PresenceRecord } from '../../presence/types.js';
import type { TrayStore } from '../../social/ports/trays.js';
import type { GatewayStatus } from '../dialects/gatewayWords.js';
import { activityMessage, noticeMessage, type OutMessage, statusMessage, typingMessage } from './natsEncode.js';
import type { OutKind } from './natsSubjects.js';

/** What is told of a user who was deleted, of whom nothing can be read any more. */
interface Deleted {
  readonly last?: PresenceRecord | undefined;
}

export type Pending =
  | ({ readonly kind: 'status'; readonly userId: string; readonly from: GatewayStatus } & Deleted)
  | ({ readonly kind: 'activity'; readonly userId: string } & Deleted)
  | { readonly kind: 'typing'; readonly userId: string; readonly conversationId: string }
  | ({ readonly kind: 'notice' } & DuePlace);
export type PendingOf<K extends OutKind> = Pending & { readonly kind: K };

/** Of what the latest alone is told: a user; of typing, a user in a conversation. */
export const keyOf = (pending: Pending): string =>
  pending.kind === 'typing' ? JSON.stringify([pending.userId, pending.conversationId]) : pending.userId;

/** One of two about the same. A status was before what it was before the first of them, of which nobody heard. */
export const joined = (earlier: Pending, later: Pending): Pending => {
  if (later.kind === 'status' && earlier.kind === 'status') {
    return { ...later, from: earlier.from, last: later.last ?? earlier.last };
  }
  if (later.kind === 'activity' && earlier.kind === 'activity') return { ...later, last: later.last ?? earlier.last };
  return later;
};

/** The later of what is known of a user, and what was last of one who was deleted: they may have been named again. */
const latest = (found: PresenceRecord | undefined, { last }: Deleted): PresenceRecord | undefined =>
  last && last.revision > (found?.revision ?? 0) ? last : found;

/**
 * For each kind, the messages of what is still to be told: of users who are unknown or cannot be read there is nothing beyond what was
 * last of those who were deleted, nor of whoever
 * does not type any more or is not seen live, nor of a notice that was read or hidden. Rejects with UNAVAILABLE.
 */
export type ReadAnew = {
  readonly [K in OutKind]: (pending: readonly PendingOf<K>[]) => Promise<ReadonlyMap<PendingOf<K>, OutMessage>>;
};

const byPending = <P, M>(pending: readonly P[], messageOf: (each: P) => M | undefined): ReadonlyMap<P, M> => {
  const found = new Map<P, M>();
  for (const each of pending) {
    const message = messageOf(each);
    if (message !== undefined) found.set(each, message);
  }
  return found;
};

export const createReadAnew = ({
  readRecords,
  store,
  trays,
}: {
  readonly readRecords: ReadRecords;
  readonly store: Pick<TypingStore, 'typingOf'> & Clock;
  readonly trays: Pick<TrayStore, 'notices' | 'inbox'>;
}): ReadAnew => {
  const dueAnew = createDueAnew({ readRecords, trays });
  const usersOf = (pending: readonly Pending[]) => [...new Set(pending.map(({ userId }) => userId))];

  return {
    async status(pending) {
      const { records } = await readRecords(usersOf(pending));
      return byPending(pending, (each) => {
        const record = latest(records.get(each.userId), each);
        return record && statusMessage(record, each.from);
      });
    },

    async activity(pending) {
      const { records } = await readRecords(usersOf(pending));
      return byPending(pending, (each) => {
        const record = latest(records.get(each.userId), each);
        return record && activityMessage(record);
      });
    },

    async typing(pending) {
      const typists = await store.typingOf(usersOf(pending));
      if (typists.length === 0) return new Map();
      // Read last: typing is cleared after the commit that hides its user, or not at all where the store fails then.
      const { records } = await readRecords([...new Set(typists.map(({ userId }) => userId))]);
      const now = await store.now();
      const isSeen = (userId: string): boolean => {
        const record = records.get(userId);
        return record !== undefined && isSeenLive(record);
      };
      const typing = new Set(
        typists
          .filter(({ userId }) => isSeen(userId))
          .map(({ userId, conversationId }) => JSON.stringify([userId, conversationId])),
      );
      return byPending(pending, (each) =>
        typing.has(keyOf(each)) ? typingMessage(each.conversationId, each.userId, now) : undefined,
      );
    },

    async notice(pending) {
      const wanted = await dueAnew(pending);
      const messages = new Map(wanted.map((due) => [due.notice.id, noticeMessage(due)]));
      return byPending(pending, ({ id }) => messages.get(id));
    },
  };
};
