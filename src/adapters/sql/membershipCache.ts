import { LRUCache } from 'lru-cache';
import type { AccessReader } from '../../presence/ports/access.js';
import { mayUse } from '../../presence/visibility.js';

type Read = AccessReader['conversation'];
type Membership = NonNullable<Awaited<ReturnType<Read>>>;

/**
 * Who may use the typing of which conversation; {@link MembershipCache.forget} keeps it true. Refusals are not cached: the
 * time of a refusal must not tell whether the conversation exists, or whether it changed lately.
 */
export interface MembershipCache {
  /** The cached membership, or what `read` returns. */
  of: Read;
  /** A conversation changed. */
  forget(conversationId: string): void;
  /** Forgets all conversations. */
  clear(): void;
}

/** A cache of at most `max` memberships, which drops the least recently used first. */
export const createMembershipCache = ({
  max,
  read,
}: {
  readonly max: number;
  readonly read: Read;
}): MembershipCache => {
  /** A membership is valid while its conversation has the same mark, so a change also voids reads in progress. */
  // By size, of which each has one: given `max`, they would make room for all at once, in 10 ms each.
  const atMost = { maxSize: max, sizeCalculation: () => 1 };
  const marks = new LRUCache<string, object>(atMost);
  const members = new LRUCache<string, { readonly mark: object; readonly membership: Membership }>(atMost);

  const markOf = (conversationId: string): object => {
    const mark = marks.get(conversationId) ?? {};
    marks.set(conversationId, mark);
    return mark;
  };

  return {
    async of(conversationId, userId) {
      const mark = markOf(conversationId);
      const key = JSON.stringify([conversationId, userId]);
      const cached = members.get(key);
      if (cached?.mark === mark) return cached.membership;
      const membership = await read(conversationId, userId);
      // Who may use an owned one depends on relations, too.
      if (membership && !membership.owner && mayUse(membership, userId)) members.set(key, { mark, membership });
      return membership;
    },
    forget(conversationId) {
      marks.delete(conversationId);
    },
    clear() {
      marks.clear();
    },
  };
};
