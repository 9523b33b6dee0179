import type { DeviceType } from '@rollcall/client';

/** Who a pane is, and as which device. */
export interface PaneSpec {
  readonly id: string;
  readonly userId: string;
  readonly device: DeviceType;
  /** Kept through reloads of the tab, so that a reload resumes the session and nobody sees the user leave. */
  readonly sessionId: string;
  /** What is open in it, kept as well: who comes back within the grace is at the place where they were. */
  readonly tab?: string;
}

/** A user has at most 20 connections, and a window room for less. */
export const MAX_PANES = 6;

const KEY = 'rollcall:panes';

export const newPaneSpec = (userId: string, device: DeviceType): PaneSpec => ({
  id: crypto.randomUUID(),
  userId,
  device,
  sessionId: crypto.randomUUID(),
});

const isPaneSpec = (value: unknown): value is PaneSpec =>
  typeof value === 'object' &&
  value !== null &&
  ['id', 'userId', 'device', 'sessionId'].every((name) => typeof Reflect.get(value, name) === 'string');

/** What this tab showed before its reload; null in a new tab. */
export const loadPanes = (storage: Storage = sessionStorage): readonly PaneSpec[] | null => {
  try {
    const specs: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    return Array.isArray(specs) ? specs.filter(isPaneSpec).slice(0, MAX_PANES) : null;
  } catch {
    return null;
  }
};

export const savePanes = (specs: readonly PaneSpec[], storage: Storage = sessionStorage): void =>
  storage.setItem(KEY, JSON.stringify(specs));
