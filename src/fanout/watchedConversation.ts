import type { Unsubscribe } from '../presence/ports/bus.js';
import type { TypingEntry } from '../presence/ports/typing.js';

/**
 * One conversation of a subscription to typing: who types there, and of whom the viewer was told. There is one for each
 * conversation of each subscription: a class, for its size, and nothing is kept where nobody types.
 */
export class WatchedConversation {
  /** Whether the viewer may watch it. */
  allowed = false;
  /** Resolves when the bus has acknowledged it. */
  readonly subscription: Promise<Unsubscribe>;
  /** Who types, and until when, whether or not the viewer may know. */
  private typists: Map<string, number | null> | undefined = undefined;
  private delivered: Set<string> | undefined = undefined;
  /** While it is read who types: of whom something was heard, so that the reading knows no better. */
  private received: Set<string> | undefined = undefined;

  constructor(
    readonly conversationId: string,
    subscribe: (watched: WatchedConversation) => Promise<Unsubscribe>,
  ) {
    this.subscription = subscribe(this);
  }

  types(userId: string): boolean {
    return this.typists?.has(userId) === true;
  }

  /** When the typing of a user ends unless it goes on, as far as that is known. */
  until(userId: string): number | null {
    return this.typists?.get(userId) ?? null;
  }

  typing(): readonly string[] {
    return this.typists ? [...this.typists.keys()] : [];
  }

  /** Whether the viewer was told that a user types. */
  wasDelivered(userId: string): boolean {
    return this.delivered?.has(userId) === true;
  }

  /** Those who type, and those of whom the viewer was told that they do. */
  concerned(): ReadonlySet<string> {
    return new Set([...this.typing(), ...(this.delivered ?? [])]);
  }

  deliver(userId: string, isTyping: boolean): void {
    if (isTyping) {
      this.delivered ??= new Set();
      this.delivered.add(userId);
    } else if (this.delivered?.delete(userId) && this.delivered.size === 0) this.delivered = undefined;
  }

  receive(userId: string, isTyping: boolean, until: number | null): void {
    this.received?.add(userId);
    this.set(userId, isTyping, until);
  }

  beginReading(): void {
    this.received = new Set();
  }

  /** What was heard while it was read is newer; otherwise who is not in the reading types no more. */
  endReading(found: readonly TypingEntry[]): void {
    const { received } = this;
    this.received = undefined;
    for (const userId of this.typing()) if (!received?.has(userId)) this.set(userId, false, null);
    for (const { userId, expiresAt } of found) if (!received?.has(userId)) this.set(userId, true, expiresAt);
  }

  private set(userId: string, isTyping: boolean, until: number | null): void {
    if (isTyping) {
      this.typists ??= new Map();
      this.typists.set(userId, until);
    } else if (this.typists?.delete(userId) && this.typists.size === 0) this.typists = undefined;
  }
}
