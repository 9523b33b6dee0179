/** A subscription to presence: of listed users, or of the viewer's roster as it grows and shrinks. */
import type { AccessChange } from '../presence/ports/bus.js';
import { checkIds } from '../presence/validate.js';
import type { Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import { checkWatched, roomForRoster } from './budget.js';
import type { PresenceTypes } from './presenceKind.js';
import { RosterFollower, type RosterOwner } from './rosterFollower.js';
import { StateSubscription, type StateSubscriptionDeps } from './stateSubscription.js';
import type { SubscriptionBudget } from './subscription.js';
import type { Topic } from './topic.js';
import { Watcher } from './watcher.js';

/** What all subscriptions to presence share. */
export interface PresenceSubscriptionDeps extends StateSubscriptionDeps<PresenceTypes> {
  readonly reads: ReadBudget;
  /** The viewer's roster: user ids, the first `MAX_WATCHED` by id. */
  readonly rosterOf: (viewerId: string) => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
}

/** There is one a subscription: a class, for its size. */
export class PresenceSubscription extends StateSubscription<PresenceTypes> implements RosterOwner {
  private roster: RosterFollower | undefined = undefined;

  constructor(
    protected override readonly deps: PresenceSubscriptionDeps,
    viewer: Viewer,
    private readonly budget: SubscriptionBudget,
  ) {
    super(deps, viewer);
  }

  /**
   * Resolves when the subscription watches; `userIds` null: the viewer's roster. Rejects with BAD_USER_INPUT,
   * RATE_LIMITED or UNAVAILABLE; it has then ended.
   */
  start({ userIds, snapshot }: { readonly userIds: readonly string[] | null; readonly snapshot: boolean }) {
    return this.starting(async () => {
      if (userIds === null) await this.startRoster(snapshot);
      else await this.startList(checkIds(userIds, 'userIds'), snapshot);
    });
  }

  accessChanged(change: AccessChange): void {
    this.roster?.accessChanged(change);
  }

  accessChangesMissed(): void {
    this.roster?.request();
  }

  get room(): number {
    return roomForRoster(this.budget);
  }

  async readRoster(): Promise<readonly string[]> {
    const { viewer } = this;
    return viewer.kind === 'user' ? await this.deps.rosterOf(viewer.userId) : [];
  }

  protected override watcherOf(topic: Topic<PresenceTypes>): Watcher<PresenceTypes> {
    const parted = this.roster?.takeParted(topic.key);
    parted?.restart(topic);
    return parted ?? new Watcher(this, topic);
  }

  protected override counted(difference: 1 | -1): void {
    this.budget.watched += difference;
  }

  private async startRoster(snapshot: boolean): Promise<void> {
    const { reads, onError } = this.deps;
    const follower = new RosterFollower(this, onError);
    this.roster = follower;
    await reads.roster(this.viewer, 'start', async () => {
      // A roster never fails for its own size; but a full connection starts no further one.
      checkWatched(this.budget, 1);
      const roster = await this.readRoster();
      await this.add(roster, snapshot);
      return { result: undefined, counted: roster.length };
    });
    follower.open();
  }

  private async startList(userIds: readonly string[], snapshot: boolean): Promise<void> {
    await this.deps.reads.list(this.viewer, userIds.length, 'start', async () => {
      checkWatched(this.budget, userIds.length);
      await this.add(userIds, snapshot);
    });
  }
}
