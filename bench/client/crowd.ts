/** Many users at one server: connecting, subscribing, changing. */
import { tokenOf } from '../tokens.js';
import { type Change, DIALECTS, type Dialect, type DialectName } from './dialects.js';
import { createPoster } from './poster.js';
import type { Request } from './socialMessages.js';
import { createStopwatch, DIGITS, MARK, type Stopwatch } from './stopwatch.js';
import { createTally, type Tally } from './tally.js';
import { openWire, type Wire } from './wire.js';

/** How many connect, or subscribe, at once. */
const STORM_WIDTH = 128;
export const HTTP_CONNECTIONS = 32;

/** Where the server is, and what it is. */
export interface Target {
  readonly port: number;
  readonly pid: number;
  readonly dialect: DialectName;
  /** The server's heap and resident memory after a collection, in bytes. */
  memory(): Promise<{ readonly heap: number; readonly rss: number }>;
}

export interface Member {
  readonly userId: string;
  readonly wire: Wire;
}

export interface Crowd {
  readonly dialect: Dialect;
  readonly tally: Tally;
  /** Times the deliveries of changes that were begun with `time`. */
  readonly stopwatch: Stopwatch;
  /** Of the host's back end. */
  readonly hostToken: string;
  /** Opens a socket for each, signed in. */
  connect(userIds: readonly string[]): Promise<readonly Member[]>;
  /** Subscribes one of them by this message, and waits for the events with which the subscription begins. */
  subscribe(member: Member, message: string, beginsWith: number): Promise<void>;
  /** Subscribes one of them, and waits for the present state of each whom they watch. */
  watch(member: Member, userIds: readonly string[], named?: boolean): Promise<void>;
  /** Makes a change over HTTP, in the name of its user. */
  post(change: Change): Promise<void>;
  /** Asks over HTTP, in the name of a user, or of the host where that is null. Resolves with the body of the answer. */
  ask(userId: string | null, request: Request): Promise<string>;
  /** Makes a change over the user's own socket, on which nothing else may be asked meanwhile. */
  say(member: Member, change: Change): Promise<void>;
  /** Times the deliveries of a change from that instant on (of `performance.now`). */
  time(change: Change, from: number): void;
  /** A change of that user that nobody made before. */
  change(userId: string): Change;
  /** Closes all that is open. */
  close(): void;
}

/** Runs `work` over all items, `width` at a time, in their order. */
export const inFlight = async <T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      await work(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
};

export const createCrowd = ({ port, dialect: name }: Target): Crowd => {
  const dialect = DIALECTS[name];
  const tally = createTally();
  const stopwatch = createStopwatch();
  let timed = false;
  const poster = createPoster({ port, connections: HTTP_CONNECTIONS });
  const tokens = new Map<string, string>();
  const hostToken = tokenOf('the-host', { service: true });
  const sent = new Map<string, Change>();
  const wires: Wire[] = [];
  let changes = 0;

  const tokenFor = (userId: string): string => {
    const token = tokens.get(userId) ?? tokenOf(userId);
    tokens.set(userId, token);
    return token;
  };

  tally.checkWith((event) => {
    const seen = dialect.changeOf(event);
    // The present state of a user who never changed anything has no text.
    if (seen.text === '') return;
    const change = sent.get(seen.text);
    if (change?.userId !== seen.userId || change.status !== seen.status)
      throw new Error(`This was never said: ${event}`);
  });

  const onEvent = (data: Buffer, start: number, size: number): void => {
    if (timed) stopwatch.arrived(data, start, size);
  };

  const connectOne = async (userId: string): Promise<Member> => {
    const { path, protocol, eventHead } = dialect;
    const token = tokenFor(userId);
    const early: string[] = [];
    const wire = await openWire({
      port,
      path,
      protocol,
      eventHead,
      tally,
      onText: (text) => early.push(text),
      onEvent,
    });
    wires.push(wire);
    await new Promise<void>((resolve) => {
      wire.onText = (text) => {
        const reply = dialect.reply(text, token);
        if (reply === null) resolve();
        else wire.send(reply);
      };
      for (const text of early) wire.onText(text);
      const greeting = dialect.greeting(token);
      if (greeting !== null) wire.send(greeting);
    });
    const listen = (text: string) => {
      const pong = dialect.pong(text);
      if (pong === null) throw new Error(`Not understood: ${text}`);
      wire.send(pong);
    };
    wire.onText = listen;
    return { userId, wire };
  };

  const subscribe: Crowd['subscribe'] = async ({ wire }, message, beginsWith) => {
    tally.expect(beginsWith);
    wire.send(message);
    await wire.received(beginsWith);
  };

  return {
    dialect,
    tally,
    stopwatch,
    hostToken,
    async connect(userIds) {
      // Beforehand: tokens are the client's to make, and none of the server's work.
      userIds.forEach(tokenFor);
      const members: Member[] = [];
      await inFlight(userIds, STORM_WIDTH, async (userId, index) => {
        members[index] = await connectOne(userId);
      });
      return members;
    },
    subscribe,
    watch: (member, userIds, named) => subscribe(member, dialect.watching(userIds, named), userIds.length),
    ask: (userId, { path, body }) => poster.post(path, userId === null ? hostToken : tokenFor(userId), body),
    async post(change) {
      const { path, body } = dialect.request(change);
      await poster.post(path, tokenFor(change.userId), body);
    },
    async say({ wire }, change) {
      const listen = wire.onText;
      await new Promise<void>((resolve) => {
        wire.onText = (text) => {
          const pong = dialect.pong(text);
          if (pong !== null) wire.send(pong);
          else if (dialect.isAnswer(text)) resolve();
        };
        wire.send(dialect.message(change));
      });
      wire.onText = listen;
    },
    time({ text }, from) {
      timed = true;
      stopwatch.start(Number(text.slice(MARK.length)), from);
    },
    change(userId) {
      changes += 1;
      const text = `${MARK}${String(changes).padStart(DIGITS, '0')}`;
      const change: Change = { userId, text, status: changes % 2 === 0 ? 'ONLINE' : 'AWAY' };
      sent.set(text, change);
      return change;
    },
    close() {
      poster.close();
      for (const wire of wires) wire.close();
    },
  };
};
