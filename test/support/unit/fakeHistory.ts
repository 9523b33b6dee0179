/** A history in memory, with the promises of `HistoryStore`, that fails when told to. */
import type { HistoryHead, HistoryOwner, HistoryStore, Span } from '../../../src/presence/ports/history.js';
import { isOpen, newHead } from './histories.js';

export const createFakeHistory = () => {
  const heads = new Map<string, HistoryHead & { readonly generation: number; readonly spans: readonly Span[] }>();
  /** What the next calls of `write` reject with, one after the other, after what they wrote with `late`. */
  const failures: { readonly error: Error; readonly late?: boolean; readonly of?: string }[] = [];
  const written: (readonly HistoryOwner[])[] = [];
  const sort = (spans: Iterable<Span>) => [...spans].sort((a, b) => a.from - b.from || (a.device < b.device ? -1 : 1));

  const store: HistoryStore = {
    async write(users, decide) {
      const failure = failures[0] && (failures[0].of ?? users[0]?.userId) && failures[0];
      const fails = failure && users.some(({ userId }) => failure.of === undefined || failure.of === userId);
      if (fails && failure.of === undefined) failures.shift();
      if (fails && !failure.late) throw failure.error;
      written.push(users);
      let spans = 0;
      for (const user of users) {
        const { userId, generation } = user;
        const known = heads.get(userId);
        if (known && known.generation > generation) continue;
        const head = known?.generation === generation ? known : { ...newHead(), generation, spans: [] };
        const change = decide(user, head);
        if (!change) continue;
        const byKey = new Map(head.spans.map((span) => [`${span.from} ${span.device}`, span]));
        for (const span of change.removed) byKey.delete(`${span.from} ${span.device}`);
        for (const span of change.written) byKey.set(`${span.from} ${span.device}`, span);
        spans += change.written.length;
        const all = sort(byKey.values());
        heads.set(userId, { ...change.head, generation, spans: all, open: all.filter(isOpen) });
      }
      if (fails && failure.late) throw failure.error;
      return spans;
    },
    spans: async (userId) => heads.get(userId)?.spans ?? [],
    async openAfter(after, limit) {
      const users = [...heads]
        .filter(([userId, { open }]) => userId > after && open.length > 0)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([userId, { generation, open }]) => ({ userId, generation, open }));
      const some = users.slice(0, limit);
      return { users: some, next: users.length > limit ? some.at(-1)!.userId : null };
    },
    sweep: async () => false,
  };
  return { store, failures, written, spansOf: (userId: string) => heads.get(userId)?.spans ?? [] };
};
