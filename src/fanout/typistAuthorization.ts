/**
 * Which typists a viewer may be shown: those whom no block separates from the viewer. A typist received for the first
 * time is asked about once; every typist, whatever the answer, in the same way.
 */
import type { AccessReader } from '../presence/ports/access.js';
import type { WatchedConversation } from './watchedConversation.js';

/** Beyond so many answers, those about users who no longer type are forgotten. */
const MAX_ANSWERS = 5_000;

export class TypistAuthorization {
  /** By user: whether a block separates the two. */
  private readonly blocked = new Map<string, boolean>();
  /** Typists without an answer, and the conversations that wait for it. */
  private readonly unanswered = new Map<string, Set<WatchedConversation>>();

  constructor(
    private readonly people: Pick<AccessReader, 'blockedAmong'>,
    private readonly viewerId: string,
  ) {}

  hasAnswer(userId: string): boolean {
    return this.blocked.has(userId);
  }

  isAllowed(userId: string): boolean {
    return this.blocked.get(userId) === false;
  }

  isBlocked(userId: string): boolean {
    return this.blocked.get(userId) === true;
  }

  /** Users with an answer. */
  answeredIds(): Iterable<string> {
    return this.blocked.keys();
  }

  /** Users to ask about. */
  unansweredIds(): ReadonlySet<string> {
    return new Set([...this.unanswered.keys()].filter((userId) => !this.blocked.has(userId)));
  }

  /** The conversation waits for the answer about a typist. */
  await(userId: string, conversation: WatchedConversation): void {
    const conversations = this.unanswered.get(userId) ?? new Set();
    this.unanswered.set(userId, conversations.add(conversation));
  }

  /** Reads who of these users is blocked; what it resolves to applies the answers. Rejects with what the port rejects with. */
  async read(userIds: ReadonlySet<string>): Promise<() => void> {
    const found = await this.people.blockedAmong(this.viewerId, [...userIds]);
    return () => {
      for (const userId of userIds) this.blocked.set(userId, found.has(userId));
    };
  }

  /** Takes out those who waited for an answer and have it. */
  takeAnswered(): readonly (readonly [userId: string, conversations: ReadonlySet<WatchedConversation>])[] {
    const answered = [...this.unanswered].filter(([userId]) => this.blocked.has(userId));
    for (const [userId] of answered) this.unanswered.delete(userId);
    return answered;
  }

  /** A user stopped typing in a conversation: what is known must not grow with all who ever typed. */
  stopped(userId: string, conversation: WatchedConversation, typesElsewhere: () => boolean): void {
    const conversations = this.unanswered.get(userId);
    if (conversations?.delete(conversation) && conversations.size === 0) this.unanswered.delete(userId);
    if (this.blocked.size > MAX_ANSWERS && !typesElsewhere()) this.blocked.delete(userId);
  }
}
