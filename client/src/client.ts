/** The client, wired: what comes over the connection goes to the stores, what the program says goes over the connection. */
import { Connection } from './connection.js';
import { Conversations } from './conversations.js';
import {
  END_SESSION,
  HEARTBEAT,
  PRESENCE_CHANGED,
  PRESENCES,
  relationDocument,
  SET_PRESENCE,
  SET_TYPING,
  UPDATE_PRIVACY,
} from './documents.js';
import { isTemporary, type PresenceError, presenceError } from './errors.js';
import { Heartbeat } from './heartbeat.js';
import { hideOperation, openHidden } from './hiding.js';
import { Idleness } from './idleness.js';
import { INTERNALS, type Internals, type WithInternals } from './internals.js';
import { LatestById } from './latestById.js';
import { Operations } from './operations.js';
import { OwnState } from './ownState.js';
import { browserPage, type PageEvent } from './page.js';
import { PresenceChoice } from './presenceChoice.js';
import { printDocument } from './printDocument.js';
import { Recheck } from './recheck.js';
import { Retained } from './retained.js';
import { Roster } from './roster.js';
import { createSessionIdStore, type SessionIdStore } from './sessionIds.js';
import type {
  DeviceType,
  Presence,
  PresenceClient,
  PresenceClientOptions,
  Privacy,
  Readable,
  SessionStorage,
} from './types.js';
import { TypingSender } from './typingSender.js';
import { isUserId } from './userIds.js';
import { WatchedIds } from './watchedIds.js';
import type { Operation } from './wire.js';

/** For how long signing out waits for the server. */
const SIGN_OUT_LIMIT_MS = 3_000;
/** Of one query for users of whom nothing came: fewer than what the server takes for a large read. */
const RECHECKED_AT_ONCE = 500;

const isReactNative = (): boolean => typeof navigator !== 'undefined' && navigator.product === 'ReactNative';

/** Reading `sessionStorage` throws where the user forbids it. */
const pageStorage = (): SessionStorage | null => {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
};

