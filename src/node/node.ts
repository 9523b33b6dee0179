/**
 * This node: the connections that it serves, under the name of its present incarnation, and its lease. It finds out
 * when others took it for lost, or when the store came back empty, and puts back what it holds. See docs/architecture.md.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inBatches } from '../async/batches.js';
import type { Bus, Unsubscribe } from '../presence/ports/bus.js';
import type { Emptied, Renewal, RestorePhase } from '../presence/ports/leases.js';
import type { LiveStore } from '../presence/ports/stores.js';
import { nodeLost } from '../presence/recovery.js';
import type { Transition } from '../presence/transitions.js';
import type { Timings } from '../presence/types.js';
import { createHeldSessions, type HeldSessionService } from './heldSessions.js';
import type { RecentCommits } from './recentCommits.js';
import { createReconciliation, type Reconcile } from './reconciliation.js';
import type { ReadRecords } from './recordReader.js';
import type { RecordWriter } from './recordWriter.js';
import { createRestore } from './restore.js';

/** How long a turn waits, in ms, for what concerns many users: the lease is not to. */
const TURN_MS = 500;
/**
 * How long, in ms, connections have to answer after the store lost something: who is silent by then is put back all the
 * same, since it is the store that failed. Should they be gone, they are found so in their time.
 */
const ANSWER_MS = 2_000;
/** How often a turn begins anew, where the store is found to have lost something again and again. */
const MAX_REVIVALS = 5;
/** A little less than what the store has to answer in, in ms. */
const COMMAND_MS = 1_400;
/**
 * How old its last answer may be while the store counts as there, in ms: a turn a second, with what a turn waits for. Whoever
 * asks now and then for readiness has to hear within three seconds that it is gone.
 */
const ANSWERED_WITHIN_MS = 2_000;

export interface Node extends HeldSessionService {
  /** The store answered lately, and does not settle. */
  readonly ready: boolean;
  /** The store answered since anybody who has had no answer for as long as it may take asked it. */
  readonly storeAnswers: boolean;
  readonly connections: number;
  /** Begins to hear what other nodes end. */
  start(): Promise<void>;
  /** One turn: the lease, what was lost, what others lost. Every second or so. */
  leaseHeartbeat(): Promise<void>;
  /** Compares what the store has of this node with what it serves. Once a minute, and after a gap. */
  readonly reconcile: Reconcile;
  /** Ends the lease, once nothing is left on it. */
  stop(): Promise<void>;
}

const anybody: Emptied = () => true;
const nobody: Emptied = () => false;

