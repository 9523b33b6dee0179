/**
 * Joins small tells of one moment into one transaction: a transaction costs seven statements, whether it tells one act or two hundred,
 * and hosts tell each act in a call of its own. A call on its own goes out at once; what comes while a transaction is under way waits
 * for the next, at most {@link LATE_MS}.
 *
 * Calls do not suffer from each other. A shared transaction waits {@link LOCK_MS} for a lock that somebody else holds; when one of its
 * statements fails, the calls for trays that somebody holds are told by themselves, the others together once more, and where that
 * fails, too, by themselves. That holds up no later transaction. No call is answered before the commit of its acts.
 */
import { createLimit } from '../../async/limit.js';
import { unavailable } from '../../presence/errors.js';
import type { NewAct } from '../../social/socialTypes.js';

/** Calls beyond this are told by themselves: they share the cost of a transaction already. */
const SMALL_ACTS = 16;
const SMALL_RECIPIENTS = 64;
/** What one shared transaction tells. */
const MAX_ACTS = 250;
const MAX_RECIPIENTS = 1_000;
/** A transaction that takes longer holds up nobody: the next begins. */
const LATE_MS = 50;
/** After a shared transaction the next waits so long for others. */
const GATHER_MS = 2;
/** Transactions at once: some connections of the pool are left to others. */
const MAX_UNDER_WAY = 4;
/** Calls that are told by themselves at once, after their shared transactions failed: so many that wait for a tray, and as many others. */
const APART_AT_ONCE = 2;
/** Calls that may wait: past it the database is not keeping up. */
const MAX_WAITING = 10_000;
/** For how long a shared transaction waits for a lock. */
export const LOCK_MS = 250;

export interface TellTransactions {
  /** Tells acts with distinct ids. Resolves to the ids of those that were new or came back. */
  alone(acts: readonly NewAct[]): Promise<ReadonlySet<string>>;
  /** The same for the acts of several calls. Resolves to null where a statement failed, and so nothing was told. */
  shared(acts: readonly NewAct[]): Promise<ReadonlySet<string> | null>;
  /** Those of the trays of which somebody holds the lock. */
  held(userIds: readonly string[]): Promise<ReadonlySet<string>>;
}

interface Call {
  readonly acts: readonly NewAct[];
  readonly recipients: number;
  readonly timer: NodeJS.Timeout | undefined;
  isSettled: boolean;
  readonly resolve: (count: number) => void;
  readonly reject: (error: unknown) => void;
}

const recipientsOf = (acts: readonly NewAct[]): number =>
  acts.reduce((sum, { recipients }) => sum + recipients.length, 0);

const recipientIdsOf = ({ acts }: Call): readonly string[] => acts.flatMap(({ recipients }) => recipients);

/** Whether a call is worth joining with others. */
export const isSmallTell = (acts: readonly NewAct[]): boolean =>
  acts.length <= SMALL_ACTS && recipientsOf(acts) <= SMALL_RECIPIENTS;

/** The acts of several calls, each id once: the first telling counts, as one after the other. */
const distinctActs = (calls: readonly Call[]): readonly NewAct[] => {
  const acts = new Map<string, NewAct>();
  for (const call of calls) for (const act of call.acts) if (!acts.has(act.id)) acts.set(act.id, act);
  return [...acts.values()];
};

/**
 * Returns a function that tells the acts of a small call, with distinct ids, and resolves to how many were new or came back. It rejects
 * with UNAVAILABLE `deadlineMs` after the call, undefined: never; the acts may be told nevertheless.
 */
