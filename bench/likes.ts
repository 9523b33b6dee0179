/**
 * Whether likes get lost: 1,000 connections on two nodes, 100 likes a minute over ten posts, with default settings. Everybody watches
 * the counts of all posts, their own tray, and their timeline. Fails where a delivery is missing or comes twice. See
 * docs/performance.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createBackEnds } from './backEnds.js';
import { createCrowd, inFlight, type Member } from './client/crowd.js';
import { untilAvailable } from './client/poster.js';
import {
  actOf,
  addFollows,
  countsOf,
  openObject,
  putCounts,
  type Request,
  tell,
  trayOf,
  watchAll,
} from './client/socialMessages.js';
import { randomOf, userIdsOf } from './client/userIds.js';
import { ROOT, startRollcall } from './contenders.js';
import { machineText } from './machine.js';
import { replaceBetween, tableOf } from './measure.js';

const PAGE = join(ROOT, 'docs', 'performance.md');
const LIKES_A_MINUTE = 100;
const POSTS = 10;
/** Connections, and likes, at most. */
const MOST = 1_000;
/** Everybody follows one of so many who like. */
const FOLLOWED = 5;
/** What is under way after the last like arrives within this time, or is lost. */
const AFTERMATH_MS = 10_000;
const BULK = 1_000;
/** How many subscribe at once. */
const WIDTH = 8;
/** After the last refusal of a subscription, it is there within this time. */
const SETTLED_MS = 4_000;
const REPEAT_AFTER_MS = 1_000;
/** The part of a message in which its id differs from others. */
const ID_ENDS = '{"id":"t'.length + 1;

/** What is owed to somebody: by when it was sent, under a key of its own. */
const createLedger = () => {
  const owed = new Map<string, number>();
  const latencies: number[] = [];
  let events = 0;
  let twice = 0;
  return {
    owe: (key: string, at: number) => owed.set(key, at),
    /** One event, which pays what is owed under these keys. */
    pay(keys: readonly string[], at: number) {
      events += 1;
      for (const key of keys) {
        const since = owed.get(key);
        if (since !== undefined) latencies.push(at - since);
        owed.delete(key);
      }
    },
    repeated: () => {
      twice += 1;
    },
    read: () => ({ events, twice, lost: owed.size, latencies: latencies.toSorted((one, other) => one - other) }),
  };
};
type Ledger = ReturnType<typeof createLedger>;

/** How far each register of a viewer was seen: likes of a post, actors of a notice. */
const createSeen = (ledger: Ledger, keyOf: (viewer: string, register: string, value: number) => string) => {
  const seen = new Map<string, number>();
  return (viewer: string, register: string, value: number, at: number) => {
    const before = seen.get(`${viewer} ${register}`) ?? 0;
    seen.set(`${viewer} ${register}`, Math.max(before, value));
    if (value > 0 && value <= before) ledger.repeated();
    ledger.pay(
      Array.from({ length: Math.max(0, value - before) }, (_, index) => keyOf(viewer, register, before + index + 1)),
      at,
    );
  };
};

const percentile = (sorted: readonly number[], share: number): string =>
  sorted.length === 0 ? '–' : `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!)}`;

