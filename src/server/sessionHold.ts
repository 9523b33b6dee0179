import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable, PresenceError } from '../presence/errors.js';
import type { Presence } from '../presence/verbs.js';
import type { ConnectParams } from './connectParams.js';
import type { Log } from './log.js';

const RETRY_MS = 1_000;

/** The session that one connection holds, from being let in until it is let go of. */
export interface SessionHold {
  /** Starts or resumes it. Returns the session's id; rejects as `Presence.connect` does. */
  take(params: ConnectParams): Promise<string>;
  /**
   * Lets go of it, also of one that is just being taken; nothing where none was. `silentMs` is for how long nothing
   * had been heard of the connection. Tries again for as long as the store is away, or until `abandoned`.
   */
  release(silentMs: number, abandoned: AbortSignal): Promise<void>;
}

/** Whether the store may hold the session although taking it failed. */
const mayHold = (error: unknown): boolean => !(error instanceof PresenceError) || error.code === 'UNAVAILABLE';

export const createSessionHold = ({
  presence,
  userId,
  connectionId,
  log,
  now = () => performance.now(),
}: {
  readonly presence: Pick<Presence, 'connect' | 'disconnect'>;
  readonly userId: string;
  readonly connectionId: string;
  readonly log: Log;
  readonly now?: () => number;
}): SessionHold => {
  /** Whether the session is held, once that is known. */
  let held: Promise<boolean> = Promise.resolve(false);

  return {
    take({ sessionId, device }) {
      const taking = presence.connect({ userId, connectionId, sessionId, device });
      held = taking.then(() => true, mayHold);
      return taking;
    },
    async release(silentMs, abandoned) {
      const lastHeardAt = now() - silentMs;
      // A connection that closes while its session is being taken waits for it: the release must come after.
      if (!(await held)) return;
      for (;;) {
        try {
          return await presence.disconnect({ userId, connectionId, lastHeardMsAgo: Math.max(0, now() - lastHeardAt) });
        } catch (error) {
          if (!isUnavailable(error)) {
            log.error({ err: error }, 'disconnect failed');
            return;
          }
          if (abandoned.aborted) return;
          await sleep(error.details.retryAfterMs ?? RETRY_MS, undefined, { ref: false, signal: abandoned }).catch(
            () => {},
          );
        }
      }
    },
  };
};
