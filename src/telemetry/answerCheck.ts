/** Whether a back end answers, for `/ready`. */
import { lately } from '../async/lately.js';
import type { Call } from './instrument.js';

/**
 * Tells by the calls that are made anyway, and asks only where none was answered just now: a question of its own waits behind all
 * others, and in a storm every node would leave rotation at once for being busy (docs/operations.md#rolling-deploys).
 */
export const createAnswerCheck = ({
  ask,
  justMs,
  goodForMs,
  now = () => performance.now(),
}: {
  /** Resolves when the back end answers, rejects when it does not. */
  readonly ask: () => Promise<void>;
  /** A call that was answered so long ago still counts. */
  readonly justMs: number;
  /** How long the outcome of one question serves all who want to know. */
  readonly goodForMs: number;
  readonly now?: () => number;
}) => {
  const asked = lately(ask, goodForMs, now);
  let answeredAt = Number.NEGATIVE_INFINITY;
  return {
    /** Takes note of a settled call. */
    called({ error }: Pick<Call, 'error'>): void {
      if (error === undefined) answeredAt = now();
    },
    /** Resolves when the back end answers, or just did; rejects with what `ask` rejects with. */
    async answers(): Promise<void> {
      if (now() - answeredAt >= justMs) await asked();
    },
  };
};
