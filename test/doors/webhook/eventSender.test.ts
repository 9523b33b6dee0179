import { expect, it, onTestFinished, vi } from 'vitest';
import { Refused } from '../../../src/doors/states/sending.js';
import { startEventSender } from '../../../src/doors/webhook/eventSender.js';
import type { WebhookEvent } from '../../../src/doors/webhook/webhookEvents.js';
import type { EventOutbox, NewOutboxEvent, OutboxEvent } from '../../../src/social/ports/eventOutbox.js';
import type { DueNotice } from '../../../src/social/ports/trays.js';
import { waitFor } from '../../support/unit/waitFor.js';

const start = () => {
  const rows = new Map<number, OutboxEvent & { dueAt: number }>();
  let ids = 0;
  const outbox: EventOutbox = {
    async add(events) {
      for (const event of events) {
        ids += 1;
        rows.set(ids, { ...event, id: ids, at: 0, ageMs: 0, refusals: 0, dueAt: 0 });
      }
    },
    async take(limit, leaseMs) {
      const now = performance.now();
      const due = [...rows.values()].filter(({ dueAt }) => dueAt <= now).slice(0, limit);
      for (const each of due) each.dueAt = now + leaseMs;
      return due;
    },
    async remove(gone) {
      for (const id of gone) rows.delete(id);
    },
    async postpone(those, ms, refused) {
      for (const id of those) {
        const row = rows.get(id)!;
        rows.set(id, { ...row, dueAt: performance.now() + ms, refusals: row.refusals + (refused ? 1 : 0) });
      }
    },
    sweep: async () => 0,
  };
  const state = { deleted: new Set<string>(), marked: new Set<string>(), read: new Set<string>() };
  const posted: (readonly WebhookEvent[])[] = [];
  const answer = vi.fn((_: readonly WebhookEvent[]) => {});
  const said = { onSent: vi.fn(), onFailed: vi.fn(), onError: vi.fn() };
  const sender = startEventSender({
    outbox,
    people: { deletedAmong: async (userIds) => new Set(userIds.filter((userId) => state.deleted.has(userId))) },
    marks: { markedAmong: async (_, userIds) => new Set(userIds.filter((userId) => state.marked.has(userId))) },
    dueAnew: async (due) =>
      due
        .filter(({ id }) => !state.read.has(id))
        .map(
          ({ userId, id, position }) =>
            ({ unseen: 1, notice: { userId, id, position, at: 0, latest: {} } }) as unknown as DueNotice,
        ),
    async post(events) {
      answer(events);
      posted.push(events);
    },
    lookEveryMs: 5,
    chance: () => 0,
    ...said,
  });
  onTestFinished(() => sender.stop());
  const notice = (userId: string): NewOutboxEvent => ({
    kind: 'notice.due',
    userId,
    noticeId: `of ${userId}`,
    position: 1,
  });
  const deletion = (userId: string): NewOutboxEvent => ({ kind: 'user.deleted', userId, noticeId: '', position: 0 });
  const usersOf = () => posted.flat().map(({ type, data }) => `${type} ${(data as { user_id: string }).user_id}`);
  return { outbox, rows, state, posted, answer, notice, deletion, usersOf, ...said };
};

it('tells events once, and removes them', async () => {
  const { outbox, rows, state, notice, deletion, usersOf, onSent } = start();
  state.deleted.add('bob');
  await outbox.add([notice('ana'), deletion('bob')]);
  await waitFor(() => expect(rows.size).toBe(0));
  expect(usersOf()).toEqual(['notice.due ana', 'user.deleted bob']);
  expect(onSent).toHaveBeenCalledWith(2);
});

it('looks at each anew: not of what was read, of whose user is deleted, nor of who was named again', async () => {
  const { outbox, rows, state, notice, deletion, usersOf } = start();
  state.deleted.add('gone');
  state.read.add('of reader');
  await outbox.add([notice('reader'), notice('gone'), deletion('back'), notice('ana')]);
  await waitFor(() => expect(rows.size).toBe(0));
  expect(usersOf()).toEqual(['notice.due ana']);
});

it('tells of a deletion once no state of the user is on its way', async () => {
  const { outbox, state, rows, notice, deletion, usersOf } = start();
  state.deleted.add('bob');
  state.marked.add('bob');
  await outbox.add([deletion('bob'), notice('ana')]);
  await waitFor(() => expect(usersOf()).toEqual(['notice.due ana']));
  state.marked.clear();
  await waitFor(() => expect(rows.size).toBe(0));
  expect(usersOf()).toEqual(['notice.due ana', 'user.deleted bob']);
});

it('lets an event that is refused stand alone, and the others go on', async () => {
  const { outbox, rows, answer, notice, usersOf, onFailed } = start();
  answer.mockImplementation((events) => {
    if (events.some(({ data }) => (data as { user_id: string }).user_id === 'user-3')) throw new Refused('400');
  });
  const users = Array.from({ length: 8 }, (_, i) => `user-${i}`);
  await outbox.add(users.map(notice));
  await waitFor(() => expect(usersOf()).toHaveLength(7));
  await waitFor(() => expect([...rows.values()]).toMatchObject([{ userId: 'user-3', refusals: 1 }]));
  expect(onFailed).toHaveBeenCalledTimes(4);
  await outbox.add([notice('after')]);
  await waitFor(() => expect(usersOf()).toContain('notice.due after'));
});

it('tries again what failed', async () => {
  const { outbox, rows, answer, notice, usersOf, onFailed } = start();
  answer.mockImplementationOnce(() => {
    throw new Error('503');
  });
  await outbox.add([notice('ana')]);
  await waitFor(() => expect(onFailed).toHaveBeenCalledTimes(1));
  await waitFor(() => expect(rows.size).toBe(0), { timeout: 10_000 });
  expect(usersOf()).toEqual(['notice.due ana']);
});