const run = async ({ connections, minutes }: { readonly connections: number; readonly minutes: number }) => {
  const backEnds = createBackEnds();
  const env = { REDIS_URL: await backEnds.redis(), DATABASE_URL: await backEnds.postgres() };
  const nodes = [await startRollcall(env, MOST), await startRollcall(env, 0)];
  const crowds = nodes.map((node) => createCrowd({ ...node, dialect: 'graphql' }));
  let repeats = 0;
  /** Asks one node or the other, in the name of the host. */
  const ask = (index: number, request: Request) =>
    untilAvailable(
      () => crowds[index % crowds.length]!.ask(null, request),
      () => {
        repeats += 1;
      },
    );
  try {
    const viewers = userIdsOf('fan', connections);
    const posts = userIdsOf('post', POSTS);
    const likes = LIKES_A_MINUTE * minutes;
    const likers = userIdsOf('user', likes);
    for (const post of posts) await ask(0, openObject(post));
    const follows = viewers.flatMap((followerId, viewer) =>
      likers.flatMap((followeeId, liker) => ((viewer + liker) % FOLLOWED === 0 ? [{ followerId, followeeId }] : [])),
    );
    for (let from = 0; from < follows.length; from += BULK) await ask(0, addFollows(follows.slice(from, from + BULK)));

    const ledgers = { counts: createLedger(), tray: createLedger(), timeline: createLedger() };
    const registerKey = (viewer: string, register: string, value: number) => `${viewer} ${register} ${value}`;
    const sawLikes = createSeen(ledgers.counts, registerKey);
    const sawActors = createSeen(ledgers.tray, registerKey);
    const sawActs = new Set<string>();
    let begun = false;
    let refusedAt = 0;
    let incomplete = 0;
    const messages = watchAll(posts);

    const payAct = (userId: string, event: string, at: number) => {
      const key = `${userId} ${actOf(event).id}`;
      if (sawActs.has(key)) ledgers.timeline.repeated();
      sawActs.add(key);
      ledgers.timeline.pay([key], at);
    };

    /** Subscribes, and resolves with the present state of all that is watched. Repeats what is UNAVAILABLE, until likes begin. */
    const watch = ({ userId, wire }: Member): Promise<void> =>
      new Promise((resolve) => {
        const toCome = new Set([...posts, 'tray']);
        const came = (what: string) => {
          toCome.delete(what);
          if (toCome.size === 0) resolve();
        };
        wire.onText = (text) => {
          const at = performance.now();
          // The event is there, and a field of it could not be read.
          if (text.includes('"errors":[')) incomplete += 1;
          if (text.startsWith('{"type":"ping"')) wire.send('{"type":"pong"}');
          else if (text.includes('"type":"error"') || text.includes('"payload":{"errors"')) {
            if (begun || !text.includes('"UNAVAILABLE"')) throw new Error(`Refused: ${text}`);
            refusedAt = at;
            const again = messages.find((message) => message.slice(0, ID_ENDS) === text.slice(0, ID_ENDS));
            setTimeout(() => wire.send(again!), REPEAT_AFTER_MS);
          } else if (text.includes('"type":"complete"')) return;
          else if (text.startsWith('{"id":"counts"')) {
            const { objectId, likes: value } = countsOf(text);
            came(objectId);
            sawLikes(userId, objectId, value, at);
          } else if (text.startsWith('{"id":"tray"')) {
            came('tray');
            for (const { objectId, actorCount } of trayOf(text).notices)
              sawActors(userId, objectId ?? '', actorCount, at);
          } else payAct(userId, text, at);
        };
        for (const message of messages) wire.send(message);
      });
    const halves = crowds.map((_, index) => viewers.filter((__, viewer) => viewer % crowds.length === index));
    for (const [index, crowd] of crowds.entries()) {
      const members = await crowd.connect(halves[index]!);
      await inFlight(members, WIDTH, watch);
    }
    // Nothing says that a timeline began; one that is refused is asked for again.
    do await wait(SETTLED_MS);
    while (performance.now() - refusedAt < SETTLED_MS);
    begun = true;

    const random = randomOf(likes);
    const times = Array.from({ length: likes }, () => random() * minutes * 60_000).sort((one, other) => one - other);
    const liked = new Map<string, number>();
    repeats = 0;
    const began = performance.now();
    const under: Promise<unknown>[] = [];
    for (const [index, time] of times.entries()) {
      await wait(Math.max(0, began + time - performance.now()));
      const post = Math.floor(random() * POSTS);
      const objectId = posts[post]!;
      const author = viewers[post]!;
      const value = (liked.get(objectId) ?? 0) + 1;
      liked.set(objectId, value);
      const id = `like-${index}`;
      const at = performance.now();
      for (const [viewer, userId] of viewers.entries()) {
        ledgers.counts.owe(registerKey(userId, objectId, value), at);
        if ((viewer + index) % FOLLOWED === 0) ledgers.timeline.owe(`${userId} ${id}`, at);
      }
      ledgers.tray.owe(registerKey(author, objectId, value), at);
      const actorId = likers[index]!;
      const act = { id, verb: 'like', actorId, objectId, notify: [author], audience: 'FOLLOWERS' } as const;
      under.push(
        ask(index, tell([act])),
        ask(index + 1, putCounts('graphql', [{ objectId, likes: value, version: value }])),
      );
    }
    await Promise.all(under);
    await wait(AFTERMATH_MS);

    const results = Object.entries(ledgers).map(([kind, ledger]) => ({ kind, ...ledger.read() }));
    const rows = results.map(({ kind, events, lost, twice, latencies }) => [
      kind,
      `${latencies.length + lost}`,
      `${lost}`,
      `${twice}`,
      `${events}`,
      ...[0.5, 0.95, 0.99, 1].map((share) => percentile(latencies, share)),
    ]);
    const head = ['watched', 'owed', 'lost', 'twice', 'events', 'p50, ms', 'p95, ms', 'p99, ms', 'most, ms'];
    const failed = results.some(({ lost, twice }) => lost > 0 || twice > 0);
    return { table: tableOf(head, rows), failed, likes, repeats, incomplete };
  } finally {
    for (const crowd of crowds) crowd.close();
    await Promise.all(nodes.map((node) => node.stop()));
    await backEnds.stop();
  }
};

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '1' },
    'write-docs': { type: 'boolean', default: false },
  },
});
const connections = Number(values.connections);
const minutes = Number(values.minutes);
if (!(connections >= POSTS && connections <= MOST && minutes > 0 && LIKES_A_MINUTE * minutes <= MOST))
  throw new Error(`--connections takes ${POSTS} to ${MOST}, --minutes up to ${MOST / LIKES_A_MINUTE}.`);
const { table, failed, likes, repeats, incomplete } = await run({ connections, minutes });
const date = new Date().toISOString().slice(0, 10);
const about = `Measured on ${date}: ${connections} connections on two nodes, ${likes} likes in ${minutes} min, on ${machineText()}.`;
const load = loadavg()[0]!.toFixed(1);
const state = `The load of the machine was ${load} at the end; the host repeated ${repeats} calls that were UNAVAILABLE, and ${incomplete} events lacked a name that could not be read in time.`;
const report = `${about} ${state}\n\n${table}`;
process.stdout.write(`${report}\n`);
if (values['write-docs']) {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(PAGE, replaceBetween(page, '<!-- likes:begin -->', '<!-- likes:end -->', report));
}
process.exit(failed ? 1 : 0);
