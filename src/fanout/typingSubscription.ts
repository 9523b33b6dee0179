/**
 * A subscription to typing. It compares, for each typist of its conversations, what is true with what the viewer was
 * shown last; the difference is pending. It starts like a subscription to presence: the bus acknowledges the
 * conversations, then typists and blocks are read, again while access changes are received. See docs/design.md#typing.
 *
 * | phase     | sends                                               | left by                                |
 * |-----------|-----------------------------------------------------|----------------------------------------|
 * | starting  | nothing                                             | a reading → live                       |
 * | live      | starts and stops                                    | a change that may revoke → suspended   |
 * | suspended | stops: what the viewer may see is being reread      | a reading → live                       |
 * | ended     | nothing                                             |                                        |
 *
 * The end of the iterator ends every phase. A change that may revoke, received while it starts, repeats the reading.
 *
 * Which conversations: watchedConversations.ts. Who types: watchedConversation.ts. Who may be shown:
 * typistAuthorization.ts.
 */
import type { AccessReader } from '../presence/ports/access.js';
import type { AccessChange, TypingMessage } from '../presence/ports/bus.js';
import { checkId } from '../presence/validate.js';
import type { Viewer } from '../presence/visibility.js';
import type { TypingView } from '../service/contract.js';
import { checkMayUse } from '../service/conversationUse.js';
import type { ReadBudget } from '../service/readBudget.js';
import { checkConversations } from './budget.js';
import type { Delivery } from './delivery.js';
import { DeliveryStream } from './deliveryStream.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import { createRefresher } from './refresher.js';
import type { SubscriptionBudget } from './subscription.js';
import type { OpenSubscription, SubscriptionRegistry } from './subscriptionRegistry.js';
import type { TypingShare, TypingShareOf } from './typingShare.js';
import { TypistAuthorization } from './typistAuthorization.js';
import type { WatchedConversation } from './watchedConversation.js';
import {
  type ConversationsOwner,
  WatchedConversations,
  type WatchedConversationsDeps,
} from './watchedConversations.js';

/** What all subscriptions to typing share. */
export interface TypingSubscriptionDeps extends WatchedConversationsDeps {
  readonly people: Pick<AccessReader, 'conversation' | 'blockedAmong'>;
  readonly reads: ReadBudget;
  readonly shareOf: TypingShareOf;
  readonly onError: (error: unknown) => void;
  readonly setOwner: SubscriptionRegistry['setOwner'];
  readonly onEnd: (subscription: TypingSubscription) => void;
}

type TypingPhase = 'starting' | 'live' | 'suspended' | 'ended';

/** Whether a user types in a conversation may differ from what the viewer was shown. */
export interface PendingTyping {
  readonly conversation: WatchedConversation;
  readonly userId: string;
}

/** What is to be reread: which conversations; and of those watched already, all typists, or where these users type. */
interface Stale {
  conversations: boolean;
  typists: boolean;
  readonly users: Set<string>;
}

const allStale = (): Stale => ({ conversations: true, typists: true, users: new Set() });
const nothingStale = (): Stale => ({ conversations: false, typists: false, users: new Set() });

