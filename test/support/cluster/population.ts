/**
 * Users of every kind, some hundreds with `npm run test:thorough`, over all nodes of a cluster and watched at each: what they do before Redis
 * forgets a part of it, and what everybody must be shown ever after.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { type Presence, Refusal, type Status } from '../http/api.js';
import { isLive, isOffline, type Observer, observe } from '../http/observer.js';
import type { Cluster, Node } from './cluster.js';
import { type Crowd, gather } from './crowd.js';
import { type JournalRow, noteJournal } from './journalHistory.js';
import { rounds } from './rounds.js';

/** How many there are of each kind, and what they do. */
const KINDS = {
  /** Connected before, during and after it, and nothing else. */
  stays: rounds(16, 140),
  /** Connected, with a message that nobody is to see again. */
  hides: rounds(8, 30),
  /** Was invisible, and is no more. */
  reveals: rounds(4, 10),
  /** Had said something else. */
  says: rounds(6, 20),
  /** Had said something, and took it back. */
  clears: rounds(4, 10),
  busy: rounds(6, 20),
  /** The host puts an activity. */
  hostProvided: rounds(4, 10),
  /** Ends its only session, over HTTP. */
  ends: rounds(6, 15),
  /** Closes its connection, and its grace is over. */
  closes: rounds(6, 20),
  /** Connects. */
  comes: rounds(6, 15),
  /** An app that lives by heartbeats, before and after. */
  app: rounds(4, 10),
  /** An app that begins. */
  appears: rounds(4, 10),
  /** Its user is deleted. */
  deleted: rounds(3, 5),
  /** The last to hide and to write a message: acknowledged, without a wait until it was shown. */
  hidesLast: rounds(4, 10),
  saysLast: rounds(4, 10),
} as const;
type Kind = keyof typeof KINDS;
/** Those of whom the journal has something to say. */
const KEPT: ReadonlySet<Kind> = new Set<Kind>([
  ...(['hides', 'reveals', 'says', 'clears', 'busy', 'ends', 'closes', 'hidesLast', 'saysLast'] as const),
]);
/** Those of them whose last change the journal has before it is acknowledged. */
const KEPT_AT_ONCE: ReadonlySet<Kind> = new Set<Kind>(['hides', 'hidesLast']);

/** Users who act afterwards: enough for some to be on every master of a Redis Cluster. */
const HERALDS = 15;
/** How many requests are made at once: the nodes share the machine with the test. */
const AT_ONCE = 20;
/** What is kept is in the journal within two seconds, and shown in no more; a busy machine may take longer. */
const PERSISTED_WITHIN_MS = 10_000;
const SHOWN_WITHIN_MS = 20_000;
/** Far longer than any recovery takes. */
const ANSWERED_WITHIN_MS = 60_000;
/** So much of its log tells what a node that gives no answer does instead. */
const LOG_CHARS = 2_000;
/** How long it is between two questions of whoever asks all the time. */
const ASKS_EVERY_MS = rounds(250, 100);

const each = async <T>(items: readonly T[], act: (item: T, place: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let place = next++; place < items.length; place = next++) await act(items[place]!, place);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
};

const contentOf = ({ asOf: _, id: __, ...content }: Presence) => content;

interface Finding {
  readonly userId: string;
  readonly what: string;
  readonly example?: unknown;
}

/** Where the events for one viewer about one user, in their order, do not go forward. */
const backward = function* (events: readonly Presence[]): Generator<Finding> {
  const before = new Map<string, Presence>();
  for (const next of events) {
    const { userId, asOf } = next;
    const last = before.get(userId);
    before.set(userId, next);
    if (!last) continue;
    const ms = Date.parse(asOf) - Date.parse(last.asOf);
    if (ms < 0) yield { userId, what: 'asOf goes back', example: [last, next] };
    if (ms === 0 && !isDeepStrictEqual(contentOf(next), contentOf(last))) {
      yield { userId, what: 'one asOf has two contents', example: [last, next] };
    }
  }
};

