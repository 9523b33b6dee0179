/** Tells the webhook of events that happened once: takes them from the outbox, looks at each anew, posts, and removes them. */
import { every } from '../../async/loop.js';
import type { DuePlace } from '../../node/dueAnew.js';
import type { Directory } from '../../presence/ports/directory.js';
import type { StateMarks } from '../../presence/ports/stateMarks.js';
import type { EventOutbox, OutboxEvent } from '../../social/ports/eventOutbox.js';
import type { DueNotice } from '../../social/ports/trays.js';
import { OF_REFUSED, OF_REQUESTS, waitAfter } from '../states/attempts.js';
import { Refused, TryLater } from '../states/sending.js';
import { timedRequest } from '../timedRequest.js';
import { noticeDue, userDeleted, type WebhookEvent } from './webhookEvents.js';
import type { PostEvents } from './webhookRequests.js';

const LOOK_EVERY_MS = 500;
const MAX_EVENTS = 100;
const REQUEST_MS = 5_000;
/** Longer than a batch takes that is divided to the end, each request as long as it may. */
const LEASE_MS = 120_000;
/** How long a deletion waits, at the most, for requests about the states of its user: longer than one takes. */
const STATES_MS = 20_000;
/** How soon it is looked again whether those have ended. */
const LOOK_AGAIN_MS = 500;

/** An event and what is posted of it. */
interface Told {
  readonly id: number;
  readonly refusals: number;
  readonly event: WebhookEvent;
}

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
  chance = Math.random,
}: {
  readonly outbox: EventOutbox;
  readonly people: Pick<Directory, 'deletedAmong'>;
  readonly marks: Pick<StateMarks, 'markedAmong'>;
  /** Those of the notices that are to be told still. */
  readonly dueAnew: (due: readonly DuePlace[]) => Promise<readonly DueNotice[]>;
  readonly post: PostEvents;
  readonly onSent: (events: number) => void;
  readonly onFailed: (error: unknown) => void;
  /** Called with each failure of the store or the database. */
  readonly onError: (error: unknown) => void;
  readonly lookEveryMs?: number;
  readonly requestMs?: number;
  readonly chance?: () => number;
}) => {
  /** How often in a row requests failed, and until when none is made for that. */
  let failures = 0;
  let pausedUntil = 0;

  const idsOf = (events: readonly { readonly id: number }[]) => events.map(({ id }) => id);

  /** What there is to be told of the events now; the others are removed, or wait. */
  const toldOf = async (taken: readonly OutboxEvent[]): Promise<readonly Told[]> => {
    const notices = taken.filter(({ kind }) => kind === 'notice.due');
    const deletions = taken.filter(({ kind }) => kind === 'user.deleted');
    const userIds = [...new Set(taken.map(({ userId }) => userId))];
    const deleted = await people.deletedAmong(userIds);
    const wanted = await dueAnew(
      notices
        .filter(({ userId }) => !deleted.has(userId))
        .map(({ userId, noticeId, position }) => ({ userId, id: noticeId, position })),
    );
    const due = new Map(wanted.map((each) => [JSON.stringify([each.notice.id, each.notice.position]), each]));
    // While a user is marked, a request about their state may be under way: the deletion is told after it.
    const marked = await marks.markedAmong('webhook', [...new Set(deletions.map(({ userId }) => userId))]);
    const early = deletions.filter(({ userId, ageMs }) => marked.has(userId) && ageMs < STATES_MS);
    await outbox.postpone(idsOf(early), LOOK_AGAIN_MS, false);
    const told: Told[] = [];
    const over: number[] = [];
    for (const { id, kind, userId, noticeId, position, at, refusals } of taken) {
      const notice = due.get(JSON.stringify([noticeId, position]));
      if (kind === 'notice.due' && notice) told.push({ id, refusals, event: noticeDue(notice) });
      else if (kind === 'notice.due' || !deleted.has(userId)) over.push(id);
      else if (!early.some((each) => each.id === id)) told.push({ id, refusals, event: userDeleted(userId, at) });
    }
    await outbox.remove(over);
    return told;
  };

  const request = (told: readonly Told[], stopped: AbortSignal): Promise<void> => {
    const events = told.map(({ event }) => event);
    return timedRequest((ending) => post(events, ending), requestMs, stopped);
  };

  /** Posts events, and divides what is refused until the event that is refused stands alone. */
  const tell = async (told: readonly Told[], stopped: AbortSignal): Promise<void> => {
    if (told.length === 0) return;
    try {
      await request(told, stopped);
    } catch (error) {
      if (stopped.aborted) return;
      onFailed(error);
      if (!(error instanceof Refused)) {
        failures += 1;
        const afterMs = error instanceof TryLater ? Math.min(error.afterMs, OF_REQUESTS.maxMs) : 0;
        const waitMs = Math.max(afterMs, waitAfter(OF_REQUESTS, failures, chance()));
        pausedUntil = performance.now() + waitMs;
        await outbox.postpone(idsOf(told), waitMs, false);
        return;
      }
      const [only] = told;
      if (told.length === 1 && only) {
        await outbox.postpone([only.id], waitAfter(OF_REFUSED, only.refusals + 1, chance()), true);
        return;
      }
      const middle = Math.ceil(told.length / 2);
      await tell(told.slice(0, middle), stopped);
      await tell(told.slice(middle), stopped);
      return;
    }
    failures = 0;
    onSent(told.length);
    await outbox.remove(idsOf(told));
  };

  const looking = every(
    lookEveryMs,
    async (stopped) => {
      while (!stopped.aborted && performance.now() >= pausedUntil) {
        const taken = await outbox.take(MAX_EVENTS, LEASE_MS);
        await tell(await toldOf(taken), stopped);
        if (taken.length < MAX_EVENTS) return;
      }
    },
    onError,
  );
  return looking;
};
