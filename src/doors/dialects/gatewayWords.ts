/** The words of the gateway dialect, which NATS shares (docs/doors.md): how it calls what Rollcall knows. Pure. */
import type { PresenceStatus } from '../../presence/types.js';

export type GatewayStatus = 'online' | 'idle' | 'dnd' | 'offline';

/** A status as others see it. INVISIBLE is offline to all others, and to its own user in this dialect. */
export const GATEWAY_STATUS: Readonly<Record<PresenceStatus, GatewayStatus>> = {
  ONLINE: 'online',
  AWAY: 'idle',
  DO_NOT_DISTURB: 'dnd',
  INVISIBLE: 'offline',
  OFFLINE: 'offline',
};
