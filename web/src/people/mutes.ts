import { createStore, type Store, useStore } from '../parts/store.js';

/** What each person of the page muted. The server tells nobody, so this browser remembers it. */
type Muted = Readonly<Record<string, readonly string[]>>;

const KEY = 'rollcall:muted';

const load = (): Muted => {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof known === 'object' && known !== null ? (known as Muted) : {};
  } catch {
    return {};
  }
};

const muted: Store<Muted> = createStore(load());

/** The ids of users and objects that somebody muted. */
export const useMuted = (userId: string): readonly string[] => useStore(muted)[userId] ?? NOTHING;
const NOTHING: readonly string[] = [];

export const rememberMuted = (userId: string, targetId: string, isMuted: boolean): void => {
  const others = (muted.get()[userId] ?? []).filter((id) => id !== targetId);
  muted.set({ ...muted.get(), [userId]: isMuted ? [...others, targetId] : others });
  localStorage.setItem(KEY, JSON.stringify(muted.get()));
};
