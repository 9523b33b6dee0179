/** Says that the user types: with the first key at once, repeated while keys come, ended soon after the last. */

const REPEAT_MS = 2_000;
const STOP_AFTER_MS = 3_000;

interface Typed {
  lastKeyAt: number;
  lastSentAt: number;
  /** Whether a key came since it was last sent. */
  hasNews: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class TypingSender {
  private readonly typed = new Map<string, Typed>();
  /** The last message of each conversation: a stop must not overtake a start. */
  private readonly sending = new Map<string, Promise<void>>();

  /** `isUp`: while it is false nothing is sent, and nothing is kept. `send` may reject. */
  constructor(
    private readonly ports: {
      readonly isUp: () => boolean;
      readonly send: (conversationId: string, isTyping: boolean) => Promise<unknown>;
    },
  ) {}

  keystroke(conversationId: string): void {
    if (!this.ports.isUp()) return;
    const now = Date.now();
    const typed = this.typed.get(conversationId);
    if (typed) {
      typed.lastKeyAt = now;
      typed.hasNews = true;
      // The clock was set back: what it measures is void.
      if (now < typed.lastSentAt) typed.lastSentAt = now;
      if (now - typed.lastSentAt >= REPEAT_MS) this.watch(conversationId);
      return;
    }
    this.typed.set(conversationId, { lastKeyAt: now, lastSentAt: now, hasNews: false, timer: undefined });
    this.send(conversationId, true);
    this.watch(conversationId);
  }

  stop(conversationId: string): void {
    const typed = this.typed.get(conversationId);
    if (!typed) return;
    clearTimeout(typed.timer);
    this.typed.delete(conversationId);
    this.send(conversationId, false);
  }

  /** The connection is gone: the server ends it by itself, and the next key says it anew. */
  reset(): void {
    for (const { timer } of this.typed.values()) clearTimeout(timer);
    this.typed.clear();
    this.sending.clear();
  }

  /** Waits for the next moment at which there may be something to say. */
  private watch(conversationId: string): void {
    const typed = this.typed.get(conversationId);
    if (!typed) return;
    clearTimeout(typed.timer);
    const now = Date.now();
    const repeatIn = typed.hasNews ? typed.lastSentAt + REPEAT_MS - now : REPEAT_MS;
    const stopIn = typed.lastKeyAt + STOP_AFTER_MS - now;
    if (stopIn <= 0) {
      this.stop(conversationId);
      return;
    }
    if (repeatIn <= 0) {
      typed.lastSentAt = now;
      typed.hasNews = false;
      this.send(conversationId, true);
    }
    const next = Math.min(stopIn, repeatIn <= 0 ? REPEAT_MS : repeatIn);
    typed.timer = setTimeout(() => this.watch(conversationId), Math.max(1, next));
  }

  /** RATE_LIMITED, NOT_FOUND and the like do no harm: nobody is shown what is not so. */
  private send(conversationId: string, isTyping: boolean): void {
    const before = this.sending.get(conversationId);
    const send = () => (this.ports.isUp() ? this.ports.send(conversationId, isTyping) : undefined);
    const sent = (before ? before.then(send) : Promise.resolve(send())).then(
      () => {},
      () => {},
    );
    this.sending.set(conversationId, sent);
    sent.then(() => {
      if (this.sending.get(conversationId) === sent) this.sending.delete(conversationId);
    });
  }
}
