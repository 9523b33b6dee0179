/**
 * This node: the connections that it serves, under the name of its present incarnation, and its lease. It finds out
 * when others took it for lost, or when the store came back empty, and puts back what it holds. See docs/architecture.md.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inBatches } from './batches.js';
import { createHolding, type HoldingVerbs } from './holding.js';
import { createMending, type Mend } from './mending.js';
import type { Bus, Emptied, PuttingBack, Renewal, Store, Unsubscribe } from './ports.js';
import type { ReadRecords, RecordWriter } from './records.js';
import { nodeLost } from './recovery.js';
import type { Remembered } from './remembered.js';
import { createRest } from './rest.js';
import type { Transition } from './transitions.js';
import type { Timings } from './types.js';

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

export interface Node extends HoldingVerbs {
  /** The store answered lately, and does not settle. */
  readonly healthy: boolean;
  /** The store answered since anybody who has had no answer for as long as it may take asked it. */
  readonly storeAnswers: boolean;
  readonly connections: number;
  /** Begins to hear what other nodes end. */
  start(): Promise<void>;
  /** One turn: the lease, what was lost, what others lost. Every second or so. */
  turn(): Promise<void>;
  /** Compares what the store has of this node with what it serves. Once a minute, and after a gap. */
  readonly mend: Mend;
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
  remembered,
  timings,
  newIncarnation,
  onRevived,
  onSettled,
  onTransition,
  onError,
}: {
  readonly store: Store;
  readonly bus: Bus;
  readonly records: RecordWriter;
  readonly readRecords: ReadRecords;
  readonly remembered: Remembered;
  readonly timings: Timings;
  readonly newIncarnation: () => string;
  /** Connections have to answer before they are put back: ask them now. `emptied`: the store lost something. */
  readonly onRevived: (emptied: boolean) => void;
  /** The store came back empty and has settled: what was shown is brought up to date. */
  readonly onSettled: () => void;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
}): Node => {
  let incarnation = newIncarnation();
  let healthyAt = Number.NEGATIVE_INFINITY;
  const answeredWithin = (ms: number) => performance.now() - healthyAt < ms;
  const answersLately = () => answeredWithin(ANSWERED_WITHIN_MS);
  let settled = false;
  let askedAt = Number.NEGATIVE_INFINITY;

  const holding = createHolding({
    records,
    remembered,
    timings,
    nameOf: (local) => `${incarnation}/${local}`,
    onError,
  });

  let unsubscribe: Unsubscribe = () => {};

  let sweeping: Promise<void> | undefined;
  /** Waits for work on many users, which, where it takes long, goes on beside the next turns. */
  const shortly = (work: Promise<void>): Promise<void> =>
    Promise.race([work.catch(onError), wait(TURN_MS, undefined, { ref: false })]);

  const rest = createRest({
    records,
    remembered,
    served: holding.sessions,
    timings,
    onError,
  });

  /** Others took this node for gone, or the store forgot it: it is another from now on. */
  const revive = ({ lost, emptied }: Pick<Renewal, 'lost' | 'emptied'>, goneAt: number): void => {
    const before = incarnation;
    incarnation = newIncarnation();
    if (emptied) onTransition({ kind: 'store emptied' });
    onTransition({ kind: 'node revived', incarnation, before });
    remembered.lost(goneAt, lost ? anybody : (emptied ?? nobody));
    holding.ask(emptied ?? nobody);
    askedAt = performance.now();
    if (!emptied) return;
    settled = false;
    // Of nobody else: what others have ended meanwhile would be shown again where nothing recovers.
    rest.owe(emptied);
  };

  /**
   * The others waited no longer, and showed what there was: who is missing by now was seen to leave, and comes back only
   * with a connection that answers.
   */
  const comeLate = (): void => {
    holding.comeLate();
    rest.comeLate();
  };

  const puttingBack = (): PuttingBack => (holding.owing || rest.owing ? 'first' : rest.done ? null : 'again');

  /** Renews the lease; as another node, where this one was lost, or finds that the store lost something. */
  const renew = async (): Promise<Pick<Renewal, 'settledInMs' | 'awaited'>> => {
    let revived: { readonly emptied: boolean } | undefined;
    for (let revivals = 0; revivals < MAX_REVIVALS; revivals += 1) {
      try {
        const said = puttingBack();
        const renewal = await store.renewLease(incarnation, { puttingBack: said });
        const { lost, emptied, settledInMs } = renewal;
        const goneAt = healthyAt;
        healthyAt = performance.now();
        if (!lost && emptied === null) {
          if (said === 'first' && settledInMs === 0) comeLate();
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
    return { settledInMs: Number.POSITIVE_INFINITY, awaited: true };
  };

  /** What a turn brings besides the lease. */
  const goOn = async ({ settledInMs, awaited }: Pick<Renewal, 'settledInMs' | 'awaited'>): Promise<void> => {
    if (performance.now() - askedAt > ANSWER_MS) holding.putBackSilent();
    holding.tryAgain();
    // What is added once more is added to what the others put back.
    if (rest.owing || (puttingBack() === 'again' && !awaited)) await shortly(rest.putBack());
    if (rest.done && !holding.awaiting) remembered.found();
    if (settled || settledInMs > 0) return;
    settled = true;
    onTransition({ kind: 'store settled' });
    onSettled();
  };

  const sweepLost = async (): Promise<void> => {
    for (const { incarnation: lost, heardAt } of await store.lostNodes()) {
      const userIds = await store.usersOn(lost);
      await inBatches(userIds, (userId) =>
        records
          .update(userId, (record, now) => nodeLost(record, { incarnation: lost, heardAt }, now, timings), 'node lost')
          .catch(onError),
      );
      // The mark stays until nobody is on the node: whoever comes next finishes what failed here.
      if (await store.dismiss(lost)) {
        onTransition({ kind: 'node lost', incarnation: lost, users: userIds.length });
      }
    }
  };

  const mend = createMending({
    store,
    records,
    readRecords,
    remembered,
    holding,
    incarnation: () => incarnation,
    timings,
    onError,
  });

  return {
    ...holding.verbs,
    mend,
    get healthy() {
      return settled && answersLately();
    },
    get storeAnswers() {
      return answeredWithin(COMMAND_MS);
    },
    get connections() {
      return holding.all().length;
    },

    async start() {
      unsubscribe = await bus.subscribeEnded((message) => {
        if (message.withdrawn?.heldToo) holding.endSessions(message.userId, message.withdrawn);
        remembered.ended(message);
        holding.end(message.connectionIds);
      });
    },

    async turn() {
      const before = puttingBack();
      await goOn(await renew());
      // Others wait for it: that it is further is said at once.
      if (before !== null && puttingBack() !== before) await goOn(await renew());
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
