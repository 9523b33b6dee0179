/** The nouns of the domain with defaults: `session({ idle: true })` says only what a test is about. */
import {
  type ActivityInput,
  DEFAULT_TIMINGS,
  type DurablePresence,
  type PresenceRecord,
  type Session,
  type StatusMessage,
  type Timings,
} from '../../../src/presence/types.js';
import { type AccessFacts, DEFAULT_PRIVACY } from '../../../src/presence/visibility.js';

/** When tests begin, in milliseconds. */
export const NOON = Date.UTC(2026, 0, 31, 12);

export const timings = (changes: Partial<Timings> = {}): Timings => ({ ...DEFAULT_TIMINGS, ...changes });

/** A session of plain HTTP that is live and active; `connections` makes it one of connections. */
export const session = ({
  idle = false,
  ...changes
}: Partial<Session> & { readonly idle?: boolean } = {}): Session => ({
  id: 'tab',
  device: 'WEB',
  startedAt: NOON,
  connections: [],
  graceUntil: null,
  gateways: [],
  leaseUntil: changes.connections || changes.graceUntil ? null : NOON + DEFAULT_TIMINGS.sessionTtlMs,
  knownLiveAt: NOON,
  activeAt: NOON,
  reportedIdle: idle ? true : null,
  inferredIdle: false,
  inferIdleAt: null,
  activities: [],
  places: [],
  tray: [],
  deviceAsOf: changes.activeAt ?? NOON,
  activitiesAsOf: changes.activeAt ?? NOON,
  idleAsOf: changes.activeAt ?? NOON,
  leaseAsOf: changes.activeAt ?? NOON,
  placesAsOf: 0,
  trayAsOf: 0,
  touchedAt: changes.activeAt ?? NOON,
  ...changes,
});

/** A user who was never live, as of a second before noon. */
export const record = (changes: Partial<PresenceRecord> = {}): PresenceRecord => ({
  userId: 'ana',
  generation: 1,
  revision: NOON - 1_000,
  revisions: { status: NOON - 1_000, lastSeen: NOON - 1_000, activity: NOON - 1_000 },
  chosen: 'ONLINE',
  chosenAsOf: 0,
  message: null,
  messageAsOf: 0,
  lastSeen: null,
  sessions: [],
  hostProvided: [],
  hostProvidedAsOf: 0,
  revoked: [],
  ...changes,
});

/** What the journal keeps of a user, all of which changed with that revision. */
export const durable = (changes: Partial<DurablePresence> = {}): DurablePresence => {
  const revision = changes.revision ?? NOON;
  return {
    userId: 'ana',
    generation: 1,
    revision,
    chosen: 'ONLINE',
    chosenAsOf: revision,
    message: null,
    messageAsOf: revision,
    lastSeen: null,
    ...changes,
  };
};

export const activity = (changes: Partial<ActivityInput> = {}): ActivityInput => ({
  type: 'PLAYING',
  name: 'Chess',
  details: null,
  startedAt: null,
  expiresAt: null,
  ...changes,
});

export const message = (changes: Partial<StatusMessage> = {}): StatusMessage => ({
  text: 'At lunch',
  emoji: null,
  expiresAt: null,
  ...changes,
});

/** Facts of a pair who are strangers to each other. */
export const accessFacts = (changes: Partial<AccessFacts> = {}): AccessFacts => ({
  exists: true,
  privacy: DEFAULT_PRIVACY,
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: false,
  blocked: false,
  ...changes,
});
