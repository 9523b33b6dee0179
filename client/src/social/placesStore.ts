/**
 * Where the places of a session outlive a reload of the page, as the session does: the page that comes back may be at none of
 * them, and nobody else would leave them.
 */

const KEY = 'rollcall:places:';

export interface PlacesStore {
  load(): readonly string[];
  save(conversationIds: readonly string[]): void;
}

export const createPlacesStore = (sessionId: string): PlacesStore => {
  const key = KEY + sessionId;
  return {
    load() {
      try {
        const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]');
        return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
      } catch {
        // There is none, it is forbidden, or what is in it makes no sense.
        return [];
      }
    },
    save(conversationIds) {
      try {
        if (conversationIds.length === 0) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, JSON.stringify(conversationIds));
      } catch {
        // As above: after a reload, the places are left with the session alone.
      }
    },
  };
};
