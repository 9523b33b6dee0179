import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable, PresenceError } from '../../presence/errors.js';
import type { Presence } from '../../service/contract.js';
import type { Log } from '../../telemetry/log.js';
import type { ConnectParams } from './connectParams.js';

const RETRY_MS = 1_000;

/** Whether the store may hold the session although taking it failed. */
const mayHold = (error: unknown): boolean => !(error instanceof PresenceError) || error.code === 'UNAVAILABLE';

/** The session that one connection holds, from being let in until it is let go of. */
export class SessionHold {
  /** Whether the session is held, once that is known. */
  private held: Promise<boolean> | boolean = false;

  constructor(
    private readonly ports: { readonly presence: Pick<Presence, 'connect' | 'disconnect'>; readonly log: Log },
    private readonly userId: string,
    private readonly connectionId: string,
  ) {}

  /** Starts or resumes it. Returns the session's id; rejects as `Presence.connect` does. */
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
   * Lets go of it, also of one that is just being taken; nothing where none was. `silentMs` is for how long nothing
   * had been heard of the connection. Tries again for as long as the store is away, or until `abandoned`.
   */
  async release(silentMs: number, abandoned: AbortSignal): Promise<void> {
    const { userId, connectionId } = this;
    const { presence, log } = this.ports;
    const lastReceivedAt = performance.now() - silentMs;
    // A connection that closes while its session is being taken waits for it: the release must come after.
    if (!(await this.held)) return;
    for (;;) {
      try {
        const lastReceivedMsAgo = Math.max(0, performance.now() - lastReceivedAt);
        return await presence.disconnect({ userId, connectionId, lastReceivedMsAgo });
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
  }
}
