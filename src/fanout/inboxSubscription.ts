/**
 * A subscription of a user to their own tray. It starts as every subscription does: the bus acknowledges the tray, then rows are read,
 * then it sends. What it holds is one state a notice, however many changes there were: a slow reader is owed no more. It costs one
 * listener of its tray's topic; the readings are the topic's, shared by all of the user's devices (docs/design.md#social).
 */
import type { AccessChange } from '../presence/ports/bus.js';
import type { Viewer } from '../presence/visibility.js';
import { userOf } from '../service/callerUser.js';
import type { ReadBudget } from '../service/readBudget.js';
import type { ShownTrays } from '../service/shownTrays.js';
import type { InboxChange, Notice } from '../social/socialTypes.js';
import { checkRevision } from '../social/socialValidate.js';
import { checkWatched } from './budget.js';
import type { InboxReader } from './inboxReader.js';
import { type Deletion, type InboxListener, type InboxTopic, isOlder, withoutDeleted } from './inboxTopic.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import type { SubscriptionBudget } from './subscription.js';
import type { OpenSubscription } from './subscriptionRegistry.js';
import type { TopicRegistry } from './topicRegistry.js';

/** The most notices of one event. */
const MAX_NOTICES = 50;

const NO_TRAY = 'A service token is no user, so it has no tray. Use a token of the user.';

/** What all subscriptions to trays share. */
export interface InboxSubscriptionDeps {
  readonly reads: ReadBudget;
  readonly topics: TopicRegistry<InboxTopic>;
  readonly reader: Pick<InboxReader, 'start'>;
  readonly shownTrays: ShownTrays;
  readonly onEnd: (subscription: InboxSubscription) => void;
}

/** The one item that waits: something is pending. */
const CHANGED = Object.freeze({});

/** Two changes, one after the other, as one: each notice as it is now. At most {@link MAX_NOTICES}, the latest change first. */
const merged = (earlier: InboxChange | undefined, later: InboxChange): InboxChange => {
  if (!earlier) return later;
  if (isOlder(later.inbox, earlier.inbox)) return { ...later, partial: true };
  const notices = new Map<string, Notice>(later.notices.map((notice) => [notice.id, notice]));
  for (const notice of earlier.notices) if (!notices.has(notice.id)) notices.set(notice.id, notice);
  return {
    inbox: later.inbox,
    notices: [...notices.values()].slice(0, MAX_NOTICES),
    partial: earlier.partial || later.partial || notices.size > MAX_NOTICES,
  };
};

export class InboxSubscription implements OutboxOwner<typeof CHANGED, InboxChange>, OpenSubscription, InboxListener {
  readonly outbox = new Outbox<typeof CHANGED, InboxChange>(this);
  private phase: 'starting' | 'live' | 'ended' = 'starting';
  private topic: InboxTopic | undefined = undefined;
  private pending: InboxChange | undefined = undefined;
  private waits = false;
  private isShown = false;

  constructor(
    private readonly deps: InboxSubscriptionDeps,
    readonly viewer: Viewer,
    private readonly connectionId: string | null,
    private readonly budget: SubscriptionBudget,
  ) {}

  /**
   * Resolves when it watches. Rejects with FORBIDDEN (a service token), BAD_USER_INPUT, RATE_LIMITED or UNAVAILABLE; it has then
   * ended.
   */
  async start({ after }: { readonly after: string | null }): Promise<void> {
    try {
      const userId = userOf(this.viewer, NO_TRAY);
      const revision = after === null ? null : checkRevision(after, 'after');
      await this.deps.reads.list(this.viewer, 1, 'start', async () => {
        checkWatched(this.budget, 1);
        await this.watch(userId, revision);
      });
    } catch (error) {
      await this.outbox.return();
      throw error;
    }
  }

  trayChanged(change: InboxChange): void {
    // Before its first reading it knows nothing yet.
    if (this.phase === 'live') this.offer(change);
  }

  trayRead(): void {
    if (this.pending) this.enqueue();
  }

  deleted(deletion: Deletion): void {
    if (this.pending) this.pending = withoutDeleted(this.pending, [deletion]);
  }

  accessChanged(change: AccessChange): void {
    if (change.mayRevoke && change.kind === 'relation') this.topic?.suspend();
  }

  accessChangesMissed(): void {
    this.topic?.deleted(null);
    this.topic?.suspend();
  }

  reread(): void {
    this.topic?.reread();
  }

  socialChangesMissed(): void {
    this.topic?.reread();
  }

  authorize(): InboxChange | undefined {
    this.waits = false;
    if (this.topic?.isSuspended) return undefined;
    const { pending } = this;
    this.pending = undefined;
    return pending;
  }

  /** There is never more than one. */
  collapse(items: readonly (typeof CHANGED)[]): readonly (typeof CHANGED)[] {
    return items;
  }

  onReturn(): void {
    this.phase = 'ended';
    this.pending = undefined;
    const { topic, connectionId } = this;
    if (topic) {
      topic.unlisten(this);
      this.deps.topics.release(topic.userId);
      this.budget.watched -= 1;
    }
    if (this.isShown && connectionId !== null) this.deps.shownTrays.closed(this.viewer.userId, connectionId);
    this.deps.onEnd(this);
  }

  private async watch(userId: string, after: number | null): Promise<void> {
    const { topic, ready } = this.deps.topics.acquire(userId);
    this.topic = topic;
    this.budget.watched += 1;
    topic.listen(this);
    await ready;
    if (this.phase === 'ended') return;
    await this.deps.reader.start(topic, after, (change) => this.begin(change));
  }

  private begin(change: InboxChange): void {
    if (this.phase === 'ended') return;
    this.phase = 'live';
    if (this.connectionId !== null) {
      this.isShown = true;
      this.deps.shownTrays.opened(this.viewer.userId, this.connectionId);
    }
    this.offer(change);
  }

  private offer(change: InboxChange): void {
    this.pending = merged(this.pending, change);
    this.enqueue();
  }

  private enqueue(): void {
    if (this.waits || this.topic?.isSuspended) return;
    this.waits = true;
    this.outbox.put(CHANGED);
  }
}