export const createGatheredTells = ({
  transactions,
  deadlineMs,
}: {
  readonly transactions: TellTransactions;
  readonly deadlineMs: number | undefined;
}): ((acts: readonly NewAct[]) => Promise<number>) => {
  const waiting: Call[] = [];
  const waitForTray = createLimit(APART_AT_ONCE);
  const afterFailure = createLimit(APART_AT_ONCE);
  let underWay = 0;
  /** Calls that are told by themselves after a failure, or wait for that. */
  let apart = 0;
  /** A transaction began less than {@link LATE_MS} ago. */
  let isFresh = false;
  let isScheduled = false;
  let gatherUntil = Number.NEGATIVE_INFINITY;

  const settle = (call: Call, how: () => void): void => {
    if (call.isSettled) return;
    call.isSettled = true;
    clearTimeout(call.timer);
    how();
  };

  const tellAlone = async (call: Call): Promise<void> => {
    try {
      const told = await transactions.alone(call.acts);
      settle(call, () => call.resolve(told.size));
    } catch (error) {
      settle(call, () => call.reject(error));
    }
  };

  /** False where a statement failed, so that nobody is answered. */
  const tellTogether = async (calls: readonly Call[]): Promise<boolean> => {
    try {
      const told = await transactions.shared(distinctActs(calls));
      if (told === null) return false;
      const uncounted = new Set(told);
      for (const call of calls) {
        const count = call.acts.filter(({ id }) => uncounted.delete(id)).length;
        settle(call, () => call.resolve(count));
      }
    } catch (error) {
      for (const call of calls) settle(call, () => call.reject(error));
    }
    return true;
  };

  const tellApart = async (call: Call, inTurn: typeof waitForTray): Promise<void> => {
    apart += 1;
    await inTurn(async () => {
      if (!call.isSettled) await tellAlone(call);
    });
    apart -= 1;
  };

  /** Resolves when no shared transaction is under way for them any more. */
  const tellCalls = async (calls: readonly Call[]): Promise<void> => {
    const [first] = calls;
    // At most one waits for long in the place of shared ones.
    if (first && calls.length === 1 && underWay === 1) return tellAlone(first);
    if (await tellTogether(calls)) return;
    // Where this cannot be asked, each call hears so by itself.
    const held = await transactions.held(calls.flatMap(recipientIdsOf)).catch(() => new Set<string>());
    const isHeld = (call: Call) => recipientIdsOf(call).some((userId) => held.has(userId));
    const others = calls.filter((call) => !isHeld(call));
    for (const call of calls) if (isHeld(call)) void tellApart(call, waitForTray);
    const isAnswered = others.length < calls.length && (others.length === 0 || (await tellTogether(others)));
    if (!isAnswered) for (const call of others) void tellApart(call, afterFailure);
  };

  /** Takes as many calls as fit, at least one, without those that were given up. */
  const take = (): readonly Call[] => {
    const taken: Call[] = [];
    let acts = 0;
    let recipients = 0;
    for (let call = waiting[0]; call; call = waiting[0]) {
      acts += call.acts.length;
      recipients += call.recipients;
      if (taken.length > 0 && (acts > MAX_ACTS || recipients > MAX_RECIPIENTS)) break;
      waiting.shift();
      if (!call.isSettled) taken.push(call);
    }
    return taken;
  };

  const send = (): void => {
    isScheduled = false;
    if (isFresh || underWay >= MAX_UNDER_WAY) return;
    const calls = take();
    if (calls.length === 0) return;
    underWay += 1;
    isFresh = true;
    let isLatest = true;
    const next = (): void => {
      if (isLatest) isFresh = false;
      isLatest = false;
      if (waiting.length > 0) schedule();
    };
    const late = setTimeout(next, LATE_MS);
    void tellCalls(calls).finally(() => {
      clearTimeout(late);
      underWay -= 1;
      // Who was answered together comes again together.
      if (calls.length > 1) gatherUntil = performance.now() + GATHER_MS;
      next();
    });
  };

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    const waitMs = gatherUntil - performance.now();
    if (waitMs > 0) setTimeout(send, waitMs);
    else setImmediate(send);
  };

  return (acts) =>
    new Promise((resolve, reject) => {
      const late = () => reject(unavailable('The database did not answer in time. Try again shortly.'));
      if (waiting.length + apart >= MAX_WAITING) return late();
      const giveUp = () => settle(call, late);
      const timer = deadlineMs === undefined ? undefined : setTimeout(giveUp, deadlineMs);
      const call: Call = { acts, recipients: recipientsOf(acts), timer, isSettled: false, resolve, reject };
      waiting.push(call);
      schedule();
    });
};
