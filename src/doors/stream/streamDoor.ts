/** The door to Stream: the objects of users there show the same as Rollcall (docs/doors.md#stream). */
import type { StreamConfig } from '../../config/config.js';
import type { ReadRecords } from '../../node/recordReader.js';
import { isUnavailable } from '../../presence/errors.js';
import type { AccessReader } from '../../presence/ports/access.js';
import type { Bus } from '../../presence/ports/bus.js';
import type { StateMarks } from '../../presence/ports/stateMarks.js';
import type { ToldLive } from '../../presence/ports/toldLive.js';
import type { Log } from '../../telemetry/log.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { Outages } from '../../telemetry/outages.js';
import { Refused } from '../states/sending.js';
import { type SenderTimings, startStateSender } from '../states/stateSender.js';
import { createLastSent } from './lastSent.js';
import { startSightMarks } from './sightMarks.js';
import { SomebodyUnknown } from './streamAnswers.js';
import { createStreamClient } from './streamClient.js';
import { createSendToStream } from './streamUsers.js';

export interface StreamDoorOptions {
  readonly config: StreamConfig;
  readonly marks: StateMarks;
  readonly toldLive: ToldLive;
  readonly readRecords: ReadRecords;
  readonly people: Pick<AccessReader, 'accessFacts'>;
  readonly bus: Pick<Bus, 'subscribeAccessChanges'>;
  /** Whether this node knows the user to be live. */
  readonly isLive: (userId: string) => boolean;
  readonly log: Log;
  readonly outages: Outages;
  readonly metrics: Pick<Metrics, 'streamUsers' | 'streamFailed' | 'readStream'>;
  readonly timings?: SenderTimings;
  /** For how long nothing is remembered after a lease changed hands, in ms. */
  readonly settleMs?: number;
}

/** The object at Stream outlives a user who is deleted here, so it is told that they left, as it is told of anybody else. */
const NOBODY_DELETED = { deletedAmong: async () => new Set<string>() };

/** Opens the door. What it returns ends what is under way; idempotent, and never rejects. */
export const openStreamDoor = async (options: StreamDoorOptions): Promise<() => Promise<void>> => {
  const { config, marks, toldLive, readRecords, people, bus, isLive, log, outages, metrics, timings } = options;
  const outage = outages.of('Stream');
  const onError = outages.failures('telling Stream of users');
  const onRefused = outages.failures('telling Stream of a user whom it refuses');
  const lastSent = createLastSent(options.settleMs === undefined ? {} : { settleMs: options.settleMs });
  let isTold = false;

  const sender = startStateSender(
    {
      consumer: 'stream',
      marks,
      toldLive,
      readRecords,
      people: NOBODY_DELETED,
      send: createSendToStream({
        client: createStreamClient(config),
        people,
        lastSent,
        onSkipped(userId) {
          metrics.streamUsers('skipped', 1);
          if (isTold) return;
          isTold = true;
          log.warn({ userId }, 'Stream does not allow this id; users with such ids are left out');
        },
        onCreated: () => metrics.streamUsers('created', 1),
      }),
      onSent(states) {
        metrics.streamUsers('sent', states);
        outage.worked();
      },
      onFailed(error) {
        if (error instanceof SomebodyUnknown) return;
        // The database was asked for privacy.
        if (isUnavailable(error)) return onError(error);
        metrics.streamFailed();
        if (error instanceof Refused) onRefused(error);
        else outage.failed(error);
      },
      onError,
      onUncertain: lastSent.forgetAll,
    },
    timings,
  );
  metrics.readStream(() => sender);
  const sightMarks = startSightMarks({ marks, isLive, onError });
  const unsubscribe = await bus.subscribeAccessChanges(sightMarks.accessChanged);
  return async () => {
    unsubscribe();
    await Promise.all([sightMarks.stop(), sender.stop()]);
  };
};
