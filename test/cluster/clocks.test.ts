import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startCluster } from '../support/cluster/cluster.js';
import { gather } from '../support/cluster/crowd.js';
import { removeFolder } from '../support/cluster/folders.js';
import { isLive, isOffline, observe } from '../support/http/observer.js';

const LIBRARY = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;
/** Longer than the lease and the grace together: by then a wrong clock would have ended something. */
const LONG_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Tokens that are valid on a clock that is ahead. */
const LASTING = { expiresIn: 3 * 3600 };

it('a wall clock of a node that is an hour off, or jumps, changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-clock-'));
  onTestFinished(() => removeFolder(folder));
  const clock = join(folder, 'clock');
  await writeFile(clock, '+0');
  const faked = (offset: string) => ({
    LD_PRELOAD: LIBRARY,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_TIMESTAMP_FILE: offset,
  });
  const ahead = join(folder, 'ahead');
  await writeFile(ahead, '+1h');

  const cluster = await startCluster({
    nodes: 3,
    env: { SESSION_TTL: '60s' },
    envOf: ({ index }) => (index === 0 ? {} : faked(index === 1 ? ahead : clock)),
  });
  const ids = await cluster.followed('watcher', 'user', 60);
  const observers = await Promise.all(
    cluster.nodes.map(async (node) =>
      observe(await cluster.person('watcher', node, LASTING).connect({ presence: false })),
    ),
  );
  const crowd = await gather({ ids: ids.slice(1), at: (place) => cluster.node(place % 3), token: LASTING });
  const app = cluster.person('user-0', cluster.node(1), LASTING);
  const started = await app.heartbeat({ sessionId: 'phone' });
  for (const observer of observers) {
    await observer.until(ids, isLive);
    observer.forget();
  }
  expect(Math.abs(Date.parse(started.expiresAt) - Date.now() - 60_000)).toBeLessThan(10_000);

  for (const offset of ['+1h', '-1h', '+0']) {
    await writeFile(clock, offset);
    await wait(LONG_MS);
    const text = `at ${offset}`;
    const said = await cluster.person('user-1', cluster.node(2), LASTING).say(text);
    expect(Math.abs(Date.parse(said.asOf) - Date.now())).toBeLessThan(HOUR_MS / 2);
    for (const observer of observers) {
      await observer.until(['user-1'], ({ statusMessage }) => statusMessage?.text === text);
    }
  }
  expect(crowd.closes).toEqual([]);
  for (const observer of observers) {
    expect(observer.offline).toEqual([]);
    expect(new Set(observer.events.map(({ userId }) => userId))).toEqual(new Set(['user-1']));
  }
  await crowd.leave();
  for (const observer of observers) await observer.until(ids.slice(1), isOffline);
  for (const { lastSeen } of observers[0]?.offline ?? []) {
    expect(Math.abs(Date.parse(lastSeen ?? '') - Date.now())).toBeLessThan(HOUR_MS / 2);
  }
});
