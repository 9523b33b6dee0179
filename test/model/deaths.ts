/**
 * A node that comes to an end at one of its calls, while it does something, and what must hold afterwards: what it did is
 * done, or was not begun, at every look from another node; and if it was acknowledged, it is done.
 */

import { nodeOf, processOf } from '../../src/presence/connectionNames.js';
import { PresenceError } from '../../src/presence/errors.js';
import { type Lines, type MortalWorld, TIMINGS } from '../support/cluster/mortals.js';
import { callerOf } from '../support/cluster/team.js';
import type { How } from '../support/unit/cuts.js';

export const USERS = ['ana', 'bo', 'hid'] as const;
export const ROOM = 'room';
const HOST = { kind: 'service', userId: 'host' } as const;
/** Moments of different runs are alike up to what the machine takes for a run. */
const ALIKE_MS = 20_000;
const MUCH_LATER_MS = TIMINGS.sessionTtlMs + 60_000;
/** Longer than what they are named after, and whole times of that. */
const A_LEASE_MS = 2 * ALIKE_MS;
const A_GRACE_MS = ALIKE_MS;

export interface Scenario {
  /** What there is before. */
  readonly given?: (world: MortalWorld) => Promise<unknown>;
  /** What node `a` does. */
  readonly act: (world: MortalWorld) => Promise<unknown>;
  /** What comes after it, or while it is under way, elsewhere. */
  readonly meanwhile?: (world: MortalWorld) => Promise<unknown>;
  /** Who hides with it. */
  readonly hides?: (typeof USERS)[number];
  /** The node does it by itself: what it leaves is done by whoever comes next, and nobody has an answer. */
  readonly byItself?: boolean;
  /** Afterwards all that is live is lost; where the node is dead, its client has asked the other one. */
  readonly loses?: boolean;
}

/** What everybody is shown, and what is kept, in words that are the same in every run. */
const lookAt = async (
  { b, journal, startedAt }: MortalWorld,
  {
    isWritten,
    isTimed,
    isSwept,
  }: { readonly isWritten: boolean; readonly isTimed: boolean; readonly isSwept: boolean },
) => {
  const [views, { records }, live, typing, there] = await Promise.all([
    b.presence.presenceOf(HOST, USERS),
    b.presence.readRecords(USERS),
    b.store.live({ after: null, limit: 10 }),
    b.store.typing([ROOM]),
    b.store.usersAt(ROOM, 10),
  ]);
  const about = (moment: number | null) => moment && Math.round((moment - startedAt) / ALIKE_MS);
  return {
    users: Object.fromEntries(
      USERS.map((userId) => {
        const view = views.find((each) => each.userId === userId);
        const record = records.get(userId);
        const persisted = journal.rows.get(userId)?.persisted;
        return [
          userId,
          {
            status: view?.status,
            activities: view?.activities.map(({ name }) => name),
            ...(isTimed && { lastSeen: about(view?.lastSeen ?? null) }),
            chosen: record?.chosen,
            message: record?.message?.text,
            sessions: record?.sessions
              .map(({ id, connections, graceUntil, leaseUntil, reportedIdle, places }) =>
                [
                  id,
                  ...new Set(connections.map((name) => `on ${processOf(nodeOf(name))}`)),
                  graceUntil && 'in grace',
                  leaseUntil && 'leased',
                  reportedIdle && 'idle',
                  ...places.map(({ conversationId }) => `at ${conversationId}`),
                ]
                  .filter(Boolean)
                  .join(' '),
              )
              .sort(),
            ...(isWritten && {
              persisted: persisted && { chosen: persisted.chosen, message: persisted.message?.text },
            }),
          },
        ];
      }),
    ),
    live: live.userIds,
    // As soon as the sweep of another node came by: whoever is seen there is in the index, and nobody else.
    ...(isSwept && { there: [...there.userIds].sort() }),
    // What is held up is typed later.
    ...(isTimed && { typing: typing.map(({ userId }) => userId).sort() }),
  };
};
export type Look = Awaited<ReturnType<typeof lookAt>>;

export interface Run {
  readonly calls: readonly string[];
  /** By what happened before, each with whether it was acknowledged by then. */
  readonly looks: ReadonlyMap<string, { readonly seen: Look; readonly acknowledged: boolean }>;
  /** What is not as it must always be. */
  readonly amiss: readonly string[];
}

const outcomeOf = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    (error: unknown) => {
      if (error instanceof PresenceError) return false;
      throw error;
    },
  );

