/**
 * Two nodes restore what a store lost, and one of them fails at one of its calls; then what must hold of what was acknowledged
 * before and meanwhile.
 */

import { nodeOf, processOf } from '../../src/presence/connectionNames.js';
import { PresenceError } from '../../src/presence/errors.js';
import { LEASE_MS, type Lines, type Mortal, type MortalWorld, TIMINGS } from '../support/cluster/mortals.js';
import { callerOf } from '../support/cluster/team.js';
import type { Cut } from '../support/unit/cuts.js';

const USERS = ['ana', 'bo', 'cy', 'hid'] as const;
const HIDDEN: readonly string[] = ['cy', 'hid'];
const HOST = { kind: 'service', userId: 'host' } as const;
const STEP_MS = 1_000;
/** A lease after the last that happened, and a turn or two. */
const RECOVERED_WITHIN_MS = LEASE_MS + 3 * STEP_MS;

/** What is lost: all, or what was since the copy; and which of the two nodes finds it first. */
export interface Loss {
  readonly left: 'nothing' | 'what was before';
  readonly first: 'a' | 'b';
}

const acknowledged = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    (error: unknown) => {
      if (error instanceof PresenceError) return false;
      throw error;
    },
  );

const say = (node: Mortal, userId: string, input: Parameters<Mortal['presence']['setPresence']>[1]) =>
  node.presence.setPresence(callerOf(userId), input);

/** Who is there, and what was acknowledged before the loss: of each the journal knows it, or the other node does. */
const begin = async ({ a, b, copy, empty }: MortalWorld, left: Loss['left']) => {
  for (const userId of ['ana', 'hid', 'cy'] as const) await a.open(userId, 'tab');
  await a.open('bo', 'old');
  await a.presence.heartbeat(callerOf('cy'), { sessionId: 'app', idle: false });
  for (const userId of ['ana', 'bo', 'hid'] as const) await b.open(userId, 'phone');
  const goBack = await copy();
  await say(a, 'ana', { statusMessage: { text: 'of ana', emoji: null, expiresAt: null } });
  await a.writeBehind.flush();
  await say(b, 'ana', { status: 'DO_NOT_DISTURB' });
  await say(a, 'bo', { status: 'DO_NOT_DISTURB' });
  for (const userId of HIDDEN) await say(a, userId, { status: 'INVISIBLE' });
  await b.presence.heartbeat(callerOf('bo'), { sessionId: 'app', idle: false });
  await b.presence.endSession(callerOf('bo'), 'old');
  return left === 'nothing' ? empty : goBack;
};

/** What is not as it must be, at one look of the other node; nothing where the store still recovers. */
const lookAt = async (
  { b, journal }: MortalWorld,
  { hidden, isOver }: { readonly hidden: readonly string[]; readonly isOver: boolean },
): Promise<readonly string[]> => {
  const amiss: string[] = [];
  const demand = (is: boolean | undefined, otherwise: string) => {
    if (!is) amiss.push(otherwise);
  };
  for (const userId of hidden) {
    demand(
      journal.rows.get(userId)?.persisted?.chosen === 'INVISIBLE',
      `the journal does not know that ${userId} hides`,
    );
  }
  const [views, { records }, live] = await Promise.all([
    b.presence.presenceOf(HOST, USERS),
    b.presence.readRecords(USERS),
    b.store.live({ after: null, limit: 10 }),
  ]);
  for (const userId of hidden) {
    demand(views.find((view) => view.userId === userId)?.status === 'OFFLINE', `${userId} is shown`);
    demand(!live.userIds.includes(userId), `${userId} is listed`);
  }
  const [ana, bo] = [records.get('ana'), records.get('bo')];
  const has = (record: typeof ana, id: string) => record?.sessions.some((session) => session.id === id);
  demand(ana?.chosen === 'DO_NOT_DISTURB', `ana chose ${ana?.chosen}`);
  demand(ana?.message?.text === 'of ana', `ana says ${ana?.message?.text}`);
  demand(has(ana, 'phone'), 'ana is not on the phone');
  demand(has(bo, 'phone'), 'bo is not on the phone');
  demand(isOver || has(bo, 'app'), 'the app of bo is gone');
  demand(!has(bo, 'old'), 'a session is back that was ended');
  return amiss;
};

