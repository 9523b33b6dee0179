/** The history as its setting opens it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Database } from '../../src/adapters/sql/database.js';
import type { Config } from '../../src/config/config.js';
import { createHappenings } from '../../src/node/happenings.js';
import { openHistory } from '../../src/openDoors.js';
import { unavailable } from '../../src/presence/errors.js';
import { createLog } from '../../src/telemetry/log.js';
import { NO_METRICS } from '../../src/telemetry/metrics.js';
import { createOutages } from '../../src/telemetry/outages.js';
import { story } from '../support/unit/story.js';

const open = async (historyMs: number | null) => {
  let calls = 0;
  const db: Database = {
    run() {
      calls += 1;
      return Promise.reject(unavailable('away'));
    },
  };
  const happenings = createHappenings((error) => {
    throw error;
  });
  const history = await openHistory({
    config: { doors: { historyMs } } as Config,
    metrics: NO_METRICS,
    outages: createOutages({ log: createLog({ level: 'silent' }) }),
    db,
    readRecords: () => Promise.reject(unavailable('away')),
    happenings,
  });
  const ana = story();
  ana.connect();
  for (const { before, after } of ana.commits) happenings.commits.call(before, after, ana.now, false);
  return { history, happenings, calls: () => calls };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('without the setting nothing listens to commits, and the database is not asked', async () => {
  const { history, calls } = await open(null);
  expect(history).toBeNull();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(calls()).toBe(0);
});

it('with it commits are written behind, and a database that is away keeps no stop waiting', async () => {
  const { history, calls } = await open(86_400_000);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(calls()).toBeGreaterThan(0);
  await history!.stop();
});