/** The address with its scheme, without a fragment. A relative one needs a page. */
const absoluteUrl = (url: string, isStarted: boolean): string => {
  const hasBase = typeof location !== 'undefined' && /^https?:/.test(location.href);
  const absolute = !/^[a-z]+:/i.test(url) && hasBase ? new URL(url, location.href).href : url;
  if (isStarted && !/^(http|ws)s?:\/\/./i.test(absolute)) {
    throw presenceError('BAD_USER_INPUT', `The url must be an http(s) or ws(s) address, and is "${url}".`);
  }
  return absolute.replace(/#.*$/, '');
};

/** The caller's own id where it was given; else that of the tab. */
const sessionIdsOf = ({ sessionId, storage }: PresenceClientOptions, hasPage: boolean): SessionIdStore => {
  if (sessionId !== undefined) return { id: sessionId, putBack() {}, take() {}, forget() {} };
  return createSessionIdStore(storage === undefined ? pageStorage() : storage, hasPage);
};

/** Whether it is what is sent last of a user who cannot be seen any more. One who never came looks the same. */
const isBlank = ({ status, statusMessage, lastSeen, user }: Presence): boolean =>
  status === 'OFFLINE' && statusMessage === null && lastSeen === null && user.name === null && user.avatarUrl === null;

/**
 * Makes a client, which connects at once: being connected is what makes its user live. Where a page is rendered on a
 * server (neither a page nor React Native, and no `webSocketImpl`) it does nothing. Throws a {@link PresenceError} with the
 * code BAD_USER_INPUT for a `url` that is none, and where there is no WebSocket.
 */
export const createPresenceClient = (options: PresenceClientOptions): PresenceClient => {
  const page = options.page === undefined ? browserPage() : options.page;
  const isStarted = page !== null || isReactNative() || options.webSocketImpl !== undefined;
  const webSocketImpl = options.webSocketImpl ?? globalThis.WebSocket;
  if (isStarted && typeof webSocketImpl !== 'function') {
    throw presenceError('BAD_USER_INPUT', 'There is no WebSocket here; give one as webSocketImpl.');
  }
  const url = absoluteUrl(options.url, isStarted);
  const device: DeviceType | undefined = options.device ?? (isReactNative() ? 'MOBILE' : page ? 'WEB' : undefined);
  const session = sessionIdsOf(options, page !== null);
  let lastToken = '';

  const onError = (error: PresenceError) => {
    try {
      if (options.onError) options.onError(error);
      else console.error(error);
    } catch (fault) {
      console.error(fault);
    }
  };
  const report = (cause: unknown) =>
    onError(presenceError('LISTENER', `A listener threw: ${String(cause)}`, { cause }));
  const unlessTemporary = (error: PresenceError) => {
    if (!isTemporary(error)) onError(error);
  };

  const operations = new Operations();
  const connection = new Connection({
    token: options.token,
    open: (token, on) => {
      lastToken = token;
      return openHidden({
        url: url.replace(/^http/i, 'ws'),
        webSocketImpl,
        params: { authorization: `Bearer ${token}`, sessionId: session.id, device },
        hiding: () => hideOperation(choice.hiding, session.id),
        onReady: on.ready,
        onEnd: on.end,
      });
    },
    onUp: (wire) => {
      operations.up(wire);
      for (const userId of watched.keys()) if (presences.get(userId)) recheck.suspect(userId);
      roster.up();
      heartbeat.start();
      choice.up();
    },
    onDown: () => {
      heartbeat.stop();
      typing.reset();
      operations.down();
      choice.down();
      recheck.stop();
      roster.down();
      users.down();
      conversations.down();
    },
    report,
  });

  // What others are seen as.
  const receive = (presence: Presence) => {
    own.receive(presence);
    const { userId } = presence;
    const before = presences.get(userId);
    presences.receive(presence);
    recheck.clear(userId);
    // The last thing that is sent of a user who cannot be seen any more looks as that of one who never came.
    if (isBlank(presence) && before && !isBlank(before)) recheck.suspect(userId);
  };
  const presences = new LatestById<Presence>(report, (userId) => roster.changed(userId));
  const forget = (userId: string) => {
    if (watched.has(userId) || roster.has(userId)) return;
    recheck.clear(userId);
    presences.forget(userId);
  };
  const recheck = new Recheck({
    ask: async (userIds) => {
      const there = new Set<string>();
      for (let i = 0; i < userIds.length; i += RECHECKED_AT_ONCE) {
        const some = userIds.slice(i, i + RECHECKED_AT_ONCE);
        const { presence } = await operations.send<{ presence: readonly { userId: string }[] }>(PRESENCES, {
          userIds: some,
        });
        for (const { userId } of presence) there.add(userId);
      }
      return there;
    },
    onAbsent: (userId) => presences.hide(userId),
  });
  const users = new WatchedIds({
    maxInOne: 1_000,
    maxInAll: 5_000,
    subscribe: (userIds, onStart, onRefused) =>
      operations.subscribe<{ presenceChanged: Presence }>(
        PRESENCE_CHANGED,
        { userIds },
        ({ presenceChanged }) => {
          onStart();
          if (watched.has(presenceChanged.userId)) receive(presenceChanged);
        },
        onRefused,
      ),
    onError: unlessTemporary,
  });
  const watched = new Retained<string>({
    onFirst: (userId) => users.add(userId),
    onGone: (userId) => {
      users.remove(userId);
      forget(userId);
    },
  });
  const roster = new Roster({
    operations,
    receive,
    presenceOf: (userId) => presences.get(userId),
    onLeft: forget,
    onError: unlessTemporary,
    report,
  });
  const conversations = new Conversations({ operations, onError: unlessTemporary, report });
  const own = new OwnState({ operations, onError: unlessTemporary, report });

  // What the caller says.
  const choice = new PresenceChoice(async (input) => {
    const { setPresence } = await operations.send<{ setPresence: Presence }>(SET_PRESENCE, { input });
    own.receive(setPresence);
    if (watched.has(setPresence.userId)) presences.receive(setPresence);
    return setPresence;
  });
  const typing = new TypingSender({
    isUp: () => operations.isUp,
    send: (conversationId, isTyping) => operations.send(SET_TYPING, { input: { conversationId, isTyping } }),
  });
  const idleness = new Idleness(() => heartbeat.beat());
  const heartbeat = new Heartbeat({
    send: async (idle) => {
      const { heartbeat } = await operations.send<{
        heartbeat: { intervalSeconds: number; places: readonly string[] };
      }>(internals.heartbeat, { input: { idle } });
      internals.onPlaces?.(heartbeat.places);
      return heartbeat.intervalSeconds;
    },
    isIdle: () => idleness.isIdle,
    onSilence: () => connection.lost(),
  });
  const relate = async (field: string, userId: string): Promise<void> => {
    // To follow and to unfollow are of one topic, and so are blocking and unblocking.
    await request(relationDocument(field), { userId }, field.replace('un', '') + userId);
    // Of a user who leaves the roster and can still be seen nothing is sent.
    if (field === 'unfollow') roster.suspect(userId);
  };

  const request: Operations['request'] = (query, variables, topic) => {
    const { phase, error } = connection.state.get();
    if (phase === 'unauthorized' && error) return Promise.reject(error);
    return operations.request(query, variables, topic);
  };

  /** Over HTTP, where there is no connection; rejects without a `fetch`. Before there was a token there is nothing to say. */
  const post = async (operation: Operation): Promise<unknown> => {
    if (!lastToken) return;
    const headers = { authorization: `Bearer ${lastToken}`, 'content-type': 'application/json' };
    const body = JSON.stringify(operation);
    return fetch(url.replace(/^ws/i, 'http'), { method: 'POST', headers, body, keepalive: true });
  };
  /** What was last posted as the app went to the background. Never rejects. */
  let kept: Promise<unknown> = Promise.resolve();

  // The page.
  let isLeft = false;
  const comeBack = () => {
    if (!isLeft) return;
    isLeft = false;
    session.take();
    connection.start();
  };
  const onPage = (event: PageEvent) => {
    if (event === 'leave') {
      isLeft = true;
      session.putBack();
      connection.pause();
    } else if (event === 'hidden') idleness.setHidden(true);
    else if (event === 'input') idleness.input();
    else {
      comeBack();
      if (event !== 'online') idleness.setHidden(page?.isHidden() ?? false);
      connection.hasten();
      // The connection may have died while the device slept.
      heartbeat.beat();
    }
  };
  const leavePage = page?.subscribe(onPage);
  if (page) idleness.start(page.isHidden());

  connection.state.subscribe(({ phase, error }) => {
    if (phase !== 'unauthorized' || !error) return;
    operations.rejectWaiting(error);
    onError(error);
  });

  /** Nothing is received or sent any more, and what was shown is not. */
  const end = (error: PresenceError) => {
    leavePage?.();
    idleness.stop();
    heartbeat.stop();
    typing.reset();
    choice.end(error);
    operations.end(error);
    recheck.stop();
    users.clear();
    watched.clear();
    roster.clear();
    conversations.clear();
    own.clear();
    presences.clear();
  };
  let finishSigningOut!: () => void;
  const signedOut = new Promise<void>((resolve) => {
    finishSigningOut = () => resolve();
  });

  const internals: Internals = { operations, request, session, heartbeat: HEARTBEAT, onError, report };
  if (isStarted) connection.start();
  const client: PresenceClient & WithInternals = {
    [INTERNALS]: internals,
    presence: (userId): Readable<Presence | undefined> => {
      const get = () => presences.get(userId);
      return {
        get,
        subscribe: (listener) => {
          if (!isUserId(userId)) {
            // A component that has no id yet is not at fault.
            if (userId !== '') onError(presenceError('BAD_USER_INPUT', `"${userId}" cannot be an id.`));
            presences.listeners.call(listener, undefined);
            return () => {};
          }
          const release = watched.retain(userId);
          const remove = presences.listeners.add(userId, listener);
          presences.listeners.call(listener, get());
          return () => {
            remove();
            release();
          };
        },
      };
    },
    roster: roster.value,
    typing: (conversationId) => conversations.of(conversationId),
    me: own.value,
    connection: connection.state,
    setPresence: (input) => choice.set(input),
    keystroke: (conversationId) => typing.keystroke(conversationId),
    stopTyping: (conversationId) => typing.stop(conversationId),
    updatePrivacy: async (input) => {
      const { updatePrivacy } = await request<{ updatePrivacy: Privacy }>(UPDATE_PRIVACY, { input }, 'privacy');
      own.receivePrivacy(updatePrivacy);
      return updatePrivacy;
    },
    follow: (userId) => relate('follow', userId),
    unfollow: (userId) => relate('unfollow', userId),
    block: (userId) => relate('block', userId),
    unblock: (userId) => relate('unblock', userId),
    request: <Result, Variables>(document: unknown, variables?: Variables) => {
      const text = typeof document === 'string' ? document : printDocument(document);
      return request<Result>(text, (variables ?? {}) as Record<string, unknown>);
    },
    reconnect: () => connection.start(),
    background: () => {
      if (!['online', 'connecting', 'waiting'].includes(connection.phase)) return;
      // Such a heartbeat alone makes the session outlive its connection. Who chose to hide must not be seen AWAY by it.
      const operation = hideOperation(choice.hiding, session.id) ?? {
        query: HEARTBEAT,
        variables: { input: { sessionId: session.id, idle: true } },
      };
      // One that says the contrary may be under way over the socket, and arrive later than the first of these.
      const again = heartbeat.isUnderWay;
      kept = post(operation)
        .then(() => again && post(operation))
        .catch(() => {});
      connection.pause();
    },
    foreground: () => connection.start(),
    signOut: () => {
      if (connection.isOver) return signedOut;
      const wire = connection.release();
      session.forget();
      end(presenceError('SIGNED_OUT', 'The user signed out.'));
      const limit = setTimeout(finishSigningOut, SIGN_OUT_LIMIT_MS);
      void signedOut.then(() => {
        clearTimeout(limit);
        wire?.close();
      });
      const operation = { query: END_SESSION, variables: { sessionId: session.id } };
      if (wire) wire.start(operation, { next: finishSigningOut, end: finishSigningOut });
      // The server may hold the session still: in its grace, or as one that was kept in the background.
      else kept.then(() => post(operation)).then(finishSigningOut, finishSigningOut);
      return signedOut;
    },
    close: () => {
      finishSigningOut();
      if (!connection.isOver) {
        session.putBack();
        end(presenceError('CLOSED', 'The client was closed.'));
      }
      connection.stop();
    },
  };
  return client;
};
