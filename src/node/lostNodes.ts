/** Takes over from lost nodes: their connections are lost as well, so sessions without another begin their grace. */
import { inBatches } from '../async/batches.js';
import type { LeaseStore, LostNode } from '../presence/ports/leases.js';
import { nodeLost } from '../presence/recovery.js';
import type { Transition } from '../presence/transitions.js';
import type { Timings } from '../presence/types.js';
import type { RecordWriter } from './recordWriter.js';

/** At how many looks a node leaves users to the nodes that come first for them: first its own, then those of the node before it too. */
const SHARED_LOOKS = 2;

/**
 * Sweeps all lost nodes once; concurrent calls share one sweep. Every node sweeps, and each step is idempotent: a sweep that
 * fails half way is finished by the next, here or elsewhere. The nodes divide the users among themselves, and whoever is left at the
 * third look, two lease heartbeats later, is everybody's. Rejects while the store is unavailable.
 */
export const createLostNodeSweep = ({
  store,
  records,
  timings,
  onTransition,
  onError,
}: {
  readonly store: Pick<LeaseStore, 'lostNodes' | 'usersOn' | 'isFirstFor' | 'dismiss'>;
  readonly records: RecordWriter;
  readonly timings: Timings;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
}): (() => Promise<void>) => {
  let running: Promise<void> | undefined;

  /** How often each incarnation was looked at, and with how many users at first. */
  const looks = new Map<string, { readonly count: number; readonly users: number }>();

  const sweepOne = async ({ incarnation, aliveAt }: LostNode): Promise<void> => {
    const userIds = await store.usersOn(incarnation);
    const { count, users } = looks.get(incarnation) ?? { count: 0, users: userIds.length };
    looks.set(incarnation, { count: count + 1, users });
    // Its own who are left at the second look are those of whom the store did not answer.
    const isMine = (userId: string) => store.isFirstFor(userId) || (count > 0 && store.isFirstFor(userId, 1));
    const mine = count < SHARED_LOOKS ? userIds.filter(isMine) : shuffled(userIds);
    await inBatches(mine, (userId) =>
      records
        .update(userId, (record, now) => nodeLost(record, { incarnation, aliveAt }, now, timings), 'node lost')
        .catch(onError),
    );
    // The mark stays until nobody is on the node.
    if (!(await store.dismiss(incarnation))) return;
    looks.delete(incarnation);
    onTransition({ kind: 'node lost', incarnation, users });
  };

  const sweep = async (): Promise<void> => {
    const lost = await store.lostNodes();
    const present = new Set(lost.map(({ incarnation }) => incarnation));
    for (const incarnation of looks.keys()) if (!present.has(incarnation)) looks.delete(incarnation);
    for (const each of lost) await sweepOne(each);
  };

  return () => {
    running ??= sweep().finally(() => {
      running = undefined;
    });
    return running;
  };
};

/** In another order on each node: where several take up what is left they meet seldom. */
const shuffled = <T>(items: readonly T[]): readonly T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
