/** Delivers one batch of users: reads them, sends, divides what is refused, and removes the marks, or puts users off. */
import { setTimeout as wait } from 'node:timers/promises';
import { sameContent } from '../../presence/view.js';
import { timedRequest } from '../timedRequest.js';
import { type Backoff, OF_OWN_FAILURES, OF_REQUESTS, shuffled, waitAfter } from './attempts.js';
import type { ConsumerHealth } from './consumerHealth.js';
import { ConsumerFails, DIVIDED_AFTER, FailsAgain, sendDivided, startDivision } from './division.js';
import { byPart, type InFlight, type Taken } from './inFlight.js';
import type { PartLeases } from './partLeases.js';
import type { ReadStates } from './readStates.js';
import type { RefusedUsers } from './refusedUsers.js';
import { Refused, type StateSenderOptions, TryLater, type UserState } from './sending.js';

/** A request failed, and that was said: all of the batch waits. */
class RequestFailed extends Error {
  constructor(readonly afterMs: number) {
    super('The request failed.');
  }
}

/** What is known of a batch. */
interface Batch {
  /** States as they were sent: one that did not change is sent as it was, so that a repeated request is the same. */
  readonly states: Map<string, UserState>;
  /** Whether what fails is divided, as what is refused is. */
  readonly divides: boolean;
}

/** What came of a request. */
interface Posted {
  /** Users who were refused by name. */
  readonly alone: ReadonlySet<string>;
  /** Whether there was anything to ask. */
  readonly isAsked: boolean;
}