/** `what`: where it is cut; or the whole of it, or nothing, before the same comes of the node. */
export const run = async (
  lines: Lines,
  { given = async () => {}, act, meanwhile = async () => {}, hides, byItself = false, loses = false }: Scenario,
  { how, what }: { readonly how: How; readonly what: 'all' | 'nothing' | number },
): Promise<Run> => {
  const world = await lines.open(USERS);
  const { a, b, wait } = world;
  world.conversations.set(ROOM, { open: false, members: [...USERS] });
  await b.open('bo', 'tab');
  await a.open('hid', 'tab');
  await b.open('hid', 'phone');
  await a.presence.setPresence(callerOf('hid'), { status: 'INVISIBLE' });
  await given(world);

  const looks = new Map<string, { readonly seen: Look; readonly acknowledged: boolean }>();
  let acknowledged = false;
  let isWritten = false;
  let isSwept = false;
  let mustBeKept = true;
  const amiss: string[] = [];
  const look = async (after: string) => {
    const seen = await lookAt(world, { isWritten, isTimed: how !== 'held up', isSwept });
    if (hides && acknowledged && mustBeKept && world.journal.rows.get(hides)?.persisted?.chosen !== 'INVISIBLE')
      amiss.push(`${after}: the journal does not know who hides`);
    looks.set(after, { seen, acknowledged: acknowledged && !byItself });
    const { status } = seen.users.hid!;
    if (
      status !== 'OFFLINE' ||
      seen.live.includes('hid') ||
      seen.typing?.includes('hid') ||
      seen.there?.includes('hid')
    )
      amiss.push(`${after}: who hides is shown`);
  };

  const came = a.cuts.begin(typeof what === 'number' ? { at: what, how } : null);
  let acting = Promise.resolve(what === 'all');
  if (what !== 'nothing') acting = outcomeOf(act(world));
  const isOver = how === 'refused' || how === 'unanswered' || typeof what !== 'number';
  acknowledged = await (isOver ? acting : Promise.race([acting, came.then(() => false)]));
  const calls = a.cuts.end();
  // Where the journal is away, the answer does not wait for it.
  mustBeKept = typeof what !== 'number' || calls[what] !== 'journal write';

  if (how === 'dies') {
    a.cuts.die();
    await meanwhile(world);
    await look('at once');
  } else if (how === 'held up') {
    await wait(A_LEASE_MS);
    await b.turn();
    await wait(A_GRACE_MS);
    await b.turn();
    await b.sweep();
    await meanwhile(world);
    a.cuts.letGoOn();
    let isDone = false;
    const done = acting.finally(() => {
      isDone = true;
    });
    do {
      await a.turn().catch(() => {});
      await new Promise(setImmediate);
    } while (!isDone);
    acknowledged = await done;
  } else {
    await meanwhile(world);
    await look('at once');
  }
  if (!a.cuts.isDead) {
    // Its client asks once more, until it has an answer.
    await a.release();
    if (!acknowledged && !byItself) acknowledged = await outcomeOf(act(world));
    for (const node of [a, b]) {
      await node.turn();
      await node.presence.node.reconcile();
    }
    await look('asked again');
  }

  if (loses) {
    if (!acknowledged) acknowledged = await outcomeOf(act({ ...world, a: b }));
    await world.empty();
    let isRead = false;
    while (!isRead) {
      for (const node of [a, b]) if (!node.cuts.isDead) await node.turn();
      // Who is dead is waited for.
      await wait(1_000);
      isRead = await outcomeOf(b.store.read(USERS));
    }
    await look('all was lost');
  }

  const pass = async (ms: number, name: string) => {
    await wait(ms);
    for (const node of [a, b]) if (!node.cuts.isDead) await node.turn();
    await b.sweep();
    isSwept = true;
    await look(name);
  };
  await pass(A_LEASE_MS, 'a lease later');
  await pass(A_GRACE_MS, 'a grace later');
  await b.writeBehind.flush();
  isWritten = true;
  await look('written');
  await pass(MUCH_LATER_MS, 'much later');

  for (const node of [a, b]) if (!node.cuts.isDead) await node.closeAll();
  await wait(A_GRACE_MS);
  await b.turn();
  await b.sweep();
  for (const node of [a, b]) if (!node.cuts.isDead) await node.writeBehind.flush();
  await look('all over');
  const left = await world.left();
  if (left.length > 0) amiss.push(`there is left: ${left.join(', ')}`);
  world.close();
  return { calls, looks, amiss };
};
