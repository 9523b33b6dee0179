/** The objects of the gateway dialect (docs/doors.md#rest). Pure. */
import type { ActivityType } from '../../presence/types.js';
import type { PresenceView } from '../../presence/view.js';
import { iso } from '../instants.js';
import { GATEWAY_STATUS, type GatewayStatus } from './gatewayWords.js';
import { lastSeenOf, messageOf } from './seen.js';

/** The activities that the dialect has words for. */
export const GATEWAY_ACTIVITIES = {
  playing: 'PLAYING',
  streaming: 'STREAMING',
  listening: 'LISTENING',
} as const satisfies Readonly<Record<string, ActivityType>>;
export type GatewayActivityType = keyof typeof GATEWAY_ACTIVITIES;

export interface GatewayActivity {
  readonly type: GatewayActivityType;
  readonly name: string;
  /** ISO 8601 in UTC. */
  readonly started_at: string;
}

/** One user as the viewer sees them, as an event says it. */
export interface GatewayUpdate {
  readonly user_id: string;
  readonly status: GatewayStatus;
  /** Empty without one. */
  readonly custom_status: string;
  /** Left out without one that the dialect has a word for. */
  readonly activity?: GatewayActivity;
}

/** The same in answers. */
export interface GatewayPresence extends GatewayUpdate {
  /** ISO 8601 in UTC, see `lastSeenOf`. */
  readonly last_seen: string;
}

const WORDS = Object.entries(GATEWAY_ACTIVITIES) as readonly [GatewayActivityType, ActivityType][];
const wordOf = (wanted: ActivityType): GatewayActivityType | undefined =>
  WORDS.find(([, type]) => type === wanted)?.[0];

/** The latest activity of those that the dialect has a word for. */
const activityOf = ({ activities }: PresenceView): GatewayActivity | undefined => {
  for (const { type, name, startedAt } of activities) {
    const word = wordOf(type);
    if (word !== undefined) return { type: word, name, started_at: iso(startedAt) };
  }
  return undefined;
};

/** The data of `PRESENCE_UPDATE`. */
export const gatewayUpdate = (view: PresenceView): GatewayUpdate => {
  const activity = activityOf(view);
  return {
    user_id: view.userId,
    status: GATEWAY_STATUS[view.status],
    custom_status: messageOf(view),
    ...(activity && { activity }),
  };
};

/** The object of `GET /presence/{user_id}`. */
export const gatewayPresence = (view: PresenceView): GatewayPresence => ({
  ...gatewayUpdate(view),
  last_seen: lastSeenOf(view),
});
