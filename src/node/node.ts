/**
 * This node: its lease under the name of its present incarnation, and the connections that it serves.
 *
 * A lease heartbeat a second goes: renew the lease → act on what the renewal found → restore → become ready.
 *
 * | the renewal found                             | the node                                                              |
 * |-----------------------------------------------|-----------------------------------------------------------------------|
 * | `lost`: others took this node for gone        | takes a new incarnation; connections are restored as they answer      |
 * | `emptied`: the store lost records             | the same, and restores what it remembers of them; it is `recovering`  |
 * | a recovery that ended before this node's part | restores only connections that answer: others saw the rest leave      |
 * | `readyInMs: 0`: the recovery is over          | is `ready`                                                            |
 *
 * | phase        | the store                                                  | next                                       |
 * |--------------|------------------------------------------------------------|--------------------------------------------|
 * | `recovering` | answers no reading until all nodes restored what they hold | `ready`, by a renewal with `readyInMs: 0`  |
 * | `ready`      | is whole                                                   | `recovering`, by a renewal with `emptied`  |
 *
 * See docs/architecture.md#recovery and docs/design.md#2-shape.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Bus, Unsubscribe } from '../presence/ports/bus.js';
import type { Clock } from '../presence/ports/clock.js';
import type { Emptied, LeaseStore, Renewal, RestorePhase } from '../presence/ports/leases.js';
import type { RecordStore } from '../presence/ports/records.js';
import type { Transition } from '../presence/transitions.js';
import type { Timings } from '../presence/types.js';
import { createHeldSessions, type HeldSessionService } from './heldSessions.js';
import { createLostNodeSweep } from './lostNodes.js';
import type { RecentCommits } from './recentCommits.js';
import { createReconciliation, type Reconcile } from './reconciliation.js';
import type { ReadRecords } from './recordReader.js';
import type { RecordWriter } from './recordWriter.js';
import { createRestore } from './restore.js';

/** How long a lease heartbeat waits for work on many users, which goes on beside the next one, in ms. */
const SHARED_WORK_MS = 500;
/**
 * How long connections have to answer after the store lost something, in ms. A silent one is restored all the same, since it is
 * the store that failed; a dead one is found by the pings.
 */
const ANSWER_MS = 2_000;
/** How many new incarnations one lease heartbeat takes at the most, while each renewal finds another loss. */
const MAX_REVIVALS = 5;
/** A little less than a command of the store may take, in ms. */
const COMMAND_MS = 1_400;
/**
 * How old the store's last answer may be while the node is ready, in ms: a second between heartbeats, and what one waits for.
 * A readiness probe each second thus hears within three seconds that the store is gone.
 */
const ANSWERED_WITHIN_MS = 2_000;

export interface Node extends HeldSessionService {
  /** The store answered lately, and no recovery is under way. */
  readonly ready: boolean;
  /** The store answered within the time that a command may take. */
  readonly storeAnswers: boolean;
  /** How many connections hold a session. */
  readonly connections: number;
  /** Subscribes to ends of sessions on other nodes. */
  start(): Promise<void>;
  /** Renews the lease and acts on what the renewal found about this node. Rejects while the store is unavailable. */
  renewLease(): Promise<void>;
  /** The same, and takes over from nodes that are lost. Every second or so. */
  leaseHeartbeat(): Promise<void>;
  /** Compares what the store has of this node with what the node serves. Once a minute, and after a gap. */
  readonly reconcile: Reconcile;
  /** Ends the lease, once nothing is left on it. */
  stop(): Promise<void>;
}

type Recovery = Pick<Renewal, 'readyInMs' | 'awaited'>;