export class TypingSubscription
  extends DeliveryStream<TypingView, TypingShare>
  implements OutboxOwner<PendingTyping, Delivery<TypingShare>>, OpenSubscription, ConversationsOwner
{
  readonly outbox = new Outbox<PendingTyping, Delivery<TypingShare>>(this);
  ownerId: string | null | undefined = undefined;
  private phase: TypingPhase = 'starting';
  /** Counts access changes: a reading that began before the latest does not hold. */
  private epoch = 0;
  private stale = allStale();
  private readonly conversations: WatchedConversations;
  private readonly authorization: TypistAuthorization;
  private readonly refresher = this.createRefresher(() => this.refresh());
  private readonly authorizing = this.createRefresher(() => this.authorizeTypists());

  /** `conversationId` null: all of the viewer's. */
  constructor(
    private readonly deps: TypingSubscriptionDeps,
    readonly viewer: Viewer,
    readonly conversationId: string | null,
    readonly budget: SubscriptionBudget,
  ) {
    super();
    this.conversations = new WatchedConversations(deps, this);
    this.authorization = new TypistAuthorization(deps.people, viewer.userId);
  }

  /** Resolves when it watches. Rejects with NOT_FOUND, BAD_USER_INPUT, RATE_LIMITED or UNAVAILABLE; it has then ended. */
  async start({ snapshot }: { readonly snapshot: boolean }): Promise<void> {
    try {
      await this.startReading();
    } catch (error) {
      await this.outbox.return();
      throw error;
    }
    for (const conversation of this.conversations.all()) {
      if (snapshot) this.compareAll(conversation);
      else this.assumeDelivered(conversation);
    }
    this.refresher.open();
    this.authorizing.open();
  }

  authorize({ conversation, userId }: PendingTyping): Delivery<TypingShare> | undefined {
    const isTyping = this.showsTypist(conversation, userId);
    if (isTyping === conversation.wasDelivered(userId) || (isTyping && this.phase !== 'live')) return undefined;
    conversation.setDelivered(userId, isTyping);
    const expiresAt = isTyping ? conversation.expiresAt(userId) : null;
    const revoked = this.isRevoked(conversation, userId);
    const { conversationId } = conversation;
    const view = { conversationId, userId, isTyping, expiresAt, ...(revoked && { revoked: true as const }) };
    return { projection: this.deps.shareOf(view), asOf: 0 };
  }

  named({ conversation, userId }: PendingTyping): string | null {
    return this.isRevoked(conversation, userId) ? null : userId;
  }

  collapse(waiting: readonly PendingTyping[]): readonly PendingTyping[] {
    const keyOf = ({ conversation, userId }: PendingTyping) => `${conversation.conversationId}\n${userId}`;
    return [...new Map(waiting.map((pending) => [keyOf(pending), pending])).values()];
  }

  onReturn(): void {
    this.phase = 'ended';
    for (const conversation of this.conversations.all()) this.conversations.leave(conversation);
    this.deps.onEnd(this);
  }

  received(conversation: WatchedConversation, { userId, isTyping, expiresAt }: TypingMessage): void {
    conversation.receive(userId, isTyping, expiresAt);
    this.compare(conversation, userId);
    if (!isTyping) this.authorization.stopped(userId, conversation, () => this.conversations.hasTypist(userId));
  }

  ownersRead(ownerIds: readonly string[] | undefined): void {
    if (this.conversationId !== null) this.deps.setOwner(this, ownerIds && (ownerIds[0] ?? null));
  }

  accessChanged(change: AccessChange): void {
    if (!this.isTouchedBy(change)) return;
    this.epoch += 1;
    if (change.mayRevoke && this.phase === 'live') this.phase = 'suspended';
    // Users follow and block as often as they like: only where those two type the typists are reread.
    if (change.kind === 'relation') for (const userId of change.users) this.stale.users.add(userId);
    if (this.decidesUse(change)) this.stale.conversations = true;
    this.refresher.request();
  }

  accessChangesMissed(): void {
    this.epoch += 1;
    this.stale.conversations = true;
    this.refresher.request();
  }

  reread(): void {
    this.stale = allStale();
    this.refresher.request();
  }

  private createRefresher(read: () => Promise<void>) {
    return createRefresher({
      read,
      hasEnded: () => this.phase === 'ended',
      onError: (error) => this.deps.onError(error),
    });
  }

  private async startReading(): Promise<void> {
    const { viewer, conversationId, budget } = this;
    const { people, reads } = this.deps;
    if (conversationId !== null) await checkMayUse(people, viewer, checkId(conversationId, 'conversationId'));
    // All conversations may be many: the starts of one user follow one another, each counted before the next.
    const counted = conversationId === null ? reads.roster : reads.open;
    await counted(viewer, 'start', async () => {
      checkConversations(budget);
      await this.read();
      return { result: undefined, counted: this.conversations.size };
    });
  }

  /** Without a snapshot the viewer is taken to know who types. */
  private assumeDelivered(conversation: WatchedConversation): void {
    for (const userId of conversation.typistIds()) {
      if (this.showsTypist(conversation, userId)) conversation.setDelivered(userId, true);
    }
  }

  private showsTypist(conversation: WatchedConversation, userId: string): boolean {
    return (
      conversation.allowed &&
      userId !== this.viewer.userId &&
      this.authorization.isAllowed(userId) &&
      conversation.hasTypist(userId)
    );
  }

  /** Whether the viewer may not see the typist, or the conversation: a stop has no name and no picture. */
  private isRevoked(conversation: WatchedConversation, userId: string): boolean {
    return !conversation.allowed || this.authorization.isBlocked(userId);
  }

  /** Enqueues the user where the viewer was shown something else; a typist without an answer is asked about first. */
  private compare(conversation: WatchedConversation, userId: string): void {
    if (conversation.hasTypist(userId) && userId !== this.viewer.userId && !this.authorization.hasAnswer(userId)) {
      this.authorization.await(userId, conversation);
      this.authorizing.request();
      return;
    }
    if (this.showsTypist(conversation, userId) !== conversation.wasDelivered(userId)) {
      this.outbox.put({ conversation, userId });
    }
  }

  private compareAll(conversation: WatchedConversation): void {
    for (const userId of conversation.typistsAndDelivered()) this.compare(conversation, userId);
  }

  private async refresh(): Promise<void> {
    await this.read();
    for (const conversation of this.conversations.all()) {
      this.compareAll(conversation);
      // A conversation that is no longer the viewer's ends with its stops, and is joined anew should it be again.
      if (!conversation.allowed) this.conversations.leave(conversation);
    }
  }

  private async authorizeTypists(): Promise<void> {
    const { authorization } = this;
    const unanswered = authorization.unansweredIds();
    if (unanswered.size > 0) await this.readUntouched(() => authorization.read(unanswered));
    for (const [userId, conversations] of authorization.takeAnswered()) {
      for (const conversation of conversations) this.compare(conversation, userId);
    }
  }

  private read(): Promise<void> {
    return this.readUntouched(async () => {
      const apply = await this.readStale();
      return () => {
        apply();
        if (this.phase !== 'ended') this.phase = 'live';
      };
    });
  }

  /** Reads until no access change was received meanwhile, then applies at once what was read. */
  private async readUntouched(readOnce: () => Promise<() => void>): Promise<void> {
    for (;;) {
      const before = this.epoch;
      const apply = await readOnce();
      if (before === this.epoch) return apply();
    }
  }

  /** Reads what is stale: conversations, and typists; and which typists, and users with an answer, are blocked. */
  private async readStale(): Promise<() => void> {
    const { conversations, authorization } = this;
    const reading = this.stale;
    this.stale = nothingStale();
    const isStale = (conversation: WatchedConversation) =>
      reading.typists || [...reading.users].some((userId) => conversation.hasTypist(userId));
    try {
      const known = new Set(conversations.all());
      if (reading.conversations) await conversations.readAllowed();
      if (this.phase === 'ended') return () => {};
      await conversations.joinNew();
      await conversations.readTypists(conversations.all().filter((each) => !known.has(each) || isStale(each)));
      const typists = conversations.all().flatMap((conversation) => conversation.typistIds());
      const applyAnswers = await authorization.read(new Set([...authorization.answeredIds(), ...typists]));
      return () => {
        applyAnswers();
        conversations.applyAllowed();
      };
    } catch (error) {
      this.stale = allStale();
      throw error;
    }
  }

  private isTouchedBy(change: AccessChange): boolean {
    return (change.kind === 'relation' && change.users.includes(this.viewer.userId)) || this.decidesUse(change);
  }

  /** Whether the change may decide anew which conversations the viewer may watch. */
  private decidesUse(change: AccessChange): boolean {
    const { viewer, conversationId, conversations } = this;
    const isOwner = (userId: string) => conversations.isOwner(userId);
    if (change.kind === 'relation') return change.users.includes(viewer.userId) && change.users.some(isOwner);
    const isTheirs =
      change.kind === 'conversation' &&
      (conversationId === null ? change.changed.includes(viewer.userId) : change.id === conversationId);
    if (isTheirs) {
      conversations.forgetOwners();
      return true;
    }
    // To members it does not matter what else relates them to the owner.
    if (conversationId === null) return false;
    if (change.kind === 'user') return isOwner(change.userId);
    return change.members.includes(viewer.userId) && change.members.some(isOwner);
  }
}