/** Where the sessions of a user are held. */
const placesOf = async ({ b }: MortalWorld, userId: string) => {
  const { records } = await b.presence.readRecords([userId]);
  const sessions = records.get(userId)?.sessions ?? [];
  return sessions
    .map(({ id, connections }) =>
      [id, ...new Set(connections.map((name) => processOf(nodeOf(name))).sort())].join(' on '),
    )
    .sort();
};

/** Returns the calls of node `a`, and what was not as it must be. */
export const recover = async (lines: Lines, { left, first }: Loss, cut: Cut | null) => {
  const world = await lines.open(USERS);
  const { a, b, wait } = world;
  const lose = await begin(world, left);
  const amiss: string[] = [];
  let hidden = HIDDEN;
  const look = async (when: string, isOver = false) => {
    const seen: string[] = [];
    if (await acknowledged(lookAt(world, { hidden, isOver }).then((found) => seen.push(...found)))) {
      amiss.push(...seen.map((each) => `${when}: ${each}`));
      return true;
    }
    return false;
  };
  await lose();

  const came = a.cuts.begin(cut);
  let isStuck = false;
  let turning: Promise<unknown> = Promise.resolve();
  const stops = cut?.how === 'dies' || cut?.how === 'held up';
  if (stops) void came.then(() => (isStuck = true));
  const turnOf = (node: Mortal) => acknowledged(node.turn());
  let waitedMs = 0;
  let isMoved = false;
  for (;;) {
    for (const node of first === 'a' ? [a, b] : [b, a]) {
      if (node === b) await turnOf(b);
      else if (!isStuck) {
        turning = turnOf(a);
        await (stops ? Promise.race([turning, came]) : turning);
      }
    }
    if (!hidden.includes('bo') && (await acknowledged(say(b, 'bo', { status: 'INVISIBLE' }))))
      hidden = [...HIDDEN, 'bo'];
    // The client of a node that does not answer goes to the other one.
    if (isStuck && !isMoved) isMoved = await acknowledged(b.open('cy', 'tab'));
    if (await look('recovering')) break;
    if (waitedMs > RECOVERED_WITHIN_MS) {
      amiss.push('it recovers for ever');
      break;
    }
    await wait(STEP_MS);
    waitedMs += STEP_MS;
  }
  const calls = a.cuts.end();
  if (cut?.how === 'held up' && isStuck) {
    a.cuts.letGoOn();
    await turning;
  }
  const nodes = a.cuts.isDead ? [b] : [a, b];
  const goOn = async (times = 1) => {
    for (let turns = 0; turns < times; turns += 1) for (const node of nodes) await turnOf(node);
    for (const node of nodes) await node.presence.node.reconcile();
    await b.sweep();
  };
  await goOn(3);
  await look('recovered');
  const demandPlaces = async (userId: string, ...places: string[]) => {
    const found = await placesOf(world, userId);
    if (found.join() !== places.join()) amiss.push(`${userId} has ${found.join(' and ') || 'no session'}`);
  };
  const appOf = async (userId: string) => (await placesOf(world, userId)).filter((place) => place === 'app');
  if (!a.cuts.isDead) {
    await demandPlaces('ana', 'phone on b', 'tab on a');
    // What this node alone knew does not come back where the others could not wait for it.
    if (cut?.how === 'held up')
      await demandPlaces('cy', ...(await appOf('cy')), isMoved ? 'tab on a on b' : 'tab on a');
    else await demandPlaces('cy', 'app', 'tab on a');
  }

  for (const ms of [LEASE_MS + STEP_MS, TIMINGS.graceMs + STEP_MS]) {
    await wait(ms);
    await goOn();
    await look('later');
  }
  if (a.cuts.isDead) await demandPlaces('ana', 'phone on b');
  await b.writeBehind.flush();
  await wait(TIMINGS.sessionTtlMs + STEP_MS);
  await goOn();
  await look('much later', true);
  await demandPlaces('bo', 'phone on b');

  for (const node of nodes) await node.closeAll();
  await wait(TIMINGS.graceMs + STEP_MS);
  await goOn();
  for (const node of nodes) await node.writeBehind.flush();
  const stays = await world.left();
  if (stays.length > 0) amiss.push(`there is left: ${stays.join(', ')}`);
  world.close();
  return { calls, amiss };
};
