/**
 * This node: the connections that it serves, under the name of its present incarnation, and its lease. It finds out
 * when others took it for lost, or when the store came back empty, and puts back what it holds. DESIGN section 2.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inBatches } from './batches.js';
import { createHolding, type HoldingVerbs } from './holding.js';
import { createMending, type Mend } from './mending.js';
import type { Bus, Store, Unsubscribe } from './ports.js';
import type { ReadRecords, RecordWriter } from './records.js';
import { nodeLost, putBack, remind } from './recovery.js';
import type { Remembered } from './remembered.js';
import type { Transition } from './transitions.js';
import type { PresenceRecord, Timings } from './types.js';

/** How long a turn waits, in ms, for what concerns many users: the lease is not to. */
const TURN_MS = 500;
/** A little less than what the store has to answer in, in ms. */
const COMMAND_MS = 1_400;

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
  /** Connections have to answer before they are put back: ask them now. `emptied`: the store forgot everything. */
  readonly onRevived: (emptied: boolean) => void;
  /** The store came back empty and has settled: what was shown is brought up to date. */
  readonly onSettled: () => void;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
}): Node => {
  let incarnation = newIncarnation();
  let healthyAt = Number.NEGATIVE_INFINITY;
  const answeredWithin = (ms: number) => performance.now() - healthyAt < ms;
  const answersLately = () => answeredWithin(2_500);
  let settled = false;
  /** The others have had a moment to put back what they hold, and are to be reminded of what they may not know. */
  let remindsOthers = false;

  const holding = createHolding({
    records,
    remembered,
    timings,
    nameOf: (local) => `${incarnation}/${local}`,
    onError,
  });

  let unsubscribe: Unsubscribe = () => {};

  /** How many times over all that is remembered is being put back. */
  let puttingBackRest = 0;
  let sweeping: Promise<void> | undefined;
  /** Waits for work on many users, which, where it takes long, goes on beside the next turns. */
  const shortly = (work: Promise<void>): Promise<void> =>
    Promise.race([work.catch(onError), wait(TURN_MS, undefined, { ref: false })]);

  /** HTTP leases and graces that this node knows of, and that lived when the store was last seen, `gapMs` ago. */
  const putBackRest = async (record: PresenceRecord, gapMs: number): Promise<void> => {
    for (const session of record.sessions.filter(({ connections }) => connections.length === 0)) {
      const putBackLonger = (present: PresenceRecord, now: number) => {
        const prolonged = (until: number | null) => until && Math.max(until, now + timings.heartbeatIntervalMs);
        const lives = (session.graceUntil ?? session.leaseUntil ?? 0) > now - gapMs;
        if (!lives) return { record: present, result: null };
        const longer = {
          ...session,
          graceUntil: prolonged(session.graceUntil),
          leaseUntil: prolonged(session.leaseUntil),
        };
        return putBack(present, { session: longer, connectionId: null }, now);
      };
      await records.update(record.userId, putBackLonger, 'put back');
    }
  };

  /** Others took this node for gone, or the store forgot it: it is another from now on. */
  const revive = async (emptied: boolean, gapMs: number): Promise<void> => {
    const before = incarnation;
    incarnation = newIncarnation();
    if (emptied) onTransition({ kind: 'store emptied' });
    onTransition({ kind: 'node revived', incarnation, before });
    holding.ask(emptied);
    // Should this fail, the next turn renews it: the connections are asked all the same.
    await store.renewLease(incarnation).catch(onError);
    onRevived(emptied);
    if (!emptied) return;
    settled = false;
    remindsOthers = true;
    puttingBackRest += 1;
    const rest = inBatches([...remembered.records()], (record) => putBackRest(record, gapMs).catch(onError));
    await shortly(
      rest.finally(() => {
        puttingBackRest -= 1;
      }),
    );
  };

  /** What this node heard of sessions that others hold, such as over plain HTTP: those may know less of them. */
  const remindOthers = async (): Promise<void> => {
    const mine = new Set(holding.all().map(({ userId, sessionId }) => `${userId}\n${sessionId}`));
    await inBatches([...remembered.records()], async (record) => {
      for (const session of record.sessions) {
        if (session.connections.length === 0 || mine.has(`${record.userId}\n${session.id}`)) continue;
        await records.update(record.userId, (present, now) => remind(present, session, now), 'put back').catch(onError);
      }
    });
  };

  /** What a turn brings in which nothing was found amiss. */
  const goOn = async (settledInMs: number): Promise<void> => {
    holding.tryAgain();
    if (remindsOthers && puttingBackRest === 0) {
      remindsOthers = false;
      await shortly(remindOthers());
    }
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
        remembered.ended(message);
        holding.end(message.connectionIds);
      });
    },

    async turn() {
      const puttingBack = holding.puttingBack || puttingBackRest > 0;
      const { lost, emptied, settledInMs } = await store.renewLease(incarnation, { puttingBack });
      const gapMs = performance.now() - healthyAt;
      healthyAt = performance.now();
      if (lost || emptied) await revive(emptied, gapMs);
      else await goOn(settledInMs);
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
