/** A sender of states over the memory store, with a consumer and a database of the test's own. */
import { expect, onTestFinished, vi } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/memoryBus.js';
import { createMemoryStore } from '../../../src/adapters/memory/memoryStore.js';
import type { SendStates, Sent, UserState } from '../../../src/doors/states/sending.js';
import { type SenderTimings, startStateSender } from '../../../src/doors/states/stateSender.js';
import type { ReadRecords } from '../../../src/node/recordReader.js';
import type { StateMarks } from '../../../src/presence/ports/stateMarks.js';
import type { ToldLive } from '../../../src/presence/ports/toldLive.js';
import * as commands from '../../../src/presence/record.js';
import type { PresenceStatus } from '../../../src/presence/types.js';
import { timings } from './builders.js';
import { waitFor } from './waitFor.js';

/** Short, so that a test awaits each wait. */
export const BRIEF: SenderTimings = {
  lookEveryMs: 5,
  requestMs: 2_000,
  parts: { leaseMs: 12_000, renewEveryMs: 20, marginMs: 6_000 },
  backoff: { firstMs: 5, maxMs: 20 },
};

export const createFakeToldLive = () => {
  const users = new Set<string>();
  const port: ToldLive = {
    async add(_, userIds) {
      for (const userId of userIds) users.add(userId);
    },
    async remove(_, userIds) {
      for (const userId of userIds) users.delete(userId);
    },
    page: async (_, after, limit) =>
      [...users]
        .sort()
        .filter((userId) => after === null || userId > after)
        .slice(0, limit),
  };
  return { users, port };
};

/** Everything that the consumer was asked, and what it answers. */
type Answer = (states: readonly UserState[]) => Promise<Sent> | Sent;

export interface FakeConsumer {
  readonly requests: (readonly UserState[])[];
  /** The last state of each user that it took. */
  readonly latest: Map<string, UserState>;
  answer: Answer;
  send: SendStates;
  users(): readonly (readonly string[])[];
  statusOf(userId: string): string | undefined;
}

export const createFakeConsumer = (answer: Answer = () => ({})): FakeConsumer => {
  const requests: (readonly UserState[])[] = [];
  const latest = new Map<string, UserState>();
  const consumer: FakeConsumer = {
    requests,
    latest,
    answer,
    async send(states) {
      requests.push(states);
      const sent = await consumer.answer(states);
      for (const state of states) if (!sent.refused?.includes(state.userId)) latest.set(state.userId, state);
      return sent;
    },
    users: () => requests.map((states) => states.map(({ userId }) => userId)),
    statusOf: (userId) => latest.get(userId)?.status,
  };
  return consumer;
};

export const createStates = () => {
  const { stateMarks, ...store } = createMemoryStore({ bus: createMemoryBus() });
  const toldLive = createFakeToldLive();
  const deleted = new Set<string>();
  const restored = (userId: string) => async () => commands.restoreRecord(userId, { generation: 1, persisted: null });
  const sessionReference = { sessionId: 'tab', connectionId: null, newSessionId: 'tab' };
  /** Who has a row in the journal, beside those with a live record: everybody, unless a test says so. */
  const known = { has: (_: string) => true };
  const readRecords: ReadRecords = async (userIds) => {
    const reading = await store.read(userIds);
    const records = new Map(reading.records);
    for (const userId of userIds) {
      if (!records.has(userId) && known.has(userId) && !deleted.has(userId))
        records.set(userId, await restored(userId)());
    }
    return { ...reading, records };
  };
  /** Resolves once the sender is registered, and everybody is marked who is to be told anew. */
  const start = async (
    consumer: FakeConsumer,
    {
      marks = stateMarks,
      read = readRecords,
      awaits = true,
      ...briefer
    }: SenderTimings & { marks?: StateMarks; read?: ReadRecords; awaits?: boolean } = {},
  ) => {
    const toldAnew = vi.fn(marks.toldAnew);
    const said = { onFailed: vi.fn(), onError: vi.fn(), onSent: vi.fn() };
    const sender = startStateSender(
      {
        consumer: 'webhook',
        marks: { ...marks, toldAnew },
        toldLive: toldLive.port,
        readRecords: read,
        people: { deletedAmong: async (userIds) => new Set(userIds.filter((userId) => deleted.has(userId))) },
        send: consumer.send,
        ...said,
      },
      { ...BRIEF, ...briefer },
    );
    onTestFinished(() => sender.stop());
    if (awaits) await waitFor(() => expect(toldAnew).toHaveBeenCalled());
    return { sender, ...said };
  };
  return {
    store,
    marks: stateMarks,
    toldLive,
    deleted,
    known,
    readRecords,
    start,
    connect: (userId: string) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.connect(record, { connectionId: 'n/1', sessionId: 'tab', device: 'WEB' }, now),
      ),
    set: (userId: string, status: PresenceStatus) =>
      store.update(userId, restored(userId), (record, now) =>
        commands.setPresence(record, { status, sessionReference }, now, timings()),
      ),
    /** They are in a studio from now on. */
    work: (userId: string, name: string) =>
      store.update(userId, restored(userId), (record, now) => {
        const studio = { type: 'IN_STUDIO', name, details: null, startedAt: null, expiresAt: null } as const;
        return commands.setPresence(record, { activities: [studio], sessionReference }, now, timings());
      }),
    end: (userId: string) =>
      store.update(userId, restored(userId), (record, now) => commands.endSession(record, 'tab', now)),
  };
};