/** Collects what is wrong, by what it is: of hundreds of users one is as good as any other. */
const createFindings = (kindOf: (userId: string) => string) => {
  const times = new Map<string, number>();
  return {
    add({ userId, what, example }: Finding) {
      const finding = `${kindOf(userId)}: ${what}`;
      const before = times.get(finding) ?? 0;
      times.set(finding, before + 1);
      if (before === 0 && example !== undefined) console.log(finding, '\n', JSON.stringify(example));
    },
    /** One line each, such as `12 times of hides: …`. */
    lines: () => [...times].map(([finding, count]) => `${count} times of ${finding}`),
  };
};

export interface Population {
  readonly ids: readonly string[];
  of(kind: Kind): readonly string[];
  readonly watchers: readonly Observer[];
  /** What happens before Redis forgets it: all acknowledged, and all but the very last seen by every watcher. */
  change(): Promise<void>;
  /** From now on all nodes are asked again and again for everybody. */
  askOn(): void;
  /** Resolves once each node has answered what it is asked from now on, with how long that took, in ms; rejects after a minute. */
  answered(): Promise<number>;
  /** Waits until all is shown that will be, and resolves with what differs from what was acknowledged. */
  findings(): Promise<readonly string[]>;
}

/**
 * Makes everybody known and live at the first two nodes. A third, if there is one, serves nobody but one who is lost
 * with it in the end: it takes as long as anybody could to be declared lost.
 */
