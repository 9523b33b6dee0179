/** Takes what gateways and voice services tell over NATS to the service: users side by side, what is of one user in its order. */
import { createLanes, type Lanes } from '../../async/lanes.js';
import { isTemporary } from '../../presence/errors.js';
import type { GatewayService } from '../../service/gatewayService.js';
import { decodeEvent, type NatsEvent } from './natsDecode.js';
import type { InKind } from './natsSubjects.js';

const AT_ONCE = 64;
const MAX_WAITING = 20_000;
const MAX_OF_ONE_USER = 100;
/** Of what connections tell, which comes again or ends by itself: for some seconds. */
const ATTEMPTS = 5;
/** Of what is said once: for longer than a Redis takes to restart, half a minute. */
const ATTEMPTS_ONCE = 12;
const PAUSE_MS = 250;
const MAX_PAUSE_MS = 4_000;
const SAID_ONCE: ReadonlySet<InKind> = new Set(['voiceStarted', 'voiceEnded']);
/** How much of the queue what connections tell may fill. */
const OF_CONNECTIONS = 3 / 4;

/**
 * What became of a message. `late`: something of later was known. `dropped`: too much waited. `failed`: unknown users, and back ends
 * that did not answer.
 */
export type Outcome = 'applied' | 'late' | 'malformed' | 'dropped' | 'failed';

export interface Receiver {
  /** Never throws, and waits for nothing. */
  receive(kind: InKind, bytes: Uint8Array): void;
  readonly lanes: Pick<Lanes, 'idle' | 'size'>;
}

export const createReceiver = ({
  service,
  onReceived,
  onMalformed,
  onError,
  maxWaiting = MAX_WAITING,
}: {
  readonly service: Omit<GatewayService, 'committed'>;
  readonly onReceived: (kind: InKind, outcome: Outcome) => void;
  readonly onMalformed: (error: unknown) => void;
  readonly onError: (error: unknown) => void;
  readonly maxWaiting?: number;
}): Receiver => {
  const lanes = createLanes({
    atOnce: AT_ONCE,
    maxWaiting,
    maxInLane: MAX_OF_ONE_USER,
    attempts: ATTEMPTS,
    pauseMs: PAUSE_MS,
    maxPauseMs: MAX_PAUSE_MS,
    again: isTemporary,
    onFailed: onError,
  });

  const apply = (event: NatsEvent): Promise<boolean> => {
    switch (event.kind) {
      case 'opened':
        return service.opened(event);
      case 'closed':
        return service.closed(event);
      case 'heartbeat':
        return service.heartbeat(event);
      case 'voiceStarted':
        return service.voiceStarted(event);
      case 'voiceEnded':
        return service.voiceEnded(event);
    }
  };

  return {
    lanes,
    receive(kind, bytes) {
      let event: NatsEvent;
      try {
        event = decodeEvent(kind, bytes);
      } catch (error) {
        onReceived(kind, 'malformed');
        onMalformed(error);
        return;
      }
      const work = async () => {
        const isOfUse = await apply(event);
        onReceived(kind, isOfUse ? 'applied' : 'late');
      };
      const isSaidOnce = SAID_ONCE.has(kind);
      const hasRoom = isSaidOnce || lanes.size < maxWaiting * OF_CONNECTIONS;
      const options = {
        failed: () => onReceived(kind, 'failed'),
        ...(isSaidOnce && { attempts: ATTEMPTS_ONCE }),
      };
      if (!hasRoom || !lanes.push(event.userId, work, options)) onReceived(kind, 'dropped');
    },
  };
};
