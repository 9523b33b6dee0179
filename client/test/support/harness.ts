/** A client of a server in memory, on fake timers. */
import { afterEach, beforeEach, vi } from 'vitest';
import {
  createPresenceClient,
  type PresenceClient,
  type PresenceClientOptions,
  type PresenceError,
} from '../../src/index.js';
import { createFakeServer, type FakeServer } from './fakeServer.js';

export interface Setup {
  readonly server: FakeServer;
  readonly client: PresenceClient;
  /** What was given to `onError`. */
  readonly errors: PresenceError[];
}

/** Jitter takes the whole of the back-off, and nothing goes over HTTP, unless a test says otherwise. */
export const withFakeTime = (): void => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
};

const clients: PresenceClient[] = [];

/** Lets everything happen that is due within so many milliseconds. */
export const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

/** A client that has connected, unless the server does not let it. */
export const setUp = async (
  options: Partial<PresenceClientOptions> = {},
  server: FakeServer = createFakeServer(),
): Promise<Setup> => {
  const errors: PresenceError[] = [];
  const client = createPresenceClient({
    url: 'ws://server/graphql',
    token: () => 'token',
    webSocketImpl: server.webSocketImpl,
    page: null,
    onError: (error) => errors.push(error),
    ...options,
  });
  clients.push(client);
  await pass(0);
  return { server, client, errors };
};

/** The outcome of a promise so far. */
export const outcomeOf = <T>(promise: Promise<T>): { value?: T; error?: PresenceError } => {
  const outcome: { value?: T; error?: PresenceError } = {};
  promise.then(
    (value) => {
      outcome.value = value;
    },
    (error) => {
      outcome.error = error as PresenceError;
    },
  );
  return outcome;
};
