import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound, isUnavailable, PresenceError } from '../../presence/errors.js';
import type { Presence } from '../../service/contract.js';
import type { Log } from '../../telemetry/log.js';
import type { ConnectParams } from './connectParams.js';

const RETRY_MS = 1_000;

/** Whether the store may hold the session although connecting failed. */
const mayHold = (error: unknown): boolean => !(error instanceof PresenceError) || error.code === 'UNAVAILABLE';

/** What all holds of a server share. */
export interface HoldPorts {
  readonly presence: Pick<Presence, 'connect' | 'disconnect'>;
  /** Runs what it is given when its turn comes: when all sockets close at once, the store is asked no faster than it answers. */
  readonly leave: (run: () => Promise<void>) => Promise<void>;
  /** Whether the live store answers. */
  readonly storeAnswers: () => boolean;
  readonly log: Log;
}

/** One connection's hold on its session: from connecting until the store has committed the disconnect. */
export class SessionHold {
  /** Whether the store may hold the session; a promise while connecting. */
  private held: Promise<boolean> | boolean = false;

  constructor(
    private readonly ports: HoldPorts,
    private readonly userId: string,
    private readonly connectionId: string,
  ) {}

  /** Starts or resumes the session. Returns its id; rejects as `Presence.connect` does. */
  async take({ sessionId, device }: ConnectParams): Promise<string> {
    const { userId, connectionId } = this;
    const taking = this.ports.presence.connect({ userId, connectionId, sessionId, device });
    this.held = taking.then(() => true, mayHold);
    try {
      return await taking;
    } finally {
      this.held = await this.held;
    }
  }

  /**
   * Disconnects the session; does nothing where none was taken. `silentMs` is how long nothing had been received of the
   * connection, `returnsWithinMs` how much longer than the grace its client may take to come back, `isUnused` whether nothing came over
   * it. Retries while the store is unavailable, until `abandoned` is aborted. Never rejects: other failures are logged.
   */
  async release(
    {
      silentMs,
      returnsWithinMs,
      isUnused,
    }: { readonly silentMs: number; readonly returnsWithinMs: number; readonly isUnused: boolean },
    abandoned: AbortSignal,
  ): Promise<void> {
    const { userId, connectionId } = this;
    const { presence, leave, storeAnswers, log } = this.ports;
    const lastReceivedAt = performance.now() - silentMs;
    // A connection that closes while it connects waits for the outcome: the disconnect must come after.
    if (!(await this.held)) return;
    for (;;) {
      try {
        return await leave(async () => {
          // Each that waits would wait for the same time-out, and the server is to stop.
          if (abandoned.aborted && !storeAnswers()) return;
          const lastReceivedMsAgo = Math.max(0, performance.now() - lastReceivedAt);
          await presence.disconnect({ userId, connectionId, lastReceivedMsAgo, returnsWithinMs, isUnused });
        });
      } catch (error) {
        // The user was deleted, and the session with them.
        if (isNotFound(error)) return;
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
  }
}