export const populate = async (cluster: Cluster): Promise<Population> => {
  const journal = await noteJournal(cluster.databaseUrl);
  onTestFinished(() => journal.close());
  const total = Object.values(KINDS).reduce((sum, count) => sum + count, 0);
  const everybody = await cluster.followed('watcher', 'user', total + HERALDS + 1);
  const [canary, ...heraldIds] = everybody.slice(total) as [string, ...string[]];
  const ids = everybody.slice(0, total);
  const groups = new Map<Kind, readonly string[]>();
  let from = 0;
  for (const [kind, count] of Object.entries(KINDS)) {
    groups.set(kind as Kind, ids.slice(from, from + count));
    from += count;
  }
  const of = (kind: Kind) => groups.get(kind) ?? [];
  const host = cluster.host();
  const serving: readonly Node[] = cluster.nodes.slice(0, 2);
  const nodeAt = (place: number) => serving[place % serving.length]!;
  const personOf = (id: string, place: number) => cluster.person(id, nodeAt(place));

  const withoutConnection = new Set([...of('ends'), ...of('app'), ...of('appears'), ...of('deleted')]);
  const later = new Set([...of('closes'), ...of('comes')]);
  const connected = ids.filter((id) => !withoutConnection.has(id) && !later.has(id));
  const stays = await gather({ ids: connected, at: nodeAt, device: 'WEB' });
  const closes = await gather({ ids: of('closes'), at: nodeAt, device: 'DESKTOP' });
  const crowds: Crowd[] = [];
  await each(of('hides'), (id, i) => personOf(id, i).say('before it hid'));
  await each(of('reveals'), (id, i) => personOf(id, i).setPresence({ status: 'INVISIBLE' }));
  await each([...of('says'), ...of('clears')], (id, i) => personOf(id, i).say('said before'));
  await each([...of('ends'), ...of('app'), ...of('deleted')], (id, i) =>
    personOf(id, i).heartbeat({ sessionId: 'phone', device: 'MOBILE' }),
  );
  const heralds = await Promise.all(heraldIds.map((id, i) => personOf(id, i).connect({ sessionId: 'tab' })));
  const last = cluster.nodes[serving.length];
  if (last) await cluster.person(canary, last).connect();

  const watchers = await Promise.all(
    serving.map(async (node) => observe(await cluster.person('watcher', node).connect({ presence: false }))),
  );
  const seenByAll = async (who: readonly string[], wanted: (presence: Presence) => boolean): Promise<void> => {
    await Promise.all(watchers.map((watcher) => watcher.until(who, wanted)));
  };
  const notLive = new Set([...of('reveals'), ...of('comes'), ...of('appears')]);
  await seenByAll(
    ids.filter((id) => !notLive.has(id)),
    isLive,
  );
  await seenByAll([...notLive], isOffline);
  if (last) await seenByAll([canary], isLive);

  /** What every watcher must be shown of each from the fault on. */
  let shown: ReadonlyMap<string, ReturnType<typeof contentOf>> = new Map();
  const startedAt = new Map<string, string>();
  /** What each of them answered since, and before. */
  const answers: Presence[][] = serving.map(() => []);
  let earlier: readonly Presence[][] = [];

  const chosenOf = (kind: Kind): Status =>
    kind === 'hides' || kind === 'hidesLast' ? 'INVISIBLE' : kind === 'busy' ? 'DO_NOT_DISTURB' : 'ONLINE';
  const textOf = (kind: Kind): string | null =>
    kind === 'hides' ? 'before it hid' : kind === 'says' ? 'said after' : kind === 'saysLast' ? 'said last' : null;

  const kindOf = new Map([...groups].flatMap(([kind, some]) => some.map((id) => [id, kind] as const)));
  const findings = createFindings((userId) => kindOf.get(userId) ?? userId);

  /** Compares what an event or an answer after the fault says with what was acknowledged before it. */
  const compare = (where: string, presence: Presence): void => {
    const { userId, status, statusMessage } = presence;
    const kind = kindOf.get(userId);
    if (kind === undefined) return;
    const content = contentOf(presence);
    const wanted =
      kind === 'hidesLast'
        ? { ...content, status: 'OFFLINE', statusMessage: null }
        : kind === 'saysLast'
          ? { ...content, status: 'ONLINE', statusMessage: { text: 'said last', emoji: null, expiresAt: null } }
          : shown.get(userId);
    if (isDeepStrictEqual(content, wanted)) return;
    const what = `${where} shows ${status}, ${statusMessage?.text ?? 'no message'}`;
    findings.add({ userId, what, example: { shown: content, wanted } });
  };

  /** What became of the latest question to each. */
  const latest: string[] = [];
  /** What a host's back end is answered at a node, or refused. */
  const ask = async (node: Node, place: number): Promise<boolean> => {
    latest[place] = 'is being asked';
    try {
      answers[place]?.push(...(await cluster.host(node).presence(ids)));
      return true;
    } catch (error) {
      const code = error instanceof Refusal ? error.code : error;
      latest[place] = String(error);
      if (code !== 'UNAVAILABLE') findings.add({ userId: '', what: `an answer is ${code}` });
      return false;
    }
  };
  let over = false;
  const asking: Promise<void>[] = [];
  /** Who waits for the next answer of each node to what it was not asked yet. */
  const awaited = serving.map(() => new Set<() => void>());
  const askNoMore = async () => {
    over = true;
    await Promise.all(asking);
  };
  onTestFinished(askNoMore);

  /** What a user's row in the journal is to say. */
  const rowOf = (id: string): readonly string[] => {
    const kind = kindOf.get(id);
    if (kind === undefined || kind === 'deleted') return [];
    const lastSeen = kind === 'hidesLast' ? null : (shown.get(id)?.lastSeen ?? null);
    return [chosenOf(kind), textOf(kind) ?? 'no message', ...(lastSeen ? [lastSeen] : [])];
  };
  const sayingOf = ({ userId, chosen, text, lastSeen }: JournalRow): readonly string[] => {
    const seen = lastSeen === null ? 'never' : new Date(lastSeen).toISOString();
    return [chosen, text ?? 'no message', seen].slice(0, rowOf(userId).length);
  };
  const isRight = (row: JournalRow) => isDeepStrictEqual(sayingOf(row), rowOf(row.userId));
  /** Users of whom the journal had what was acknowledged. */
  const right = new Set<string>();

  /** What the journal had of that it keeps, and in the end it has all of it. */
  const compareJournal = async (): Promise<void> => {
    for (const row of await journal.take()) {
      if (isRight(row)) right.add(row.userId);
      // A change that it had not got by the fault comes with the node that remembers it. Another node may restore the user
      // before, from what the journal has; nobody is shown that, since the shard recovers until both have restored.
      const kind = kindOf.get(row.userId);
      const mayCome = kind !== undefined && KEPT.has(kind) && !KEPT_AT_ONCE.has(kind) && !right.has(row.userId);
      if (isRight(row) || mayCome) continue;
      const example = [sayingOf(row), rowOf(row.userId)];
      findings.add({ userId: row.userId, what: 'the journal was given what is not so', example });
    }
    const persisted = ids.filter((id) => KEPT.has(kindOf.get(id)!));
    const missing = async () => {
      const present = await journal.present();
      return persisted.filter((id) => !present.has(id) || !isRight(present.get(id)!));
    };
    const deadline = performance.now() + PERSISTED_WITHIN_MS;
    while ((await missing()).length > 0 && performance.now() < deadline) await wait(ASKS_EVERY_MS);
    for (const id of await missing()) {
      findings.add({ userId: id, what: `the journal does not say ${rowOf(id).slice(0, 2)}` });
    }
    const present = await journal.present();
    for (const id of of('deleted')) {
      if (present.has(id)) findings.add({ userId: id, what: 'the journal has it again' });
    }
  };

  return {
    ids,
    of,
    watchers,

    async change() {
      await each(of('hides'), (id, i) => personOf(id, Math.floor(i / 2)).setPresence({ status: 'INVISIBLE' }));
      await each(of('reveals'), (id, i) => personOf(id, i + 1).setPresence({ status: 'ONLINE' }));
      await each(of('says'), (id, i) => personOf(id, Math.floor(i / 2)).say('said after'));
      await each(of('clears'), (id, i) => personOf(id, i).setPresence({ statusMessage: null }));
      await each(of('busy'), (id, i) => personOf(id, Math.floor(i / 2)).setPresence({ status: 'DO_NOT_DISTURB' }));
      await each(of('hostProvided'), (id) => host.putActivity(id, 'calls', [{ type: 'IN_CALL', name: 'a meeting' }]));
      await each(of('ends'), async (id, i) => expect(await personOf(id, i + 1).endSession('phone')).toBe(true));
      await closes.leave();
      crowds.push(await gather({ ids: of('comes'), at: nodeAt, device: 'WEB' }));
      await each(of('appears'), (id, i) => personOf(id, i).heartbeat({ sessionId: 'phone', device: 'MOBILE' }));
      await each(of('deleted'), (id) => host.deleteUser(id));

      await seenByAll([...of('hides'), ...of('ends'), ...of('closes'), ...of('deleted')], isOffline);
      await seenByAll([...of('reveals'), ...of('comes'), ...of('appears')], isLive);
      await seenByAll(of('says'), ({ statusMessage }) => statusMessage?.text === 'said after');
      await seenByAll(of('clears'), ({ statusMessage }) => statusMessage === null);
      await seenByAll(of('busy'), ({ status }) => status === 'DO_NOT_DISTURB');
      await seenByAll(of('hostProvided'), ({ activities }) => activities.length === 1);

      const [first, second] = watchers;
      for (const id of ids) expect(contentOf(second!.latest.get(id)!)).toEqual(contentOf(first!.latest.get(id)!));
      shown = new Map(ids.map((id) => [id, contentOf(first!.latest.get(id)!)]));
      for (const [i, node] of serving.entries()) expect(await ask(node, i)).toBe(true);
      await each(of('stays').slice(0, 20), async (id) => {
        const [session] = (await cluster.person(id).me()).sessions;
        startedAt.set(id, session?.startedAt ?? '');
      });
      await journal.take();
      for (const row of (await journal.present()).values()) if (isRight(row)) right.add(row.userId);
      await each(of('saysLast'), (id, i) => personOf(id, Math.floor(i / 2)).say('said last'));
      await each(of('hidesLast'), (id, i) => personOf(id, Math.floor(i / 2)).setPresence({ status: 'INVISIBLE' }));
      for (const watcher of watchers) watcher.forget();
      earlier = answers.map((some) => some.splice(0));
    },

    askOn() {
      const goOn = async (node: Node, place: number) => {
        while (!over) {
          const waiting = [...awaited[place]!];
          if (await ask(node, place)) for (const answered of waiting) answered();
          await wait(ASKS_EVERY_MS);
        }
      };
      asking.push(...serving.map(goOn));
    },

    async answered() {
      const beganAt = performance.now();
      await Promise.all(
        awaited.map(
          (waiting, i) =>
            new Promise<void>((resolve, reject) => {
              const noAnswer = async () => {
                const { readiness, run } = serving[i]!;
                const said = `${latest[i]}; /ready is ${await readiness()}; its log ends ${run.output().slice(-LOG_CHARS)}`;
                reject(new Error(`node ${i} gave no answer within ${ANSWERED_WITHIN_MS} ms: ${said}`));
              };
              const limit = setTimeout(noAnswer, ANSWERED_WITHIN_MS);
              waiting.add(() => {
                clearTimeout(limit);
                resolve();
              });
            }),
        ),
      );
      return performance.now() - beganAt;
    },

    async findings() {
      const shownSoon = async (who: readonly string[], wanted: (presence: Presence) => boolean) => {
        const late = await Promise.allSettled(watchers.map((watcher) => watcher.until(who, wanted, SHOWN_WITHIN_MS)));
        for (const result of late)
          if (result.status === 'rejected') {
            findings.add({ userId: who[0]!, what: String(result.reason) });
          }
      };
      // Commands from now on take effect, over every transport, and after all earlier ones.
      await Promise.all(
        heralds.map(async (socket, i) => {
          const say = async (): Promise<unknown> => socket.say(`after ${i}`).catch(say);
          await say();
          await shownSoon([heraldIds[i]!], ({ statusMessage }) => statusMessage?.text === `after ${i}`);
        }),
      );
      await shownSoon(of('hidesLast'), isOffline);
      await shownSoon(of('saysLast'), ({ statusMessage }) => statusMessage?.text === 'said last');
      // Had anybody been declared lost, it would show by then.
      if (last) {
        await last.stop('SIGKILL');
        await shownSoon([canary], isOffline);
      }
      await askNoMore();

      for (const watcher of watchers) {
        for (const event of watcher.events) compare('an event', event);
        for (const finding of backward(watcher.events)) findings.add(finding);
      }
      for (const [i, node] of serving.entries()) {
        if (!(await ask(node, i))) findings.add({ userId: '', what: 'no answer in the end' });
        const answered = answers[i] ?? [];
        for (const presence of answered) compare('an answer', presence);
        for (const finding of backward([...(earlier[i] ?? []), ...answered])) findings.add(finding);
      }
      for (const crowd of [stays, ...crowds]) {
        for (const { id, code } of crowd.closes) findings.add({ userId: id, what: `its connection closed: ${code}` });
      }

      await each(
        ids.filter((id) => kindOf.get(id) !== 'deleted'),
        async (id) => {
          const kind = kindOf.get(id)!;
          const { chosenStatus, sessions } = await cluster.person(id).me();
          const sessionIds = kind === 'ends' || kind === 'closes' ? [] : [withoutConnection.has(id) ? 'phone' : 'tab'];
          const has = sessions.map((session) => session.id);
          const found = [
            ...(chosenStatus === chosenOf(kind) ? [] : [`chose ${chosenOf(kind)}, and has ${chosenStatus}`]),
            ...(has.join() === sessionIds.join() ? [] : [`has the sessions ${has} rather than ${sessionIds}`]),
            ...(startedAt.has(id) && sessions[0]?.startedAt !== startedAt.get(id) ? ['its session began anew'] : []),
          ];
          for (const what of found) findings.add({ userId: id, what });
        },
      );
      await compareJournal();
      return findings.lines();
    },
  };
};
