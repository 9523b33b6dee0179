/** Takes over from lost nodes: their connections are lost as well, so sessions without another begin their grace. */
import { inBatches } from '../async/batches.js';
import type { LeaseStore } from '../presence/ports/leases.js';
import { nodeLost } from '../presence/recovery.js';
import type { Transition } from '../presence/transitions.js';
import type { Timings } from '../presence/types.js';
import type { RecordWriter } from './recordWriter.js';

/**
 * Sweeps all lost nodes once; concurrent calls share one sweep. Every node sweeps, and each step is idempotent: a sweep that
 * fails half way is finished by the next, here or elsewhere. Rejects while the store is unavailable.
 */
export const createLostNodeSweep = ({
  store,
  records,
  timings,
  onTransition,
  onError,
}: {
  readonly store: Pick<LeaseStore, 'lostNodes' | 'usersOn' | 'dismiss'>;
  readonly records: RecordWriter;
  readonly timings: Timings;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
}): (() => Promise<void>) => {
  let running: Promise<void> | undefined;

  const sweep = async (): Promise<void> => {
    for (const { incarnation, aliveAt } of await store.lostNodes()) {
      const userIds = await store.usersOn(incarnation);
      await inBatches(userIds, (userId) =>
        records
          .update(userId, (record, now) => nodeLost(record, { incarnation, aliveAt }, now, timings), 'node lost')
          .catch(onError),
      );
      // The mark stays until nobody is on the node.
      if (await store.dismiss(incarnation)) onTransition({ kind: 'node lost', incarnation, users: userIds.length });
    }
  };

  return () => {
    running ??= sweep().finally(() => {
      running = undefined;
    });
    return running;
  };
};
