/**
 * What Stream was last told of users. Whoever shares a channel with a user hears of each update of the object, whatever is in it: so
 * an update that says nothing new is not sent, or it would tell of changes that its readers may not see (docs/doors.md#stream).
 */
import { createHash } from 'node:crypto';
import { setLatest } from '../../node/setLatest.js';
import { PART_TIMINGS } from '../states/partLeases.js';
import type { UserState } from '../states/sending.js';

/** Of so many users at the most: whoever is not among them is told once more. */
const MAX_USERS = 100_000;
/** A request of whoever had the lease before ends with that lease. */
const SETTLE_MS = PART_TIMINGS.leaseMs;

export interface LastSent {
  /** Whether Stream has that content of the user already, whatever the moment of the state. */
  has(sight: UserState): boolean;
  /** Stream took them. */
  sent(sights: readonly UserState[]): void;
  /** It is not known any more what Stream has of them. */
  forget(sights: readonly UserState[]): void;
  /** Nor of anybody, until the requests of another node are over: what is sent meanwhile is not remembered. */
  forgetAll(): void;
}

const contentOf = ({ status, statusMessage, activities, devices, lastSeen }: UserState): string =>
  createHash('sha256')
    .update(JSON.stringify([status, statusMessage, activities, devices, lastSeen]))
    .digest('base64url');

/** The sights are those of `asSeenInChannels`. */
export const createLastSent = ({
  max = MAX_USERS,
  settleMs = SETTLE_MS,
  now = () => performance.now(),
}: {
  readonly max?: number;
  readonly settleMs?: number;
  readonly now?: () => number;
} = {}): LastSent => {
  let settledAt = 0;
  const contents = new Map<string, string>();
  return {
    has: (sight) => contents.get(sight.userId) === contentOf(sight),
    sent(sights) {
      if (now() < settledAt) return;
      for (const sight of sights) setLatest(contents, sight.userId, contentOf(sight), max);
    },
    forget(sights) {
      for (const { userId } of sights) contents.delete(userId);
    },
    forgetAll() {
      contents.clear();
      settledAt = now() + settleMs;
    },
  };
};
