/** The schema's words as people read them. */
import type { Activity, ActivityType, Audience, DeviceType, PresenceStatus } from '@rollcall/client';

export const STATUS_LABELS: Readonly<Record<PresenceStatus, string>> = {
  ONLINE: 'Online',
  AWAY: 'Away',
  DO_NOT_DISTURB: 'Do not disturb',
  INVISIBLE: 'Invisible',
  OFFLINE: 'Offline',
};

/** What each choice means for others. */
export const STATUS_HINTS: Readonly<Record<PresenceStatus, string>> = {
  ONLINE: 'By your devices',
  AWAY: 'Until you change it',
  DO_NOT_DISTURB: 'Here, and busy',
  INVISIBLE: 'Seen as offline',
  OFFLINE: 'Until you next connect',
};

export const DEVICE_LABELS: Readonly<Record<DeviceType, string>> = {
  WEB: 'Web',
  MOBILE: 'Mobile',
  DESKTOP: 'Desktop',
  PLUGIN: 'Plugin',
  UNKNOWN: 'Unknown device',
};

export const AUDIENCE_LABELS: Readonly<Record<Audience, string>> = {
  EVERYONE: 'Everyone',
  FOLLOWERS: 'Followers and groups',
  MUTUALS: 'Mutual followers',
  NOBODY: 'Nobody',
};

const ACTIVITY_VERBS: Readonly<Record<ActivityType, string>> = {
  PLAYING: 'Playing',
  STREAMING: 'Streaming',
  LISTENING: 'Listening to',
  WATCHING: 'Watching',
  IN_STUDIO: 'In',
  IN_CALL: 'In a call:',
  CUSTOM: '',
};

/** "In Ableton Live", "Listening to Bach". A type that is newer than this page is shown by its name alone. */
export const activitySentence = ({ type, name }: Pick<Activity, 'type' | 'name'>): string =>
  `${ACTIVITY_VERBS[type] ?? ''} ${name}`.trim();