export const createBatchDelivery = ({
  consumer,
  marks,
  toldLive,
  send,
  onFailed,
  onError,
  onSent,
  read,
  leases,
  inFlight,
  refused,
  health,
  stopped,
  requestMs,
  backoff = OF_REQUESTS,
  chance = Math.random,
}: Omit<StateSenderOptions, 'readRecords' | 'people'> & {
  readonly read: ReadStates;
  readonly leases: Pick<PartLeases, 'holds' | 'lose'>;
  readonly inFlight: InFlight;
  readonly refused: RefusedUsers;
  readonly health: ConsumerHealth;
  readonly stopped: AbortSignal;
  /** How long a request may take. */
  readonly requestMs: number;
  readonly backoff?: Backoff;
  readonly chance?: () => number;
}) => {
  /** Whether a request about the user may begin. Where the lease is about to end, the part is given up with all that was taken. */
  const isOurs = (taken: Taken): boolean => {
    if (!inFlight.isOn(taken)) return false;
    const holds = leases.holds(taken.at);
    if (!holds) leases.lose(taken.at);
    return holds;
  };

  const post = async (states: readonly UserState[], divides: boolean): Promise<Posted> => {
    try {
      const sent = await timedRequest((ending) => send(states, ending), requestMs, stopped);
      const { asked = states.length } = sent;
      if (asked > 0) {
        health.worked();
        onSent(asked);
      }
      return { alone: new Set(sent.refused), isAsked: asked > 0 };
    } catch (error) {
      if (!stopped.aborted) onFailed(error);
      if (error instanceof Refused) throw error;
      if (divides && !stopped.aborted && !(error instanceof TryLater)) throw new FailsAgain();
      throw new RequestFailed(error instanceof TryLater ? error.afterMs : 0);
    }
  };

  /** Removes the marks of what was told. Where the store does not answer, the part is given up, and all of it is told again. */
  const finish = async (told: readonly Taken[]): Promise<void> => {
    for (const [at, users] of byPart(told.filter(inFlight.isOn))) {
      try {
        const unchanged = users.filter(({ changed }) => !changed).map(({ userId }) => userId);
        if (unchanged.length > 0 && !(await marks.told(at, unchanged))) leases.lose(at);
        // Their mark was taken once more: it is made anew, for the next batch. Until the store has answered they may change again, and others too.
        for (let changed = users.filter(hasChanged); changed.length > 0; changed = users.filter(hasChanged)) {
          for (const each of changed) each.changed = false;
          await marks.mark(
            consumer,
            changed.map(({ userId }) => userId),
          );
        }
      } catch (error) {
        leases.lose(at);
        onError(error);
      }
      for (const each of users) {
        refused.delete(each.userId);
        inFlight.end(each);
      }
    }
  };

  /** Leaves the marks of users in the store, where they are found again after that wait, in ms. */
  const putOff = async (taken: readonly Taken[], waitOf: (taken: Taken) => number): Promise<void> => {
    for (const [at, users] of byPart(taken.filter(isOurs))) {
      try {
        const waits = new Map(users.map((each) => [each.userId, waitOf(each)]));
        if (!(await marks.postpone(at, waits))) leases.lose(at);
      } catch (error) {
        leases.lose(at);
        onError(error);
      }
    }
    for (const each of taken) inFlight.end(each);
  };

  const refuse = (taken: readonly Taken[]): Promise<void> =>
    putOff(taken, ({ userId, at, changed }) => refused.add(userId, at, changed));

  const consumerFails = (taken: readonly Taken[]): Promise<void> => {
    const waitMs = health.failed({ mayBeItems: true });
    return putOff(taken, () => waitMs);
  };

  /** Reads the users anew, and sends what there is to be told of them in one request. False: the consumer was not asked. */
  const sendOnce = async (taken: readonly Taken[], batch: Batch): Promise<boolean> => {
    const ours = taken.filter(isOurs);
    const { states: found, gone, unreadable } = await read(ours.map(({ userId }) => userId));
    for (const state of found) {
      const before = batch.states.get(state.userId);
      if (!before || !sameContent(before, state)) batch.states.set(state.userId, state);
    }
    const among = (userIds: readonly string[]) => {
      const ids = new Set(userIds);
      return ours.filter(({ userId }) => ids.has(userId));
    };
    await toldLive.remove(consumer, gone);
    await finish(among(gone));
    await refuse(among(unreadable));
    const those = among(found.map(({ userId }) => userId)).filter(isOurs);
    if (those.length === 0) return false;
    const states = those.map(({ userId }) => batch.states.get(userId)!);
    const idsWhere = (isLive: boolean) =>
      states.filter(({ status }) => (status !== 'OFFLINE') === isLive).map(({ userId }) => userId);
    await toldLive.add(consumer, idsWhere(true));
    const { alone, isAsked } = await post(states, batch.divides);
    await toldLive.remove(
      consumer,
      idsWhere(false).filter((userId) => !alone.has(userId)),
    );
    await refuse(those.filter(({ userId }) => alone.has(userId)));
    await finish(those);
    return isAsked;
  };

  /**
   * Ends once everybody of the batch is told, put off, or another sender's. Those who were refused before come one at a time (`isAgain`).
   * Never rejects.
   */
  const deliver = async (taken: readonly Taken[], isAgain = false): Promise<void> => {
    const states = new Map<string, UserState>();
    const { accepted } = health;
    let left = taken;
    /** How often the consumer failed, and how often the live store or the database. */
    let failures = isAgain ? DIVIDED_AFTER : 0;
    let ownFailures = 0;
    while (left.length > 0 && !stopped.aborted) {
      const division = startDivision<Taken>();
      try {
        const divides = failures >= DIVIDED_AFTER;
        await sendDivided(left, (some) => sendOnce(some, { states, divides }), division);
        // Where it took nothing since, it may be the consumer that fails, and no user.
        const isSuspect = ({ error }: { readonly error: Refused }) =>
          health.accepted === accepted && (health.failures > 0 || (error instanceof FailsAgain && !isAgain));
        const waiting = division.refused.filter(isSuspect);
        await refuse(division.refused.filter((each) => !waiting.includes(each)).map(({ item }) => item));
        if (waiting.length > 0) await consumerFails(waiting.map(({ item }) => item));
        break;
      } catch (error) {
        if (stopped.aborted) break;
        if (error instanceof ConsumerFails) {
          await consumerFails(left);
          break;
        }
        let waitMs: number;
        if (error instanceof RequestFailed) {
          failures += 1;
          waitMs = Math.max(Math.min(error.afterMs, backoff.maxMs), waitAfter(backoff, failures, chance()));
        } else {
          onError(error);
          ownFailures += 1;
          waitMs = waitAfter(OF_OWN_FAILURES, ownFailures, chance());
        }
        await wait(waitMs, undefined, { ref: false, signal: stopped }).catch(() => {});
      }
      // In another order: where many are refused, others come first this time.
      left = shuffled(left.filter(isOurs), chance);
    }
    for (const each of taken) inFlight.end(each);
  };
  return { deliver, putOff };
};

const hasChanged = ({ changed }: Taken): boolean => changed;
