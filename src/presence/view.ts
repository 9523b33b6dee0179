import type { Activity, DeviceType, PresenceStatus, StatusMessage } from './types.js';

/** One user's presence as one viewer may see it (DESIGN section 1, "Status"). Instants in milliseconds. */
export interface PresenceView {
  readonly userId: string;
  readonly status: PresenceStatus;
  readonly statusMessage: StatusMessage | null;
  readonly activities: readonly Activity[];
  readonly devices: readonly DeviceType[];
  readonly lastSeen: number | null;
  readonly asOf: number;
}
