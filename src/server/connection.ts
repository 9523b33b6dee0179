import type { WebSocket } from 'ws';
import type { WatchBudget } from '../fanout/watch.js';
import { isUnavailable, PresenceError } from '../presence/errors.js';
import type { Caller, Presence } from '../presence/verbs.js';
import type { Identity } from './auth.js';
import type { Brake } from './brake.js';
import { CLOSE, fitReason } from './closeCodes.js';
import type { Connections } from './connections.js';
import { readConnectParams } from './connectParams.js';
import { paramsToken } from './credentials.js';
import type { Gate } from './gate.js';
import type { Log } from './log.js';
import { createSessionHold, type SessionHold } from './sessionHold.js';
import { callerOf, type SignIn } from './signIn.js';
import { at } from './timer.js';

/** What all connections of a server share. */
export interface ConnectionPorts {
  readonly signIn: SignIn;
  readonly presence: Pick<Presence, 'connect' | 'disconnect'>;
  readonly connections: Connections;
  /** Whether the live store answers: who cannot be let in although it does is one of a kind. */
  readonly storeAnswers: () => boolean;
  readonly log: Log;
}

/** One socket, from the upgrade until nothing is left of it. */
export interface Connection {
  /** Whether `connection_init` was accepted. */
  readonly accepted: boolean;
  /** Who speaks; known once accepted. */
  readonly caller: Caller | null;
  readonly budget: WatchBudget;
  /**
   * Judges `connection_init`: signs in, counts the connection, takes the session. Returns the payload of the
   * acknowledgement; false where it closed the socket instead. Never rejects.
   */
  accept(params: Readonly<Record<string, unknown>> | undefined): Promise<Record<string, unknown> | boolean>;
  /** Closes the socket, with the first reason that is given. */
  close(code: number, reason: string): void;
  /** The socket is closed; `silentMs` is for how long nothing had been heard of it. Resolves when nothing is left. */
  end(silentMs: number, abandoned: AbortSignal): Promise<void>;
}

/** What a failure to let somebody in closes the socket with. */
const closeOf = (error: unknown): readonly [code: number, reason: string] => {
  if (!(error instanceof PresenceError)) return [CLOSE.TRY_AGAIN_LATER, 'Try again later.'];
  switch (error.code) {
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
    case 'NOT_FOUND':
      return [CLOSE.FORBIDDEN, error.message];
    case 'BAD_USER_INPUT':
      return [CLOSE.BAD_REQUEST, error.message];
    case 'RATE_LIMITED':
      return [CLOSE.TOO_MANY, error.message];
    case 'UNAVAILABLE':
    case 'INTERNAL':
      return [CLOSE.TRY_AGAIN_LATER, 'Try again later.'];
  }
};

export const createConnection = ({
  socket,
  brake,
  connectionId,
  urlToken,
  signIn,
  presence,
  connections,
  storeAnswers,
  log,
  gate,
}: ConnectionPorts & {
  /** Through which everybody is let in. */
  readonly gate: Gate;
  readonly socket: WebSocket;
  readonly brake: Brake;
  readonly connectionId: string;
  /** The `?token=` of the upgrade, for clients that can send no other. */
  readonly urlToken: string | null;
}): Connection => {
  const budget: WatchBudget = { watched: 0 };
  let caller: Caller | null = null;
  let hold: SessionHold | null = null;
  let accepted = false;
  let ended = false;
  /** What to give back at the end, last taken first. */
  const leave: (() => void)[] = [];

  const isOpen = () => !ended && socket.readyState === socket.OPEN;

  const close = (code: number, reason: string) => {
    brake.letGo();
    socket.close(code, fitReason(reason));
  };

  /** Counted before the user is ensured: one who is deleted meanwhile is either refused or closed, never missed. */
  const count = ({ service, userId }: Identity): void => {
    if (service) return;
    const giveBack = connections.open(userId, () => close(CLOSE.FORBIDDEN, 'The user was deleted.'));
    if (giveBack === null) {
      throw new PresenceError('RATE_LIMITED', 'Too many connections: close one of them first.');
    }
    leave.push(giveBack);
  };

  /** Signs in and takes the session. Goes no further once the socket is closed: see `end`. */
  const admit = async (params: Readonly<Record<string, unknown>> | undefined): Promise<string | null> => {
    const identity = await signIn.verify(paramsToken(params) ?? urlToken);
    if (!isOpen()) return null;
    const wanted = readConnectParams(params);
    count(identity);
    leave.push(at(identity.expiresAt, () => close(CLOSE.FORBIDDEN, 'The token has run out.')));
    await signIn.ensure(identity);
    if (!isOpen()) return null;
    caller = callerOf(identity, connectionId);
    if (identity.service || !wanted.presence) return null;
    hold = createSessionHold({ presence, userId: identity.userId, connectionId, log });
    return await hold.take(wanted);
  };

  return {
    get accepted() {
      return accepted;
    },
    get caller() {
      return caller;
    },
    budget,
    async accept(params) {
      let makeRoom = () => {};
      try {
        makeRoom = await gate.enter();
        if (!isOpen()) return false;
        const sessionId = await admit(params);
        if (!isOpen()) return false;
        accepted = true;
        return sessionId === null ? true : { sessionId };
      } catch (error) {
        if (!(error instanceof PresenceError)) log.error({ err: error }, 'connection failed');
        // Each of those in line would wait as long, one after the other, for the same.
        if (isUnavailable(error) && !storeAnswers()) gate.turnAway(error);
        close(...closeOf(error));
        return false;
      } finally {
        makeRoom();
      }
    },
    close,
    async end(silentMs, abandoned) {
      ended = true;
      for (const giveBack of leave.splice(0).reverse()) giveBack();
      await hold?.release(silentMs, abandoned);
    },
  };
};
