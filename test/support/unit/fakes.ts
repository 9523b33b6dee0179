/** The journal and the rate limits of a service under test, which tell what was asked of them and fail on demand. */
import { PresenceError } from '../../../src/presence/errors.js';
import type { Journal } from '../../../src/presence/ports/journal.js';
import type { RateLimits } from '../../../src/presence/ports/rates.js';
import type { DurablePresence, JournalRow } from '../../../src/presence/types.js';

/** The row that a journal stores for two, see `Journal.write`. */
const merged = (before: JournalRow['persisted'], next: NonNullable<JournalRow['persisted']>) => {
  if (before === null) return next;
  const later = next.revision >= before.revision ? next : before;
  const { chosen, chosenAsOf } = next.chosenAsOf > before.chosenAsOf ? next : before;
  const { message, messageAsOf } = next.messageAsOf > before.messageAsOf ? next : before;
  const isAlike = chosenAsOf === later.chosenAsOf && messageAsOf === later.messageAsOf;
  const revision = isAlike ? later.revision : later.revision + 1;
  return { ...later, revision, chosen, chosenAsOf, message, messageAsOf };
};

/** A journal in memory. `writes` are the batches that it stored, `reads` the ids of each read. */
export const createFakeJournal = (users: readonly string[]) => {
  const rows = new Map<string, JournalRow>(users.map((userId) => [userId, { generation: 1, persisted: null }]));
  const writes: (readonly DurablePresence[])[] = [];
  const state = {
    rows,
    writes,
    reads: [] as (readonly string[])[],
    /** Reads and writes reject with it while it is set. */
    failure: undefined as Error | undefined,
    /** Awaited before anything is read or written. */
    gate: Promise.resolve() as Promise<unknown>,
  };
  const journal: Journal = {
    async read(userIds) {
      state.reads.push(userIds);
      await state.gate;
      if (state.failure) throw state.failure;
      return new Map(userIds.flatMap((userId) => (rows.has(userId) ? [[userId, rows.get(userId)!] as const] : [])));
    },
    async write(batch) {
      await state.gate;
      if (state.failure) throw state.failure;
      writes.push(batch);
      for (const { userId, generation, ...persisted } of batch) {
        const row = rows.get(userId);
        if (row?.generation === generation)
          rows.set(userId, { generation, persisted: merged(row.persisted, persisted) });
      }
    },
  };
  return Object.assign(state, { journal });
};

/** Allowances of `left` takes, without end by default; `read` counts the ids that were read. */
export const createFakeRateLimits = () => {
  const taken: string[] = [];
  const state = { taken, left: Number.POSITIVE_INFINITY, read: 0 };
  const rateLimits: RateLimits = {
    async take(kind, userId, { count = 1 } = {}) {
      if (kind === 'read') {
        state.read += count;
        return;
      }
      if (taken.length >= state.left) throw new PresenceError('RATE_LIMITED', 'Slow down.', { retryAfterMs: 200 });
      taken.push(`${kind} of ${userId}`);
    },
    async count(_kind, _userId, count) {
      state.read += count;
    },
  };
  return Object.assign(state, { rateLimits });
};
