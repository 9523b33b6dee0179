/**
 * The session id of a tab, which outlives a reload.
 *
 * A browser that duplicates a tab copies its `sessionStorage`. Two tabs with one session would tell the server in turn that
 * it is idle and that it is not, and to sign out in one would end both. So a page takes its id out of the storage while it
 * runs, and puts it back when it is left: a reload finds it, a duplicate does not. Several clients of one page take theirs
 * in the order in which they put them back. Without a page nothing is duplicated, and the id stays in the storage.
 */
import type { SessionStorage } from './types.js';

const KEY = 'rollcall:sessions';
/** More than any page keeps; what a program leaves behind by making clients in a loop is cut. */
const MOST = 20;

export interface SessionIdStore {
  /** The id of this client. */
  readonly id: string;
  /** The page is left: whoever comes next in this tab goes on with the session. */
  putBack(): void;
  /** The page came back. */
  take(): void;
  /** The session has ended. */
  forget(): void;
}

const isId = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 128;

/** 122 random bits. `crypto.randomUUID` is missing where a page is not secure, and `crypto` in React Native. */
export const newSessionId = (): string => {
  const bytes = new Uint8Array(16).map(() => Math.random() * 256);
  globalThis.crypto?.getRandomValues?.(bytes);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

/** `exclusive`: take the id out of the storage while the client runs. */
export const createSessionIdStore = (storage: SessionStorage | null, exclusive: boolean): SessionIdStore => {
  // A storage may be forbidden, full, or hold what others wrote: then the id lasts as long as the page.
  const read = (): string[] => {
    try {
      const ids: unknown = JSON.parse(storage?.getItem(KEY) ?? '[]');
      return Array.isArray(ids) ? ids.filter(isId) : [];
    } catch {
      return [];
    }
  };
  const write = (ids: readonly string[]) => {
    try {
      if (ids.length === 0) storage?.removeItem(KEY);
      else storage?.setItem(KEY, JSON.stringify(ids.slice(-MOST)));
    } catch {}
  };
  const stored = read();
  const id = stored[0] ?? newSessionId();
  const without = () => read().filter((other) => other !== id);
  const store: SessionIdStore = {
    id,
    putBack: () => write([...without(), id]),
    take: () => {
      if (exclusive) write(without());
    },
    forget: () => write(without()),
  };
  if (exclusive) store.take();
  else store.putBack();
  return store;
};
