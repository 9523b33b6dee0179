import type { Me, Presence } from '../../src/index.js';

/** An instant so many seconds after noon. */
export const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 31, 12) + seconds * 1_000).toISOString();

/** Somebody who is online; `seconds` is their `asOf`. */
export const presence = (userId: string, seconds = 0, changes: Partial<Presence> = {}): Presence => ({
  id: userId,
  userId,
  user: { id: userId, name: userId, avatarUrl: null },
  status: 'ONLINE',
  statusMessage: null,
  activities: [],
  devices: ['WEB'],
  lastSeen: null,
  asOf: at(seconds),
  ...changes,
});

/** What is sent last of somebody who cannot be seen any more. */
export const blank = (userId: string, seconds = 0): Presence =>
  presence(userId, seconds, { user: { id: userId, name: null, avatarUrl: null }, status: 'OFFLINE', devices: [] });

export const me = (userId: string, seconds = 0, changes: Partial<Me> = {}): Me => ({
  userId,
  presence: presence(userId, seconds),
  chosenStatus: 'ONLINE',
  privacy: { status: 'FOLLOWERS', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' },
  sessions: [],
  ...changes,
});