export const createNode = ({
  store,
  bus,
  records,
  readRecords,
  recentCommits,
  timings,
  newIncarnation,
  onRevived,
  onReady,
  onTransition,
  onError,
}: {
  readonly store: LiveStore;
  readonly bus: Bus;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly recentCommits: RecentCommits;
  readonly timings: Timings;
  readonly newIncarnation: () => string;
  /** Connections have to answer before they are put back: ask them now. `emptied`: the store lost something. */
  readonly onRevived: (emptied: boolean) => void;
  /** The store came back empty and has settled: what was shown is brought up to date. */
  readonly onReady: () => void;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
}): Node => {
  let incarnation = newIncarnation();
  let healthyAt = Number.NEGATIVE_INFINITY;
  const answeredWithin = (ms: number) => performance.now() - healthyAt < ms;
  const answersLately = () => answeredWithin(ANSWERED_WITHIN_MS);
  let ready = false;
  let askedAt = Number.NEGATIVE_INFINITY;

  const heldSessions = createHeldSessions({
    records,
    recentCommits,
    timings,
    nameOf: (local) => `${incarnation}/${local}`,
    onError,
  });

  let unsubscribe: Unsubscribe = () => {};

  let sweeping: Promise<void> | undefined;
  /** Waits for work on many users, which, where it takes long, goes on beside the next turns. */
  const shortly = (work: Promise<void>): Promise<void> =>
    Promise.race([work.catch(onError), wait(TURN_MS, undefined, { ref: false })]);

  const restore = createRestore({
    records,
    recentCommits,
    served: heldSessions.sessions,
    timings,
    onError,
  });

  /** Others took this node for gone, or the store forgot it: it is another from now on. */
  const revive = ({ lost, emptied }: Pick<Renewal, 'lost' | 'emptied'>, goneAt: number): void => {
    const before = incarnation;
    incarnation = newIncarnation();
    if (emptied) onTransition({ kind: 'store emptied' });
    onTransition({ kind: 'node revived', incarnation, before });
    recentCommits.lost(goneAt, lost ? anybody : (emptied ?? nobody));
    heldSessions.awaitPongs(emptied ?? nobody);
    askedAt = performance.now();
    if (!emptied) return;
    ready = false;
    // Of nobody else: what others have ended meanwhile would be shown again where nothing recovers.
    restore.require(emptied);
  };

  /**
   * The others waited no longer, and showed what there was: who is missing by now was seen to leave, and comes back only
   * with a connection that answers.
   */
  const comeLate = (): void => {
    heldSessions.comeLate();
    restore.comeLate();
  };

  const restorePhase = (): RestorePhase =>
    heldSessions.restorePending || restore.restorePending ? 'first' : restore.done ? null : 'again';

  /** Renews the lease; as another node, where this one was lost, or finds that the store lost something. */
  const renew = async (): Promise<Pick<Renewal, 'readyInMs' | 'awaited'>> => {
    let revived: { readonly emptied: boolean } | undefined;
    for (let revivals = 0; revivals < MAX_REVIVALS; revivals += 1) {
      try {
        const said = restorePhase();
        const renewal = await store.renewLease(incarnation, { restorePhase: said });
        const { lost, emptied, readyInMs } = renewal;
        const goneAt = healthyAt;
        healthyAt = performance.now();
        if (!lost && emptied === null) {
          if (said === 'first' && readyInMs === 0) comeLate();
          if (revived) onRevived(revived.emptied);
          return renewal;
        }
        revive(renewal, goneAt);
        revived = { emptied: emptied !== null || revived?.emptied === true };
      } catch (error) {
        if (!revived) throw error;
        onError(error);
        break;
      }
    }
    // The next turn renews the new lease: the connections are asked all the same.
    onRevived(revived?.emptied ?? false);
    return { readyInMs: Number.POSITIVE_INFINITY, awaited: true };
  };

  /** What a turn brings besides the lease. */
  const goOn = async ({ readyInMs, awaited }: Pick<Renewal, 'readyInMs' | 'awaited'>): Promise<void> => {
    if (performance.now() - askedAt > ANSWER_MS) heldSessions.restoreSilent();
    heldSessions.tryAgain();
    // What is added once more is added to what the others put back.
    if (restore.restorePending || (restorePhase() === 'again' && !awaited)) await shortly(restore.restoreConnection());
    if (restore.done && !heldSessions.awaiting) recentCommits.found();
    if (ready || readyInMs > 0) return;
    ready = true;
    onTransition({ kind: 'store settled' });
    onReady();
  };

  const sweepLost = async (): Promise<void> => {
    for (const { incarnation: lost, aliveAt } of await store.lostNodes()) {
      const userIds = await store.usersOn(lost);
      await inBatches(userIds, (userId) =>
        records
          .update(userId, (record, now) => nodeLost(record, { incarnation: lost, aliveAt }, now, timings), 'node lost')
          .catch(onError),
      );
      // The mark stays until nobody is on the node: whoever comes next finishes what failed here.
      if (await store.dismiss(lost)) {
        onTransition({ kind: 'node lost', incarnation: lost, users: userIds.length });
      }
    }
  };

  const reconcile = createReconciliation({
    store,
    records,
    readRecords,
    recentCommits,
    heldSessions,
    incarnation: () => incarnation,
    timings,
    onError,
  });

  return {
    ...heldSessions.verbs,
    reconcile,
    get ready() {
      return ready && answersLately();
    },
    get storeAnswers() {
      return answeredWithin(COMMAND_MS);
    },
    get connections() {
      return heldSessions.all().length;
    },

    async start() {
      unsubscribe = await bus.subscribeEnded((message) => {
        recentCommits.ended(message);
        heldSessions.end(message.connectionIds);
      });
    },

    async leaseHeartbeat() {
      const before = restorePhase();
      await goOn(await renew());
      // Others wait for it: that it is further is said at once.
      if (before !== null && restorePhase() !== before) await goOn(await renew());
      sweeping ??= sweepLost().finally(() => {
        sweeping = undefined;
      });
      await shortly(sweeping);
    },

    async stop() {
      unsubscribe();
      // Where the store is away the lease runs out by itself.
      if (answersLately()) await store.dismiss(incarnation);
    },
  };
};
