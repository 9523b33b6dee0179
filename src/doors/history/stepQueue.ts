/** Steps that wait for the database, by user. Bounded: what is dropped was seen, and the next step of its user knows the state before. */
import type { Step } from './spans.js';

/** Steps of one user that wait at the most: of more, the latest but one is left out. */
const MAX_EACH = 32;

/** Steps of one user, in the order they came. */
export type Steps = readonly [Step, ...Step[]];

export interface StepQueue {
  add(step: Step): void;
  /** Takes out the steps of up to `limit` users, who waited the longest. */
  take(limit: number): readonly Steps[];
  /** Puts steps back that were taken out, before whatever came since. */
  giveBack(taken: readonly Steps[]): void;
  /** How many users wait. */
  readonly size: number;
}

/** Of more than `maxUsers` users who wait the one who waited the longest is dropped; `onDropped` gets how many steps that was. */
export const createStepQueue = ({
  maxUsers,
  onDropped,
}: {
  readonly maxUsers: number;
  readonly onDropped: (steps: number) => void;
}): StepQueue => {
  let waiting = new Map<string, Steps>();

  const joined = (earlier: Steps | undefined, later: Steps): Steps => {
    if (!earlier) return later;
    const all: Steps = [...earlier, ...later];
    if (all.length <= MAX_EACH) return all;
    onDropped(all.length - MAX_EACH);
    return [...earlier.slice(0, MAX_EACH - 1), later.at(-1)!] as unknown as Steps;
  };
  const trim = () => {
    for (const [userId, steps] of waiting) {
      if (waiting.size <= maxUsers) return;
      waiting.delete(userId);
      onDropped(steps.length);
    }
  };

  return {
    add(step) {
      waiting.set(step.userId, joined(waiting.get(step.userId), [step]));
      trim();
    },
    take(limit) {
      const taken: Steps[] = [];
      for (const [userId, steps] of waiting) {
        if (taken.length === limit) break;
        waiting.delete(userId);
        taken.push(steps);
      }
      return taken;
    },
    giveBack(taken) {
      const before = waiting;
      waiting = new Map(taken.map((steps) => [steps[0].userId, steps]));
      for (const [userId, steps] of before) waiting.set(userId, joined(waiting.get(userId), steps));
      trim();
    },
    get size() {
      return waiting.size;
    },
  };
};
