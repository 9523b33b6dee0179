/** Which conversations a subscription to typing watches: those that the viewer may, as far as the budget has room. */
import { groupedBy } from '../async/batches.js';
import type { AccessReader, OwnConversation } from '../presence/ports/access.js';
import type { Bus, TypingMessage } from '../presence/ports/bus.js';
import type { TypingStore } from '../presence/ports/typing.js';
import { mayUse, type Viewer } from '../presence/visibility.js';
import { roomForConversations } from './budget.js';
import type { SubscriptionBudget } from './subscription.js';
import { WatchedConversation } from './watchedConversation.js';

export interface WatchedConversationsDeps {
  readonly bus: Pick<Bus, 'subscribeTyping'>;
  readonly store: Pick<TypingStore, 'typing'>;
  readonly people: Pick<AccessReader, 'conversation'>;
  /** The conversations of a user, the first `MAX_CONVERSATIONS` by id. */
  readonly conversationsOf: (userId: string) => Promise<readonly OwnConversation[]>;
}

/** The subscription, as its conversations know it. */
export interface ConversationsOwner {
  readonly viewer: Viewer;
  /** The one conversation to watch; null: all of the viewer's. */
  readonly conversationId: string | null;
  readonly budget: SubscriptionBudget;
  received(conversation: WatchedConversation, message: TypingMessage): void;
  /** Whose the conversations are; undefined: not known any more. */
  ownersRead(ownerIds: readonly string[] | undefined): void;
}

/** Methods reject with what the ports reject with. */
export class WatchedConversations {
  private readonly byId = new Map<string, WatchedConversation>();
  /** The conversations that the viewer may watch, as read last. */
  private allowed: ReadonlySet<string> = new Set();
  private owners: ReadonlySet<string> | undefined;

  constructor(
    private readonly deps: WatchedConversationsDeps,
    private readonly owner: ConversationsOwner,
  ) {}

  get size(): number {
    return this.byId.size;
  }

  all(): readonly WatchedConversation[] {
    return [...this.byId.values()];
  }

  hasTypist(userId: string): boolean {
    for (const conversation of this.byId.values()) if (conversation.hasTypist(userId)) return true;
    return false;
  }

  /** Whether relations of the viewer to this user decide. Until the owners were read, anybody may be one. */
  isOwner(userId: string): boolean {
    return userId !== this.owner.viewer.userId && (this.owners?.has(userId) ?? true);
  }

  /** A conversation may have another owner now. */
  forgetOwners(): void {
    this.setOwners(undefined);
  }

  /** Reads which conversations the viewer may watch. A service token is no user and has none. */
  async readAllowed(): Promise<void> {
    // Until it is answered: what was known may be of before a change that the reading does not show.
    this.forgetOwners();
    this.allowed = new Set(await this.allowedIds());
  }

  /** Marks what the viewer may watch, as read last. */
  applyAllowed(): void {
    for (const conversation of this.byId.values()) conversation.allowed = this.allowed.has(conversation.conversationId);
  }

  /** Joins those that the viewer may watch and does not yet, as far as there is room. All or none. */
  async joinNew(): Promise<void> {
    const room = roomForConversations(this.owner.budget);
    const ids = [...this.allowed].filter((id) => !this.byId.has(id)).slice(0, room);
    const joined = ids.map((id) => this.join(id));
    try {
      await Promise.all(joined.map(({ subscription }) => subscription));
    } catch (error) {
      // What the bus did not acknowledge is joined anew at the next attempt.
      for (const conversation of joined) this.leave(conversation);
      throw error;
    }
  }

  /** Reads who types in these conversations. */
  async readTypists(conversations: readonly WatchedConversation[]): Promise<void> {
    if (conversations.length === 0) return;
    for (const conversation of conversations) conversation.beginReading();
    const typing = await this.deps.store.typing(conversations.map(({ conversationId }) => conversationId));
    const found = groupedBy(typing, ({ conversationId }) => conversationId);
    for (const conversation of conversations) conversation.endReading(found.get(conversation.conversationId) ?? []);
  }

  leave(conversation: WatchedConversation): void {
    if (this.byId.delete(conversation.conversationId)) this.owner.budget.conversations -= 1;
    conversation.subscription.then(
      (unsubscribe) => unsubscribe(),
      () => {},
    );
  }

  private join(conversationId: string): WatchedConversation {
    const conversation = new WatchedConversation(conversationId, (joined) =>
      this.deps.bus.subscribeTyping(conversationId, (message) => this.owner.received(joined, message)),
    );
    this.byId.set(conversationId, conversation);
    this.owner.budget.conversations += 1;
    return conversation;
  }

  private setOwners(ownerIds: readonly string[] | undefined): void {
    this.owners = ownerIds && new Set(ownerIds);
    this.owner.ownersRead(ownerIds);
  }

  private async allowedIds(): Promise<readonly string[]> {
    const { viewer, conversationId } = this.owner;
    if (viewer.kind !== 'user') return [];
    if (conversationId === null) {
      const own = await this.deps.conversationsOf(viewer.userId);
      this.setOwners(own.flatMap(({ ownerId }) => (ownerId === null ? [] : [ownerId])));
      return own.filter(({ blocked }) => !blocked).map(({ id }) => id);
    }
    const conversation = await this.deps.people.conversation(conversationId, viewer.userId);
    this.setOwners(conversation?.owner ? [conversation.owner.userId] : []);
    return mayUse(conversation, viewer.userId) ? [conversationId] : [];
  }
}