const everybody: Emptied = () => true;
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
  readonly store: LeaseStore & Pick<RecordStore, 'heads'> & Clock;
  readonly bus: Pick<Bus, 'subscribeEnded'>;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly recentCommits: RecentCommits;
  readonly timings: Timings;
  /** A name that no node ever had: `NODE.NUMBER`, with the same NODE for as long as the process runs. */
  readonly newIncarnation: () => string;
  /** Ping all connections now: they are restored as they answer. `emptied`: the store lost something. */
  readonly onRevived: (emptied: boolean) => void;
  /** A recovery is over: what subscriptions show has to be read again. */
  readonly onReady: () => void;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
}): Node => {
  let incarnation = newIncarnation();
  let phase: 'recovering' | 'ready' = 'recovering';
  let answeredAt = Number.NEGATIVE_INFINITY;
  let pingedAt = Number.NEGATIVE_INFINITY;
  let unsubscribe: Unsubscribe = () => {};
  const answeredWithin = (ms: number) => performance.now() - answeredAt < ms;

  const heldSessions = createHeldSessions({
    records,
    recentCommits,
    timings,
    nameOf: (local) => `${incarnation}/${local}`,
    onError,
  });
  const restore = createRestore({
    records,
    recentCommits,
    servedSessions: heldSessions.sessionIds,
    timings,
    onError,
  });
  const sweepLostNodes = createLostNodeSweep({ store, records, timings, onTransition, onError });
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

  const restorePhase = (): RestorePhase => (heldSessions.restorePending ? 'first' : restore.phase);

  const shortly = (work: Promise<void>): Promise<void> =>
    Promise.race([work.catch(onError), wait(SHARED_WORK_MS, undefined, { ref: false })]);

  // 1. The lease: renewed, under a new incarnation as long as a renewal finds a loss.
  const renewLease = async (): Promise<Recovery> => {
    let revived: { readonly emptied: boolean } | undefined;
    for (let revivals = 0; revivals < MAX_REVIVALS; revivals += 1) {
      try {
        const announced = restorePhase();
        const renewal = await store.renewLease(incarnation, { restorePhase: announced });
        const { lost, emptied, readyInMs } = renewal;
        const goneAt = answeredAt;
        answeredAt = performance.now();
        if (!lost && emptied === null) {
          if (announced === 'first' && readyInMs === 0) missedRecovery();
          if (revived) onRevived(revived.emptied);
          return renewal;
        }
        takeNewIncarnation(renewal, goneAt);
        revived = { emptied: emptied !== null || revived?.emptied === true };
      } catch (error) {
        if (!revived) throw error;
        onError(error);
        break;
      }
    }
    // The next heartbeat renews the new lease; connections are pinged already.
    onRevived(revived?.emptied ?? false);
    return { readyInMs: Number.POSITIVE_INFINITY, awaited: true };
  };

  // 2. What a renewal found.
  const takeNewIncarnation = ({ lost, emptied }: Pick<Renewal, 'lost' | 'emptied'>, goneAt: number): void => {
    const before = incarnation;
    incarnation = newIncarnation();
    if (emptied) onTransition({ kind: 'store emptied' });
    onTransition({ kind: 'node revived', incarnation, before });
    recentCommits.storeLost(goneAt, lost ? everybody : (emptied ?? nobody));
    heldSessions.awaitPongs(emptied ?? nobody);
    pingedAt = performance.now();
    if (!emptied) return;
    phase = 'recovering';
    // Of these users only: elsewhere sessions that others ended meanwhile would come back.
    restore.require(emptied);
  };

  const missedRecovery = (): void => {
    heldSessions.missedRecovery();
    restore.missedRecovery();
  };

  // 3. The restore.
  const restorePending = async (awaited: boolean): Promise<void> => {
    if (performance.now() - pingedAt > ANSWER_MS) heldSessions.restoreSilent();
    heldSessions.retry();
    // The second phase adds to what the other nodes restored in their first.
    if (restore.phase === 'first' || (restorePhase() === 'again' && !awaited)) await shortly(restore.run());
    if (restore.phase === 'done' && !heldSessions.awaiting) recentCommits.restored();
  };

  // 4. Ready.
  const becomeReady = (readyInMs: number): void => {
    if (phase === 'ready' || readyInMs > 0) return;
    phase = 'ready';
    onTransition({ kind: 'store settled' });
    onReady();
  };

  const renewOnce = async (): Promise<void> => {
    const { readyInMs, awaited } = await renewLease();
    await restorePending(awaited);
    becomeReady(readyInMs);
  };
  const renewAndRestore = async (): Promise<void> => {
    const before = restorePhase();
    await renewOnce();
    // Other nodes wait for this one: progress is announced at once.
    if (before !== 'done' && restorePhase() !== before) await renewOnce();
  };

  return {
    ...heldSessions.service,
    reconcile,
    get ready() {
      return phase === 'ready' && answeredWithin(ANSWERED_WITHIN_MS);
    },
    get storeAnswers() {
      return answeredWithin(COMMAND_MS);
    },
    get connections() {
      return heldSessions.size;
    },

    async start() {
      unsubscribe = await bus.subscribeEnded((ended) => {
        if (ended.revoked?.heldToo) heldSessions.endSessions(ended.userId, ended.revoked);
        recentCommits.sessionsEnded(ended);
        heldSessions.revoke(ended.connectionIds);
      });
    },

    renewLease: renewAndRestore,
    async leaseHeartbeat() {
      await renewAndRestore();
      await shortly(sweepLostNodes());
    },

    async stop() {
      unsubscribe();
      // In an unavailable store the lease runs out by itself.
      if (answeredWithin(ANSWERED_WITHIN_MS)) await store.dismiss(incarnation);
    },
  };
};
