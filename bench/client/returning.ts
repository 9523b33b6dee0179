/**
 * A crowd in a process of its own whose clients come back by themselves: half as `@rollcall/client` does, half as graphql-ws without
 * a `retryWait`. Its parent says where nodes are ready.
 */
import { tokenOf } from '../tokens.js';
import { DIALECTS } from './dialects.js';
import { createTally } from './tally.js';
import { randomOf, someOf } from './userIds.js';
import { openWire, type Wire } from './wire.js';

const { graphql } = DIALECTS;
const WATCHED = 50;

/** How long a client waits before an attempt, in ms, by how many failed in a row before; and for how long it waits to be let in. */
interface Manner {
  readonly waitMs: (attempt: number) => number;
  readonly patienceMs: number;
}
const MANNERS: readonly [Manner, Manner] = [
  { waitMs: (attempt) => Math.random() * 1_000 * Math.min(16, 2 ** attempt), patienceMs: 15_000 },
  { waitMs: (attempt) => 1_000 * 2 ** attempt + 300 + Math.random() * 2_700, patienceMs: Number.POSITIVE_INFINITY },
];

/** What the parent says. */
export type Order =
  | {
      readonly kind: 'come';
      readonly userIds: readonly string[];
      readonly watched: readonly string[];
      readonly width: number;
    }
  | { readonly kind: 'serving'; readonly ports: readonly number[] }
  | { readonly kind: 'report' };

export interface Report {
  /** Connected, with the present state of each whom they watch. */
  readonly live: number;
  /** Who waits before the next attempt. */
  readonly waiting: number;
  /** How long each was away, in ms, since the last report. */
  readonly absences: readonly number[];
  /** What ended connections and attempts since the last report, by close code or by what was said instead. */
  readonly ends: Readonly<Record<string, number>>;
}

let ports: readonly number[] = [];
let live = 0;
let waiting = 0;
let absences: number[] = [];
let ends: Record<string, number> = {};
const tally = createTally();
const random = randomOf(process.pid);

const ended = (how: string) => {
  ends[how] = (ends[how] ?? 0) + 1;
};

/** Resolves with why it ended, once it did; `onLive` is called when all that is watched is shown. */
const connectOnce = async (
  { token, sessionId, watching }: { readonly token: string; readonly sessionId: string; readonly watching: string },
  patienceMs: number,
  onLive: () => void,
): Promise<string> => {
  const port = ports[Math.floor(random() * ports.length)];
  if (port === undefined) return 'nowhere';
  return new Promise<string>((resolve) => {
    let wire: Wire | null = null;
    let isOver = false;
    const early: string[] = [];
    const impatience =
      patienceMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => end('gave up'), patienceMs);
    const end = (how: string) => {
      isOver = true;
      clearTimeout(impatience);
      wire?.close();
      resolve(how);
    };
    const listen = (text: string) => {
      const pong = graphql.pong(text);
      if (pong !== null) wire?.send(pong);
      else if (text.includes('"connection_ack"')) {
        clearTimeout(impatience);
        void wire?.received(WATCHED).then(() => {
          if (!isOver) onLive();
        });
        wire?.send(watching);
      } else if (/"type":"(error|complete)"|"errors"/.test(text)) end('refused');
    };
    openWire({
      port,
      path: graphql.path,
      protocol: graphql.protocol,
      eventHead: graphql.eventHead,
      tally,
      onText: (text) => (wire ? listen(text) : early.push(text)),
      onEvent: () => {},
      onClose: (code) => end(`${code ?? 'cut'}`),
    }).then(
      (opened) => {
        wire = opened;
        if (isOver) return wire.close();
        wire.onText = listen;
        early.forEach(listen);
        wire.send(
          JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}`, sessionId } }),
        );
      },
      (error: Error) => end(/HTTP\/1.1 (\d+)/.exec(error.message)?.[1] ?? 'no connection'),
    );
  });
};

/** One client, for good. `onFirst` is called when it is there for the first time. */
const run = async (userId: string, watched: readonly string[], manner: Manner, onFirst: () => void): Promise<never> => {
  const token = tokenOf(userId);
  const watching = graphql.watching(someOf(watched, WATCHED, random, null));
  let awaySince: number | null = null;
  let isNew = true;
  for (let attempt = 0; ; ) {
    let isLive = false;
    const how = await connectOnce({ token, sessionId: 'tab', watching }, manner.patienceMs, () => {
      isLive = true;
      attempt = 0;
      live += 1;
      if (isNew) onFirst();
      else if (awaySince !== null) absences.push(performance.now() - awaySince);
      isNew = false;
      awaySince = null;
    });
    if (isLive) live -= 1;
    awaySince ??= performance.now();
    ended(how);
    waiting += 1;
    await new Promise((wake) => setTimeout(wake, manner.waitMs(attempt)));
    waiting -= 1;
    attempt += 1;
  }
};

process.on('message', (order: Order) => {
  if (order.kind === 'serving') ports = order.ports;
  else if (order.kind === 'report') {
    process.send?.({ live, waiting, absences, ends } satisfies Report);
    absences = [];
    ends = {};
  } else {
    let next = 0;
    const comeNext = () => {
      const index = next++;
      const userId = order.userIds[index];
      if (userId !== undefined) void run(userId, order.watched, MANNERS[index % 2]!, comeNext);
    };
    for (let place = 0; place < order.width; place += 1) comeNext();
  }
});
