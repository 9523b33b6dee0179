import { expect, it, onTestFinished, vi } from 'vitest';
import { Refused } from '../../../src/doors/states/sending.js';
import { startEventSender } from '../../../src/doors/webhook/eventSender.js';
import type { WebhookEvent } from '../../../src/doors/webhook/webhookEvents.js';
import type { EventOutbox, NewOutboxEvent, OutboxEvent } from '../../../src/social/ports/eventOutbox.js';
import type { DueNotice } from '../../../src/social/ports/trays.js';
import { waitFor } from '../../support/unit/waitFor.js';

const usersIn = (events: readonly WebhookEvent[]) => events.map(({ data }) => (data as { user_id: string }).user_id);
const many = (count: number, name = 'user') => Array.from({ length: count }, (_, i) => `${name}-${i}`);

/** Short, so that a test awaits each wait. */
const BRIEF = { lookEveryMs: 5, backoff: { firstMs: 5, maxMs: 20 } };

const start = (options: Partial<Parameters<typeof startEventSender>[0]> = {}) => {
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
      const due = [...rows.values()]
        .filter(({ dueAt }) => dueAt <= now)
        .sort((one, other) => one.dueAt - other.dueAt || one.id - other.id)
        .slice(0, limit);
      for (const each of due) each.dueAt = now + leaseMs;
      return due;
    },
    async remove(gone) {
      for (const id of gone) rows.delete(id);
    },
    async postpone(those, ms, refused) {
      const dueAt = performance.now() + ms;
      for (const id of those) {
        const row = rows.get(id);
        if (row) rows.set(id, { ...row, dueAt, refusals: row.refusals + (refused ? 1 : 0) });
      }
    },
    sweep: async () => 0,
  };
  const state = { deleted: new Set<string>(), marked: new Set<string>(), read: new Set<string>() };
  const posted: (readonly WebhookEvent[])[] = [];
  const markedAnew: string[] = [];
  const answer = vi.fn((_: readonly WebhookEvent[]): Promise<void> | void => {});
  const said = { onSent: vi.fn(), onFailed: vi.fn(), onError: vi.fn() };
  const sender = startEventSender({
    outbox,
    people: { deletedAmong: async (userIds) => new Set(userIds.filter((userId) => state.deleted.has(userId))) },
    marks: {
      markedAmong: async (_, userIds) => new Set(userIds.filter((userId) => state.marked.has(userId))),
      async mark(consumer, userIds) {
        markedAnew.push(...userIds.map((userId) => `${consumer} ${userId}`));
      },
    },
    dueAnew: async (due) =>
      due
        .filter(({ id }) => !state.read.has(id))
        .map(
          ({ userId, id, position }) =>
            ({ unseen: 1, notice: { userId, id, position, at: 0, latest: {} } }) as unknown as DueNotice,
        ),
    async post(events) {
      await answer(events);
      posted.push(events);
    },
    chance: () => 0,
    ...BRIEF,
    ...said,
    ...options,
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
  /** Each request fails that has an event of the user. */
  const failAt = (userId: string) =>
    answer.mockImplementation((events) => {
      if (usersIn(events).includes(userId)) throw new Error('500');
    });
  return { failAt, outbox, rows, state, posted, markedAnew, answer, notice, deletion, usersOf, ...said };
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

it('marks who was named again before their deletion was told: the receiver has a state of their former life', async () => {
  const { outbox, rows, state, notice, deletion, usersOf, markedAnew } = start();
  state.deleted.add('gone');
  await outbox.add([deletion('back'), deletion('gone'), notice('ana')]);
  await waitFor(() => expect(rows.size).toBe(0));
  expect(usersOf()).toEqual(['user.deleted gone', 'notice.due ana']);
  expect(markedAnew).toEqual(['webhook back']);
});

it('marks who was named again while their deletion was being told', async () => {
  const { outbox, rows, state, deletion, usersOf, answer, markedAnew } = start();
  state.deleted.add('back').add('gone');
  answer.mockImplementation(() => void state.deleted.delete('back'));
  await outbox.add([deletion('back'), deletion('gone')]);
  await waitFor(() => expect(rows.size).toBe(0));
  expect(usersOf()).toEqual(['user.deleted back', 'user.deleted gone']);
  expect(markedAnew).toEqual(['webhook back']);
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

it('tells the others where the receiver fails at one event again and again, which waits alone from then on', async () => {
  const { outbox, rows, answer, notice, posted, failAt, onError } = start();
  failAt('user-42');
  await outbox.add(many(100).map(notice));
  await waitFor(() => expect(posted.flat()).toHaveLength(99));
  await waitFor(() => expect([...rows.values()]).toMatchObject([{ userId: 'user-42', refusals: 1 }]));
  expect(answer.mock.calls.length).toBeLessThan(25);
  // Due again together with others.
  rows.set(43, { ...rows.get(43)!, dueAt: 0 });
  await outbox.add(many(10, 'after').map(notice));
  await waitFor(() => expect(rows.get(43)).toMatchObject({ refusals: 2 }));
  await waitFor(() => expect(rows.size).toBe(1));
  expect(answer.mock.calls.slice(-2).map(([events]) => events.length)).toEqual([10, 1]);
  expect(onError).not.toHaveBeenCalled();
});

it('tells the others also where requests in between are taken', async () => {
  const { outbox, answer, notice, usersOf } = start();
  const first = many(100);
  let batches = 0;
  answer.mockImplementation(async (events) => {
    if (!usersIn(events).includes('user-42')) return;
    // They are due before those that failed.
    await outbox.add(many(100, `others-${batches++}`).map(notice));
    throw new Error('500');
  });
  await outbox.add(first.map(notice));
  const told = first.filter((userId) => userId !== 'user-42').map((userId) => `notice.due ${userId}`);
  await waitFor(() => expect(usersOf()).toEqual(expect.arrayContaining(told)));
});

it('divides after three failures in a row, whichever events they were of', async () => {
  const { outbox, rows, answer, notice, posted } = start();
  answer.mockImplementation((events) => {
    if (answer.mock.calls.length <= 3 || usersIn(events).includes('user-342')) throw new Error('503');
  });
  await outbox.add(many(400).map(notice));
  await waitFor(() => expect(posted.flat()).toHaveLength(399));
  await waitFor(() => expect([...rows.values()]).toMatchObject([{ userId: 'user-342', refusals: 1 }]));
  expect(answer.mock.calls.slice(0, 5).map(([events]) => events.length)).toEqual([100, 100, 100, 100, 50]);
});

it.each([1, 31])(
  'waits with all of %i events where the receiver takes none, and puts off none of them',
  async (count) => {
    const { outbox, rows, answer, notice } = start();
    answer.mockImplementation(() => {
      throw new Error('503');
    });
    await outbox.add(many(count).map(notice));
    await waitFor(() => expect(answer.mock.calls.length).toBeGreaterThan(50));
    expect([...rows.values()].every(({ refusals }) => refusals === 0)).toBe(true);
    answer.mockReset();
    await waitFor(() => expect(rows.size).toBe(0));
  },
);

it('stops dividing where all are refused one by one, and goes on with another one first', async () => {
  const { outbox, rows, answer, notice, posted } = start({ chance: Math.random });
  answer.mockImplementation((events) => {
    if (usersIn(events).some((userId) => userId !== 'user-99')) throw new Refused('400');
  });
  await outbox.add(many(100).map(notice));
  await waitFor(() => expect(answer.mock.calls.length).toBeGreaterThan(15));
  expect([...rows.values()].every(({ refusals }) => refusals === 0)).toBe(true);
  await waitFor(() => expect(posted).toHaveLength(1), { timeout: 20_000 });
});

it('begins no request about events whose lease is about to end', async () => {
  const { outbox, rows, answer, notice, onError } = start({ requestMs: 50, leaseMs: 400, marginMs: 100 });
  const left: number[] = [];
  answer.mockImplementation((events) => {
    const now = performance.now();
    for (const { userId, dueAt } of rows.values()) if (usersIn(events).includes(userId)) left.push(dueAt - now);
    return new Promise(() => {});
  });
  await outbox.add(many(100).map(notice));
  // What was left is taken again.
  await waitFor(() => expect(answer.mock.calls.length).toBeGreaterThan(25), { timeout: 30_000 });
  expect(Math.min(...left)).toBeGreaterThan(100);
  expect(onError).not.toHaveBeenCalled();
  answer.mockReset();
  await waitFor(() => expect(rows.size).toBe(0));
});

it('tries one that was refused before between others, and no more than one', async () => {
  const { outbox, rows, answer, notice } = start();
  const before = many(3, 'before');
  await outbox.add([notice('first')]);
  await waitFor(() => expect(rows.size).toBe(0));
  let others = 0;
  answer.mockImplementation(async (events) => {
    const [userId] = usersIn(events);
    if (!before.includes(userId!)) return;
    await outbox.add([notice(`other-${others++}`)]);
    throw new Error('500');
  });
  await outbox.add([...before, 'fresh'].map(notice));
  for (const [id, row] of rows) if (before.includes(row.userId)) rows.set(id, { ...row, refusals: 1 });
  await waitFor(() => expect([...rows.values()].map(({ refusals }) => refusals)).toEqual([2, 2, 2]));
  const asked = answer.mock.calls.map(([events]) => usersIn(events));
  const tried = asked.filter((users) => before.includes(users[0]!));
  expect(tried.every((users) => users.length === 1)).toBe(true);
  for (const [i, users] of asked.entries()) {
    if (before.includes(users[0]!)) expect(before).not.toContain(asked[i + 1]?.[0]);
  }
});
