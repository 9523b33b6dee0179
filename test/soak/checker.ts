/**
 * Whether watchers know what is so: the crowd holds still until graces and intervals are over, and then what each was told last has to be
 * what the API answers, for those who may be seen and for those who may not.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { QUERIES } from './documents.js';
import type { Person } from './people.js';
import type { Told } from './receivers.js';
import { HungUp, Refusal } from './requests.js';
import type { Stage } from './stage.js';
import { pickSome, portOf, type World } from './world.js';

/** The grace, typing, and an interval, with time for what is found a second late. */
const QUIET_MS = 8_000;
/** Messages still run out, and sessions: a difference may be on its way. */
const SETTLED_WITHIN_MS = 15_000;
/** A receiver that failed four times hears again seconds later; a user whom it refused twice in a row after one and two minutes. */
const TOLD_WITHIN_MS = 240_000;
const AGAIN_MS = 1_000;
const WATCHERS = 25;

/** On a busy machine back ends are unavailable for a while; not for so long. */
const ANSWERED_WITHIN_MS = 300_000;

/** Asks until there is no difference. Time in which nothing is answered does not count. */
const untilNone = async (difference: () => Promise<string | null>, withinMs: number): Promise<string | null> => {
  const beganAt = performance.now();
  for (let unansweredMs = 0; ; ) {
    const askedAt = performance.now();
    const found = await difference().catch((error: unknown) => {
      const isAway = error instanceof HungUp || (error instanceof Refusal && error.code === 'UNAVAILABLE');
      const isOver = error instanceof Refusal && error.code === 'UNAUTHENTICATED';
      if (!isAway && !isOver) throw error;
      return isOver ? null : undefined;
    });
    if (found === null) return null;
    await wait(AGAIN_MS);
    if (found === undefined) {
      unansweredMs += performance.now() - askedAt;
      if (unansweredMs > ANSWERED_WITHIN_MS) return `nothing was answered for ${ANSWERED_WITHIN_MS} ms`;
    } else if (performance.now() - beganAt - unansweredMs > withinMs) return found;
  }
};

const GATEWAY: Readonly<Record<string, string>> = {
  ONLINE: 'online',
  AWAY: 'idle',
  DO_NOT_DISTURB: 'dnd',
  OFFLINE: 'offline',
};

/** How what was told outside differs from what the host is answered. `untold`: what holds of whom nothing was told; undefined: anything. */
const outside = async (
  world: World,
  name: string,
  told: ReadonlyMap<string, Told>,
  wordOf: (status: string) => string,
  untold: string | undefined,
): Promise<string | null> => {
  const users = await world.requests.graphql<readonly { userId: string; status: string }[]>(
    portOf(world),
    world.hostToken,
    QUERIES.presence,
    { userIds: world.ids },
  );
  for (const { userId, status } of users) {
    const last = told.get(userId)?.status ?? untold;
    if (last !== undefined && last !== wordOf(status))
      return `${name}: ${userId} is ${status}, and was told last as ${last}`;
  }
  return null;
};

/** What the webhook and NATS were told. */
export const checkOutside = async (world: World, { receiver, bus }: Stage): Promise<void> => {
  const differences = await Promise.all([
    untilNone(() => outside(world, 'webhook', receiver.told, (status) => status, 'OFFLINE'), TOLD_WITHIN_MS),
    bus && untilNone(() => outside(world, 'NATS', bus.told, (status) => GATEWAY[status]!, undefined), TOLD_WITHIN_MS),
  ]);
  for (const difference of differences) if (difference) world.failed(difference);
};

/** Compares once the crowd holds still, with some of the watchers. */
export const checkWatchers = async (world: World, people: readonly Person[]): Promise<void> => {
  await wait(QUIET_MS);
  const watching = people.flatMap(({ tabs }) => [...tabs]).filter(({ isOpen, watches }) => isOpen && watches.size > 0);
  if (watching.length === 0) return;
  for (const tab of pickSome(world, watching, WATCHERS)) {
    for (const watch of tab.watches) {
      // One that left meanwhile is told nothing any more.
      const difference = await untilNone(
        async () => (tab.isOpen && tab.watches.has(watch) ? watch.difference() : null),
        SETTLED_WITHIN_MS,
      );
      world.count(`watches compared: ${watch.kind}`);
      if (difference) world.failed(`${tab.kind}: ${difference}`);
    }
  }
};
