/** Takes what gateways and voice services tell over NATS to the service: users side by side, what is of one user in its order. */
import { createLanes, type Lanes } from '../../async/lanes.js';
import { isTemporary } from '../../presence/errors.js';
import type { GatewayService } from '../../service/gatewayService.js';
import { decodeEvent, type NatsEvent } from './natsDecode.js';
import type { InKind } from './natsSubjects.js';

const AT_ONCE = 64;
const MAX_WAITING = 20_000;
const MAX_OF_ONE_USER = 100;
const ATTEMPTS = 5;
const PAUSE_MS = 200;

/**
 * What became of a message. `late`: something of later was known. `dropped`: too much waited. `failed`: unknown users, and back ends
 * that did not answer.
 */
export type Outcome = 'applied' | 'late' | 'malformed' | 'dropped' | 'failed';

export interface Receiver {
  /** Never throws, and waits for nothing. */
  receive(kind: InKind, bytes: Uint8Array): void;
  readonly lanes: Pick<Lanes, 'idle'>;
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
      if (!lanes.push(event.userId, work, () => onReceived(kind, 'failed'))) onReceived(kind, 'dropped');
    },
  };
};
