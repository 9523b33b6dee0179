import { LRUCache } from 'lru-cache';
import type { People } from '../../presence/ports/stores.js';
import { mayUseTyping } from '../../presence/visibility.js';

type Read = People['conversation'];
type Known = NonNullable<Awaited<ReturnType<Read>>>;

/**
 * Who may use the typing of which conversation, of bounded size and kept true by {@link Membership.forget}
 * (docs/architecture.md). Who may not is asked for each time:
 * the time that a refusal takes must not tell whether there is such a conversation, or whether it changed lately.
 */
export interface Membership {
  of: Read;
  /** A conversation changed. */
  forget(conversationId: string): void;
  /** Forgets all conversations. */
  clear(): void;
}

/** A cache of at most `max` members, the least recently asked for leaving first, of what `read` resolves to. */
export const createMembership = ({ max, read }: { readonly max: number; readonly read: Read }): Membership => {
  /** What was read of a conversation holds while its mark does: also what is still being read when it changes is void. */
  const marks = new LRUCache<string, object>({ max });
  const members = new LRUCache<string, { readonly mark: object; readonly known: Known }>({ max });

  const markOf = (conversationId: string): object => {
    const mark = marks.get(conversationId) ?? {};
    marks.set(conversationId, mark);
    return mark;
  };

  return {
    async of(conversationId, userId) {
      const mark = markOf(conversationId);
      const key = JSON.stringify([conversationId, userId]);
      const entries = members.get(key);
      if (entries?.mark === mark) return entries.known;
      const known = await read(conversationId, userId);
      if (known && mayUseTyping(known)) members.set(key, { mark, known });
      return known;
    },
    forget(conversationId) {
      marks.delete(conversationId);
    },
    clear() {
      marks.clear();
    },
  };
};
