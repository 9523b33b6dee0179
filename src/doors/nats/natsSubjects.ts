/** The subjects of NATS, before `NATS_PREFIX` (docs/doors.md#nats). Pure. */

/** What Rollcall tells. */
export const OUT_SUBJECTS = {
  status: 'presence.status.changed',
  activity: 'presence.activity.updated',
  typing: 'presence.typing.started',
  notice: 'presence.notice.due',
} as const;
export type OutKind = keyof typeof OUT_SUBJECTS;

/** What gateways and voice services tell. */
export const IN_SUBJECTS = {
  opened: 'gateway.connection.opened',
  closed: 'gateway.connection.closed',
  heartbeat: 'gateway.heartbeat.received',
  voiceStarted: 'voice.session.created',
  voiceEnded: 'voice.session.ended',
} as const;
export type InKind = keyof typeof IN_SUBJECTS;

export const IN_KINDS = Object.keys(IN_SUBJECTS) as readonly InKind[];
