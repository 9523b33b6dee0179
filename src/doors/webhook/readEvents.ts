/** Looks at events of the outbox anew, before they are told. */
import type { DuePlace } from '../../node/dueAnew.js';
import type { Directory } from '../../presence/ports/directory.js';
import type { StateMarks } from '../../presence/ports/stateMarks.js';
import type { EventOutbox, OutboxEvent } from '../../social/ports/eventOutbox.js';
import type { DueNotice } from '../../social/ports/trays.js';
import { noticeDue, userDeleted, type WebhookEvent } from './webhookEvents.js';

/** How long a deletion waits, at the most, for requests about the states of its user: longer than one takes. */
const STATES_MS = 20_000;
/** How soon it is looked again whether those have ended. */
const LOOK_AGAIN_MS = 500;

/** An event and what is posted of it. */
export interface Told {
  readonly id: number;
  readonly refusals: number;
  readonly event: WebhookEvent;
  /** Whose deletion it is. */
  readonly deletedId?: string;
}

export const idsOf = (events: readonly { readonly id: number }[]): readonly number[] => events.map(({ id }) => id);

export interface EventReaderOptions {
  readonly outbox: EventOutbox;
  readonly people: Pick<Directory, 'deletedAmong'>;
  readonly marks: Pick<StateMarks, 'mark' | 'markedAmong'>;
  /** Those of the notices that are to be told still. */
  readonly dueAnew: (due: readonly DuePlace[]) => Promise<readonly DueNotice[]>;
}

/** `read` returns what there is to be told of events now; the others are removed, or wait. */
export const createEventReader = ({ outbox, people, marks, dueAnew }: EventReaderOptions) => {
  /** What the receiver has of users who are named again is of their former life, or was removed with it: their state is told anew. */
  const markNamed = async (userIds: readonly string[], deleted: ReadonlySet<string>): Promise<void> => {
    const named = userIds.filter((userId) => !deleted.has(userId));
    if (named.length > 0) await marks.mark('webhook', named);
  };

  const read = async (taken: readonly OutboxEvent[]): Promise<readonly Told[]> => {
    const notices = taken.filter(({ kind }) => kind === 'notice.due');
    const deletions = taken.filter(({ kind }) => kind === 'user.deleted');
    const deletedIds = [...new Set(deletions.map(({ userId }) => userId))];
    const userIds = [...new Set(taken.map(({ userId }) => userId))];
    const deleted = await people.deletedAmong(userIds);
    const wanted = await dueAnew(
      notices
        .filter(({ userId }) => !deleted.has(userId))
        .map(({ userId, noticeId, position }) => ({ userId, id: noticeId, position })),
    );
    const due = new Map(wanted.map((each) => [JSON.stringify([each.notice.id, each.notice.position]), each]));
    // While a user is marked, a request about their state may be under way: the deletion is told after it.
    const marked = await marks.markedAmong('webhook', deletedIds);
    const early = deletions.filter(({ userId, ageMs }) => marked.has(userId) && ageMs < STATES_MS);
    await outbox.postpone(idsOf(early), LOOK_AGAIN_MS, false);
    const told: Told[] = [];
    const over: number[] = [];
    for (const { id, kind, userId, noticeId, position, at, refusals } of taken) {
      const notice = due.get(JSON.stringify([noticeId, position]));
      if (kind === 'notice.due' && notice) told.push({ id, refusals, event: noticeDue(notice) });
      else if (kind === 'notice.due' || !deleted.has(userId)) over.push(id);
      else if (!early.some((each) => each.id === id))
        told.push({ id, refusals, event: userDeleted(userId, at), deletedId: userId });
    }
    await markNamed(deletedIds, deleted);
    await outbox.remove(over);
    return told;
  };

  /** Removes what the receiver took. */
  const finish = async (told: readonly Told[]): Promise<void> => {
    const userIds = told.flatMap(({ deletedId }) => deletedId ?? []);
    // One of them may be named again while that is told.
    if (userIds.length > 0) await markNamed(userIds, await people.deletedAmong(userIds));
    await outbox.remove(idsOf(told));
  };
  return { read, finish };
};
