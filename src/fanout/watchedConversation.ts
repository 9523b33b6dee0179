import type { Unsubscribe } from '../presence/ports/bus.js';
import type { TypingEntry } from '../presence/ports/typing.js';

/**
 * One conversation of a subscription to typing: who types there, and which typists the viewer was shown. There is one a
 * conversation of each subscription: a class, for its size, and nothing is kept where nobody types.
 */
export class WatchedConversation {
  /** Whether the viewer may watch it. */
  allowed = false;
  /** Resolves when the bus has acknowledged it. */
  readonly subscription: Promise<Unsubscribe>;
  /** Typists, whether or not the viewer may see them, and the instant at which each one's typing ends unless refreshed. */
  private typists: Map<string, number | null> | undefined = undefined;
  private delivered: Set<string> | undefined = undefined;
  /** During a reading: users whose typing was received meanwhile; the reading must not overwrite them. */
  private received: Set<string> | undefined = undefined;

  constructor(
    readonly conversationId: string,
    subscribe: (conversation: WatchedConversation) => Promise<Unsubscribe>,
  ) {
    this.subscription = subscribe(this);
  }

  hasTypist(userId: string): boolean {
    return this.typists?.has(userId) === true;
  }

  /** When the user's typing ends unless refreshed, as far as that is known. */
  expiresAt(userId: string): number | null {
    return this.typists?.get(userId) ?? null;
  }

  typistIds(): readonly string[] {
    return this.typists ? [...this.typists.keys()] : [];
  }

  /** Whether the viewer was last shown that the user types. */
  wasDelivered(userId: string): boolean {
    return this.delivered?.has(userId) === true;
  }

  /** The typists, and the users whom the viewer was last shown as typists. */
  typistsAndDelivered(): ReadonlySet<string> {
    return new Set([...this.typistIds(), ...(this.delivered ?? [])]);
  }

  setDelivered(userId: string, isTyping: boolean): void {
    if (isTyping) {
      this.delivered ??= new Set();
      this.delivered.add(userId);
    } else if (this.delivered?.delete(userId) && this.delivered.size === 0) this.delivered = undefined;
  }

  receive(userId: string, isTyping: boolean, expiresAt: number | null): void {
    this.received?.add(userId);
    this.set(userId, isTyping, expiresAt);
  }

  beginReading(): void {
    this.received = new Set();
  }

  /** `found` are all typists. What was received during the reading is newer and stays. */
  endReading(found: readonly TypingEntry[]): void {
    const { received } = this;
    this.received = undefined;
    for (const userId of this.typistIds()) if (!received?.has(userId)) this.set(userId, false, null);
    for (const { userId, expiresAt } of found) if (!received?.has(userId)) this.set(userId, true, expiresAt);
  }

  private set(userId: string, isTyping: boolean, expiresAt: number | null): void {
    if (isTyping) {
      this.typists ??= new Map();
      this.typists.set(userId, expiresAt);
    } else if (this.typists?.delete(userId) && this.typists.size === 0) this.typists = undefined;
  }
}
