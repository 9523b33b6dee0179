/** Who else types, in the conversations that somebody listens to. */
import { TYPING_CHANGED, TYPISTS } from './documents.js';
import { type PresenceError, presenceError } from './errors.js';
import { Listeners, type ReportFault } from './observable.js';
import type { Operations } from './operations.js';
import { Recheck } from './recheck.js';
import { Retained } from './retained.js';
import type { Readable, Typist, User } from './types.js';

/** A connection has 50 subscriptions in all: places and counts have theirs, too. */
const MAX_CONVERSATIONS = 20;
/** Repetitions are not sent. For somebody who types on and on, the server is asked whether that is still so. */
const RECHECK_MS = 10_000;
const NOBODY: readonly Typist[] = [];

interface Typing {
  readonly userId: string;
  readonly user: User;
  readonly isTyping: boolean;
}

export interface ConversationsPorts {
  readonly operations: Operations;
  /** May be told of what passes, too. */
  readonly onError: (error: PresenceError) => void;
  readonly report: ReportFault;
}

interface Conversation {
  typists: readonly Typist[];
  readonly recheck: Recheck;
  readonly unsubscribe: () => void;
}

export class Conversations {
  private readonly listeners: Listeners<string, readonly Typist[]>;
  private readonly retained: Retained<string>;
  private readonly watched = new Map<string, Conversation>();

  constructor(private readonly ports: ConversationsPorts) {
    this.listeners = new Listeners(ports.report);
    this.retained = new Retained({ onFirst: (id) => this.start(id), onGone: (id) => this.stop(id) });
  }

  of(conversationId: string): Readable<readonly Typist[]> {
    const get = () => this.watched.get(conversationId)?.typists ?? NOBODY;
    return {
      get,
      subscribe: (listener) => {
        const release = this.retained.retain(conversationId);
        const remove = this.listeners.add(conversationId, listener);
        this.listeners.call(listener, get());
        return () => {
          remove();
          release();
        };
      },
    };
  }

  /** Who stops while the connection is away is not heard of. */
  down(): void {
    for (const conversationId of this.watched.keys()) this.quiet(conversationId);
  }

  clear(): void {
    this.retained.clear();
    for (const conversationId of [...this.watched.keys()]) this.end(conversationId);
  }

  private start(conversationId: string): void {
    const { operations, onError } = this.ports;
    if (this.watched.size >= MAX_CONVERSATIONS) {
      const message = `The typing of at most ${MAX_CONVERSATIONS} conversations is watched at a time.`;
      onError(presenceError('BAD_USER_INPUT', message));
      return;
    }
    const recheck = new Recheck({
      firstMs: RECHECK_MS,
      ask: async () => {
        const { typing } = await operations.send<{ typing: readonly Typing[] }>(TYPISTS, { conversationId });
        return new Set(typing.map(({ userId }) => userId));
      },
      onAbsent: (userId) => this.remove(conversationId, userId),
    });
    const unsubscribe = operations.subscribe<{ typingChanged: Typing }>(
      TYPING_CHANGED,
      { conversationId },
      ({ typingChanged }) => this.receive(conversationId, typingChanged),
      (error) => {
        // Who stops is not heard of any more.
        this.quiet(conversationId);
        onError(error);
      },
    );
    this.watched.set(conversationId, { typists: NOBODY, recheck, unsubscribe });
  }

  private stop(conversationId: string): void {
    this.end(conversationId);
    // A place is free for one that found none.
    for (const waiting of this.retained.keys()) {
      if (this.watched.size >= MAX_CONVERSATIONS) return;
      if (!this.watched.has(waiting)) this.start(waiting);
    }
  }

  private end(conversationId: string): void {
    const conversation = this.watched.get(conversationId);
    if (!conversation) return;
    conversation.unsubscribe();
    this.quiet(conversationId);
    this.watched.delete(conversationId);
  }

  private quiet(conversationId: string): void {
    this.watched.get(conversationId)?.recheck.stop();
    this.show(conversationId, NOBODY);
  }

  private receive(conversationId: string, { userId, user, isTyping }: Typing): void {
    const conversation = this.watched.get(conversationId);
    if (!conversation) return;
    if (!isTyping) {
      this.remove(conversationId, userId);
      return;
    }
    conversation.recheck.suspect(userId);
    if (conversation.typists.some((typist) => typist.userId === userId)) return;
    this.show(conversationId, [...conversation.typists, { userId, user }]);
  }

  private remove(conversationId: string, userId: string): void {
    const conversation = this.watched.get(conversationId);
    conversation?.recheck.clear(userId);
    const left = conversation?.typists.filter((typist) => typist.userId !== userId) ?? NOBODY;
    if (conversation && left.length < conversation.typists.length) this.show(conversationId, left);
  }

  private show(conversationId: string, typists: readonly Typist[]): void {
    const conversation = this.watched.get(conversationId);
    if (!conversation || (typists.length === 0 && conversation.typists.length === 0)) return;
    conversation.typists = typists.length === 0 ? NOBODY : typists;
    this.listeners.notify(conversationId, () => this.watched.get(conversationId)?.typists ?? NOBODY);
  }
}
