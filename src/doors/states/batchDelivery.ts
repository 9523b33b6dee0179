/** Delivers one batch of users, however often it takes: reads them, sends, divides what is refused, and removes the marks. */
import { setTimeout as wait } from 'node:timers/promises';
import { sameContent } from '../../presence/view.js';
import { timedRequest } from '../timedRequest.js';
import { type Backoff, OF_REQUESTS, shuffled, waitAfter } from './attempts.js';
import { byPart, type InFlight, type Taken } from './inFlight.js';
import type { PartLeases } from './partLeases.js';
import type { ReadStates } from './readStates.js';
import type { RefusedUsers } from './refusedUsers.js';
import { Refused, type StateSenderOptions, TryLater, type UserState } from './sending.js';

/** After so many users whom the consumer refuses one by one, and none that it takes, it is the consumer that fails. */
const ALL_REFUSED = 8;

/** After so many failures in a row a batch is divided too: it may be one of its users whom the consumer fails at. */
const DIVIDED_AFTER = 3;

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
  accepted: number;
  /** Whether what fails is divided, as what is refused is. */
  readonly divides: boolean;
  /** Users who were refused alone. */
  readonly refused: Taken[];
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
  onDropped,
  read,
  leases,
  inFlight,
  refused,
  stopped,
  requestMs,
  backoff = OF_REQUESTS,
  chance = Math.random,
}: Omit<StateSenderOptions, 'readRecords' | 'people'> & {
  readonly read: ReadStates;
  readonly leases: Pick<PartLeases, 'holds' | 'lose'>;
  readonly inFlight: InFlight;
  readonly refused: RefusedUsers;
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
      if (asked > 0) onSent(asked);
      return { alone: new Set(sent.refused), isAsked: asked > 0 };
    } catch (error) {
      if (!stopped.aborted) onFailed(error);
      if (error instanceof Refused) throw error;
      if (divides && !stopped.aborted && !(error instanceof TryLater)) throw new Refused('It fails again and again.');
      throw new RequestFailed(error instanceof TryLater ? error.afterMs : 0);
    }
  };

  /** Removes the marks of what was told. Where the store does not answer, the part is given up, and all of it is told again. */
  const finish = async (told: readonly Taken[]): Promise<void> => {
    for (const [at, users] of byPart(told.filter(inFlight.isOn))) {
      try {
        const unchanged = users.filter(({ changed }) => !changed).map(({ userId }) => userId);
        if (unchanged.length > 0 && !(await marks.told(at, unchanged))) leases.lose(at);
        // Their mark was taken once more, and so it was not removed: the next batch takes it.
        const changed = users.filter((each) => each.changed).map(({ userId }) => userId);
        if (changed.length > 0) await marks.mark(consumer, changed);
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

  const refuse = async (taken: Taken): Promise<void> => {
    if (refused.add(taken.userId, taken.at)) {
      inFlight.end(taken);
      return;
    }
    onDropped();
    await finish([taken]);
  };

  /** Sends states, and divides what is refused. Rejects where the consumer fails. */
  const sendDivided = async (taken: readonly Taken[], batch: Batch): Promise<void> => {
    const those = taken.filter(isOurs);
    if (those.length === 0) return;
    const states = those.map(({ userId }) => batch.states.get(userId)!);
    const idsWhere = (isLive: boolean) =>
      states.filter(({ status }) => (status !== 'OFFLINE') === isLive).map(({ userId }) => userId);
    await toldLive.add(consumer, idsWhere(true));
    try {
      const { alone, isAsked } = await post(states, batch.divides);
      if (isAsked) batch.accepted += 1;
      await toldLive.remove(
        consumer,
        idsWhere(false).filter((userId) => !alone.has(userId)),
      );
      for (const each of those) if (alone.has(each.userId)) await refuse(each);
      await finish(those);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (those.length > 1) {
        const middle = Math.ceil(those.length / 2);
        // Each part is read anew: a state is never older than its request.
        await readAndSend(those.slice(0, middle), batch);
        await readAndSend(those.slice(middle), batch);
        return;
      }
      batch.refused.push(those[0]!);
      if (batch.accepted === 0 && batch.refused.length >= ALL_REFUSED) throw new RequestFailed(0);
    }
  };

  /** Reads the users anew, and sends what there is to be told of them. */
  const readAndSend = async (taken: readonly Taken[], batch: Batch): Promise<void> => {
    const those = taken.filter(isOurs);
    const { states, gone, unreadable } = await read(those.map(({ userId }) => userId));
    for (const state of states) {
      const before = batch.states.get(state.userId);
      if (!before || !sameContent(before, state)) batch.states.set(state.userId, state);
    }
    const among = (userIds: readonly string[]) => {
      const ids = new Set(userIds);
      return those.filter(({ userId }) => ids.has(userId));
    };
    await toldLive.remove(consumer, gone);
    await finish(among(gone));
    for (const each of among(unreadable)) await refuse(each);
    await sendDivided(among(states.map(({ userId }) => userId)), batch);
  };

  /** Ends once everybody of the batch is told, refused, or another sender's. Never rejects. */
  return async (taken: readonly Taken[]): Promise<void> => {
    const states = new Map<string, UserState>();
    let left = taken;
    for (let failures = 1; left.length > 0 && !stopped.aborted; failures += 1) {
      try {
        const batch: Batch = { states, accepted: 0, divides: failures > DIVIDED_AFTER, refused: [] };
        await readAndSend(left, batch);
        for (const each of batch.refused) await refuse(each);
        break;
      } catch (error) {
        if (stopped.aborted) break;
        if (!(error instanceof RequestFailed)) onError(error);
        const afterMs = error instanceof RequestFailed ? Math.min(error.afterMs, backoff.maxMs) : 0;
        const waitMs = Math.max(afterMs, waitAfter(backoff, failures, chance()));
        await wait(waitMs, undefined, { ref: false, signal: stopped }).catch(() => {});
      }
      // In another order: where many are refused, others come first this time.
      left = shuffled(left.filter(isOurs), chance);
    }
    for (const each of taken) inFlight.end(each);
  };
};
