/**
 * How long a delivery takes at shares of what the server can do: changes come by the clock, whether or not earlier ones have
 * arrived, and each delivery is timed from the instant at which its change was meant to be sent.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Crowd, createCrowd, inFlight, type Member, type Target } from '../client/crowd.js';
import { startMeter, untilIdle } from '../client/meter.js';
import { randomOf, someOf, userIdsOf } from '../client/userIds.js';
import type { Reading } from '../measure.js';

/** Who watches whom. */
interface Watched {
  /** Who changes. */
  readonly posters: readonly string[];
  readonly watchersOf: (userId: string) => number;
}

/** Connects a crowd and has it watch. */
type Shape = (crowd: Crowd) => Promise<Watched>;

const WATCHED = 50;
/** Changes in flight while it is found out how many a second the server delivers. */
const IN_FLIGHT = 32;

/** One user, watched by all. */
export const star =
  (watchers: number): Shape =>
  async (crowd) => {
    const members = await crowd.connect(userIdsOf('fan', watchers));
    await watchAll(crowd, members, () => ['star-00000']);
    return { posters: ['star-00000'], watchersOf: () => watchers };
  };

/** A random graph: each watches 50 others. */
export const web =
  (users: number): Shape =>
  async (crowd) => {
    const random = randomOf(users);
    const everybody = userIdsOf('user', users);
    const watchers = new Map<string, number>();
    const members = await crowd.connect(everybody);
    await watchAll(crowd, members, ({ userId }) => {
      const watched = someOf(everybody, WATCHED, random, userId);
      for (const each of watched) watchers.set(each, (watchers.get(each) ?? 0) + 1);
      return watched;
    });
    const posters = everybody.filter((userId) => watchers.has(userId));
    return { posters, watchersOf: (userId) => watchers.get(userId) ?? 0 };
  };

const watchAll = (
  crowd: Crowd,
  members: readonly Member[],
  watchedBy: (member: Member) => readonly string[],
): Promise<void> => inFlight(members, 64, (member) => crowd.watch(member, watchedBy(member)));

/** The figures of one load, as the tables of figures.ts name them. */
export const figuresOf = (load: string) => ({
  rate: `${load}, changes a second`,
  half: `${load}, p50`,
  most: `${load}, p99`,
  worst: `${load}, worst`,
  cost: `${load}, CPU`,
});
/** Of what the server delivered at its best; and the same rate for all servers that can do as much. */
export const SHARES = { '10 %': 0.1, '50 %': 0.5, '80 %': 0.8 } as const;
export const SAME_RATE = 'same rate';
/** A server that can do hardly more is not asked for as much. */
const ROOM = 0.9;

export const latency =
  ({
    shape,
    sameRate,
    seconds,
  }: {
    readonly shape: Shape;
    /** In changes a second. */
    readonly sameRate: number;
    /** For how long each load lasts. */
    readonly seconds: number;
  }) =>
  async (target: Target): Promise<readonly Reading[]> => {
    const crowd = createCrowd(target);
    const { posters, watchersOf } = await shape(crowd);
    const mean = posters.reduce((sum, userId) => sum + watchersOf(userId), 0) / posters.length;
    const random = randomOf(posters.length);
    let deliveries = 0;
    /** Sends a change of somebody; `due`: when it was meant to be sent. */
    const send = (due: number): Promise<void> => {
      const change = crowd.change(posters[Math.floor(random() * posters.length)]!);
      const owed = watchersOf(change.userId);
      deliveries += owed;
      crowd.tally.expect(owed);
      crowd.time(change, due);
      return crowd.post(change);
    };

    /** As many as arrive, with so many in flight. */
    const asFastAsItGoes = async (ms: number): Promise<void> => {
      const until = performance.now() + ms;
      const one = async () => {
        for (let now = performance.now(); now < until; now = performance.now()) {
          await send(now);
          await crowd.tally.restorePending(Math.round((IN_FLIGHT - 1) * mean));
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, one));
      await crowd.tally.restorePending(0);
    };

    /** At instants of chance, so many a second on average, whatever arrives. */
    const byTheClock = async (changesASecond: number, ms: number): Promise<void> => {
      const sent: Promise<void>[] = [];
      const begin = performance.now();
      for (let due = begin; ; ) {
        due += (-Math.log(1 - random()) * 1_000) / changesASecond;
        if (due > begin + ms) break;
        const early = due - performance.now();
        if (early > 0) await wait(early);
        sent.push(send(due));
      }
      await Promise.all(sent);
      await crowd.tally.restorePending(0);
    };

    const readings: Reading[] = [];
    /** Runs `load` for a time, with figures of it. */
    const during = async (run: () => Promise<void>) => {
      await untilIdle(target.pid);
      deliveries = 0;
      crowd.stopwatch.reset();
      const meter = startMeter(target.pid);
      await run();
      const reading = await meter.stop('', deliveries);
      await crowd.tally.exact();
      return reading;
    };

    await asFastAsItGoes(seconds * 300);
    const best = await during(() => asFastAsItGoes(seconds * 300));
    const capacity = (best.count / best.wallMs) * 1_000;
    readings.push({ ...best, figure: 'capacity', value: capacity });

    const loads = Object.entries(SHARES).map(([load, share]) => ({ load, rate: (share * capacity) / mean }));
    if (sameRate * mean <= ROOM * capacity) loads.push({ load: SAME_RATE, rate: sameRate });
    for (const { load, rate } of loads) {
      const reading = await during(() => byTheClock(rate, seconds * 1_000));
      const { percentile, worst } = crowd.stopwatch.read();
      const names = figuresOf(load);
      readings.push(
        { ...reading, figure: names.rate, value: rate },
        { ...reading, figure: names.half, value: percentile(0.5) },
        { ...reading, figure: names.most, value: percentile(0.99) },
        { ...reading, figure: names.worst, value: worst },
        { ...reading, figure: names.cost },
      );
    }
    return readings;
  };
