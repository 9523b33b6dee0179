/**
 * Which of some users type where the viewer may know it, for `Presence.isTyping` (docs/design.md#typing). While the
 * database is unavailable, cached memberships answer and everything else is denied, so that the events of open
 * subscriptions wait for it once, rather than each of them.
 */
import { isUnavailable } from '../presence/errors.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { TypingEntry, TypingStore } from '../presence/ports/typing.js';
import { mayUse } from '../presence/visibility.js';
import type { TypingService } from './contract.js';

export const createTypingAmong = ({
  store,
  people,
}: {
  readonly store: Pick<TypingStore, 'typingOf'>;
  readonly people: Pick<AccessReader, 'membership' | 'conversationsAmong' | 'blockedAmong'>;
}): TypingService['typingAmong'] => {
  /** The typists in conversations of which the viewer is a member, by access facts read now. */
  const readNow = async (viewerId: string, typing: readonly TypingEntry[]): Promise<ReadonlySet<string>> => {
    const [shared, blocked] = await Promise.all([
      people.conversationsAmong(viewerId, [...new Set(typing.map(({ conversationId }) => conversationId))]),
      people.blockedAmong(viewerId, [...new Set(typing.map(({ userId }) => userId))]),
    ]);
    const seen = typing.filter(({ conversationId, userId }) => shared.has(conversationId) && !blocked.has(userId));
    return new Set(seen.map(({ userId }) => userId));
  };

  /** The same by cached memberships; what is not cached is denied. */
  const readCached = async (viewerId: string, typing: readonly TypingEntry[]): Promise<ReadonlySet<string>> => {
    const shared = await Promise.allSettled(typing.map((entry) => people.membership(entry.conversationId, viewerId)));
    const isShared = (i: number) => {
      const facts = shared[i]?.status === 'fulfilled' ? shared[i].value : undefined;
      return facts?.isMember === true && mayUse(facts, viewerId);
    };
    return new Set(typing.filter((_, i) => isShared(i)).map(({ userId }) => userId));
  };

  /** The last read found the database unavailable; since then one read at a time probes it. */
  let unavailable = false;
  let probing = false;
  const probe = async (read: () => Promise<unknown>): Promise<void> => {
    if (probing) return;
    probing = true;
    unavailable = await read().then(
      () => false,
      (error: unknown) => isUnavailable(error),
    );
    probing = false;
  };

  return async (viewer, userIds) => {
    if (viewer.kind !== 'user') return new Set();
    const typing = await store.typingOf(userIds);
    // Read also where nobody types: the time of the answer must not tell whether a user types unseen by the viewer.
    const read = () => readNow(viewer.userId, typing);
    try {
      if (!unavailable) return await read();
      void probe(read);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      unavailable = true;
    }
    return readCached(viewer.userId, typing);
  };
};
