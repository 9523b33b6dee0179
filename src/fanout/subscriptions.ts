/** The subscriptions of a node, and which of them a change of facts may concern: found by whom it names, however many there are. */
import type { FactChange } from '../presence/ports.js';
import type { Viewer } from '../presence/visibility.js';
import { createLists } from './lists.js';

/** A subscription, as far as it follows changes of facts. */
export interface Following {
  readonly viewer: Viewer;
  /** Of one to the typing of one conversation: that one. */
  readonly conversationId?: string | null;
  factsChanged(change: FactChange): void;
  /** Changes of facts may have been missed. */
  factsMissed(): void;
  /** Messages may have been missed. */
  reread?(): void;
}

export interface Watches extends Iterable<Following> {
  add(watch: Following): void;
  remove(watch: Following): void;
  /** Tells a change to those whom it may concern. `watchersOf` is who watches a user. */
  changed(change: FactChange, watchersOf: (userId: string) => readonly string[]): void;
  readonly size: number;
}

export const createWatches = (): Watches => {
  const all = new Set<Following>();
  const byViewer = createLists<Following>();
  const byConversation = createLists<Following>();

  const viewersNamed = (change: FactChange, watchersOf: (userId: string) => readonly string[]): readonly string[] => {
    switch (change.kind) {
      case 'relation':
        return change.users;
      case 'user':
        return change.deleted ? watchersOf(change.userId) : [];
      default:
        return change.members;
    }
  };

  return {
    add(watch) {
      all.add(watch);
      byViewer.add(watch.viewer.userId, watch);
      if (watch.conversationId != null) byConversation.add(watch.conversationId, watch);
    },
    remove(watch) {
      if (!all.delete(watch)) return;
      byViewer.remove(watch.viewer.userId, watch);
      if (watch.conversationId != null) byConversation.remove(watch.conversationId, watch);
    },
    changed(change, watchersOf) {
      const touched = new Set(viewersNamed(change, watchersOf).flatMap((viewerId) => byViewer.get(viewerId)));
      if (change.kind === 'conversation') for (const watch of byConversation.get(change.id)) touched.add(watch);
      for (const watch of touched) watch.factsChanged(change);
    },
    [Symbol.iterator]: () => all.values(),
    get size() {
      return all.size;
    },
  };
};
