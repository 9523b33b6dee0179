/** Tells the webhook of events that happened once: takes them from the outbox, looks at each anew, posts, and removes them. */
import { every } from '../../async/loop.js';
import { type Backoff, OF_REFUSED, shuffled, waitAfter } from '../states/attempts.js';
import { createConsumerHealth } from '../states/consumerHealth.js';
import { ConsumerFails, DIVIDED_AFTER, FailsAgain, sendDivided, startDivision } from '../states/division.js';
import { Refused, TryLater } from '../states/sending.js';
import { timedRequest } from '../timedRequest.js';
import { createFailedEvents } from './failedEvents.js';
import { createEventReader, type EventReaderOptions, idsOf, type Told } from './readEvents.js';
import type { PostEvents } from './webhookRequests.js';

const LOOK_EVERY_MS = 500;
const MAX_EVENTS = 100;
const REQUEST_MS = 5_000;
/** For how long nobody else takes what was taken. */
const LEASE_MS = 120_000;
/** What is left of a lease where the last request under it ends: for writing what came of it. */
const MARGIN_MS = 10_000;
/** How soon those are looked at again that were taken and not tried. */
const LOOK_AGAIN_MS = 500;

/** What was taken at once. */
interface Batch {
  /** When its lease ends. */
  readonly until: number;
  /** How many requests the receiver had taken before. */
  readonly accepted: number;
  /** Whether what fails is divided, as what is refused is. */
  readonly divides: boolean;
  readonly stopped: AbortSignal;
}

/** A request failed: all that was taken waits. */
class RequestFailed extends Error {
  constructor(readonly afterMs: number) {
    super('The request failed.');
  }
}

/** Nothing more is told of what was taken: its lease is about to end, or the server stops. */
class LeaseEnds extends Error {}

export const startEventSender = ({
  outbox,
  people,
  marks,
  dueAnew,
  post,
  onSent,
  onFailed,
  onError,
  lookEveryMs = LOOK_EVERY_MS,
  requestMs = REQUEST_MS,
  leaseMs = LEASE_MS,
  marginMs = MARGIN_MS,
  backoff,
  chance = Math.random,
}: EventReaderOptions & {
  readonly post: PostEvents;
  readonly onSent: (events: number) => void;
  readonly onFailed: (error: unknown) => void;
  /** Called with each failure of the store or the database. */
  readonly onError: (error: unknown) => void;
  readonly lookEveryMs?: number;
  readonly requestMs?: number;
  readonly leaseMs?: number;
  readonly marginMs?: number;
  readonly backoff?: Backoff;
  readonly chance?: () => number;
}) => {
  const health = createConsumerHealth({ backoff, chance });
  const failedOf = createFailedEvents();

  const { read, finish } = createEventReader({ outbox, people, marks, dueAnew });

  const putBack = async (events: readonly Told[], how: Parameters<typeof health.failed>[0]): Promise<void> => {
    const waitMs = health.failed(how);
    failedOf.add(idsOf(events));
    await outbox.postpone(idsOf(events), waitMs, false);
  };

  /** Tells events in one request, or in as many as it takes. False: the receiver fails, at some of them or as a whole. */
  const tell = async (events: readonly Told[], batch: Batch): Promise<boolean> => {
    const divides = batch.divides || events.some(({ id }) => failedOf.timesOf(id) >= DIVIDED_AFTER);
    const send = async (some: readonly Told[]): Promise<boolean> => {
      if (performance.now() + requestMs + marginMs > batch.until) throw new LeaseEnds();
      const told = [...some].sort((one, other) => one.id - other.id);
      try {
        await timedRequest(
          (ending) =>
            post(
              told.map(({ event }) => event),
              ending,
            ),
          requestMs,
          batch.stopped,
        );
      } catch (error) {
        if (batch.stopped.aborted) throw new LeaseEnds();
        onFailed(error);
        if (error instanceof Refused) throw error;
        if (divides && !(error instanceof TryLater)) throw new FailsAgain();
        throw new RequestFailed(error instanceof TryLater ? error.afterMs : 0);
      }
      health.worked();
      onSent(told.length);
      failedOf.forget(idsOf(told));
      await finish(told);
      return true;
    };
    const division = startDivision<Told>();
    try {
      // In another order each time: where the receiver fails at many, others come first.
      await sendDivided(divides ? shuffled(events, chance) : events, send, division);
    } catch (error) {
      if (error instanceof RequestFailed || error instanceof ConsumerFails) {
        await putBack(events, error instanceof RequestFailed ? { afterMs: error.afterMs } : { mayBeItems: true });
        return false;
      }
      // Of those whose lease is about to end nothing is said: they are taken again.
      if (!(error instanceof LeaseEnds)) throw error;
    }
    // It is known whom it fails at once it took something since.
    const isKnown = health.accepted > batch.accepted;
    const failing = division.refused.filter(({ error }) => error instanceof FailsAgain);
    const unknown = isKnown ? [] : failing;
    for (const each of division.refused) {
      const { item } = each;
      if (unknown.includes(each)) continue;
      failedOf.forget([item.id]);
      await outbox.postpone([item.id], waitAfter(OF_REFUSED, item.refusals + 1, chance()), true);
    }
    if (unknown.length === 0) return failing.length === 0;
    await putBack(
      unknown.map(({ item }) => item),
      { mayBeItems: true },
    );
    return false;
  };

  /** Those that were refused before are told one by one, after the others, until one fails: nobody waits for more than that. */
  const tellAll = async (told: readonly Told[], batch: Batch): Promise<void> => {
    const before = told.filter(({ refusals }) => refusals > 0);
    let goesOn = await tell(
      told.filter(({ refusals }) => refusals === 0),
      batch,
    );
    for (const [i, each] of before.entries()) {
      if (goesOn) goesOn = await tell([each], { ...batch, divides: true });
      else return outbox.postpone(idsOf(before.slice(i)), LOOK_AGAIN_MS, false);
    }
  };

  const looking = every(
    lookEveryMs,
    async (stopped) => {
      while (!stopped.aborted && !health.isPaused) {
        const until = performance.now() + leaseMs;
        const { accepted } = health;
        const taken = await outbox.take(MAX_EVENTS, leaseMs);
        const told = await read(taken);
        await tellAll(told, { until, accepted, stopped, divides: health.failures >= DIVIDED_AFTER });
        if (taken.length < MAX_EVENTS) return;
      }
    },
    onError,
  );
  return looking;
};
