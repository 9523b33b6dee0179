/**
 * Marks the sessions on which a tray is shown (docs/design.md#social): a user who looks at it is told by no push. Several subscriptions
 * of one connection are one mark, which holds while the session has the connection; while the store is unavailable it is tried again,
 * ever more rarely, so that the last state holds. Each mark is a commit
 * of the user's record, so a user has as many as changes of presence (docs/design.md#limits-errors): no subscription is refused for it,
 * but what is opened and closed more often is marked later, as it then is.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { retry } from '../async/retry.js';
import { isTemporary, PresenceError } from '../presence/errors.js';
import type { RateLimits } from '../presence/ports/rates.js';
import type { PlaceService } from './contract.js';

const RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/** Says on which connections a tray is shown. Each `opened` needs one `closed`. Neither waits, nor fails. */
export interface ShownTrays {
  opened(userId: string, connectionId: string): void;
  closed(userId: string, connectionId: string): void;
}

interface Shown {
  readonly userId: string;
  readonly connectionId: string;
  subscriptions: number;
  /** What the store was told last. */
  stored: boolean;
  busy: boolean;
}

const isRateLimited = (error: unknown): error is PresenceError =>
  error instanceof PresenceError && error.code === 'RATE_LIMITED';

export const createShownTrays = ({
  places,
  rateLimits,
  onError,
}: {
  readonly places: Pick<PlaceService, 'setTray'>;
  readonly rateLimits: Pick<RateLimits, 'take'>;
  readonly onError: (error: unknown) => void;
}): ShownTrays & { readonly size: number } => {
  const all = new Map<string, Shown>();

  const isStored = (shown: Shown): boolean => shown.stored === shown.subscriptions > 0;

  const store = async (shown: Shown): Promise<void> => {
    const { userId, connectionId } = shown;
    // Meanwhile it may be again what is stored.
    if (isStored(shown)) return;
    await rateLimits.take('tray', userId);
    const tray = shown.subscriptions > 0;
    await places.setTray({ viewer: { kind: 'user', userId }, connectionId }, tray);
    shown.stored = tray;
  };

  const sync = async (shown: Shown): Promise<void> => {
    if (shown.busy) return;
    shown.busy = true;
    while (!isStored(shown)) {
      await retry(() => store(shown), {
        everyMs: RETRY_MS,
        upToMs: MAX_RETRY_MS,
        async onFailure(error) {
          if (isRateLimited(error)) {
            await wait(error.details.retryAfterMs ?? 0, undefined, { ref: false });
            return;
          }
          onError(error);
          // Of a user who is deleted, or whom this release cannot read: such a mark ends with its connection.
          if (!isTemporary(error)) throw error;
        },
      }).catch(() => {
        shown.stored = shown.subscriptions > 0;
      });
    }
    shown.busy = false;
    if (shown.subscriptions === 0) all.delete(shown.connectionId);
  };

  return {
    opened(userId, connectionId) {
      const shown = all.get(connectionId) ?? { userId, connectionId, subscriptions: 0, stored: false, busy: false };
      all.set(connectionId, shown);
      shown.subscriptions += 1;
      void sync(shown);
    },
    closed(_userId, connectionId) {
      const shown = all.get(connectionId);
      if (!shown) return;
      shown.subscriptions -= 1;
      void sync(shown);
    },
    get size() {
      return all.size;
    },
  };
};
