/**
 * The line of connections that have to be restored: some are at a time. Were all of them begun at once, as they answer after a store came
 * back empty, no answer of the store would be read in time, and all would begin again, for ever.
 */
import type { Held } from './heldConnection.js';

/** How many restores are under way at a time. */
const AT_ONCE = 200;

export interface RestoreLine {
  /** It is restored when its turn comes, unless it closed by then or was restored before. */
  add(connection: Held): void;
  /** None of those that wait is restored: all have to answer anew. */
  clear(): void;
}

/** `restore` never rejects. */
export const createRestoreLine = ({
  restore,
  isHeld,
}: {
  readonly restore: (connection: Held) => Promise<void>;
  readonly isHeld: (connection: Held) => boolean;
}): RestoreLine => {
  const waiting = new Set<Held>();
  let underWay = 0;
  const goOn = (): void => {
    for (const connection of waiting) {
      if (underWay >= AT_ONCE) return;
      waiting.delete(connection);
      if (connection.state !== 'restoring' || !isHeld(connection)) continue;
      underWay += 1;
      void restore(connection).finally(() => {
        underWay -= 1;
        goOn();
      });
    }
  };
  return {
    add(connection) {
      connection.state = 'restoring';
      waiting.add(connection);
      goOn();
    },
    clear: () => waiting.clear(),
  };
};
