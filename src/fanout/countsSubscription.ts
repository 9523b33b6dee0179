/** A subscription to the counts of listed objects: those that the viewer may not use are silent, as unknown ones are. */
import { checkIds } from '../presence/validate.js';
import type { Viewer } from '../presence/visibility.js';
import type { ReadBudget } from '../service/readBudget.js';
import { checkObjects, MAX_OBJECTS_EACH } from './budget.js';
import type { CountsTypes } from './countsKind.js';
import { StateSubscription, type StateSubscriptionDeps } from './stateSubscription.js';
import type { SubscriptionBudget } from './subscription.js';

/** What all subscriptions to counts share. */
export interface CountsSubscriptionDeps extends StateSubscriptionDeps<CountsTypes> {
  readonly reads: ReadBudget;
}

/** There is one a subscription: a class, for its size. */
export class CountsSubscription extends StateSubscription<CountsTypes> {
  constructor(
    protected override readonly deps: CountsSubscriptionDeps,
    viewer: Viewer,
    private readonly budget: SubscriptionBudget,
  ) {
    super(deps, viewer);
  }

  /** Resolves when it watches; the present values come first. Rejects with BAD_USER_INPUT, RATE_LIMITED or UNAVAILABLE. */
  start(objectIds: readonly string[]): Promise<void> {
    return this.starting(async () => {
      const ids = checkIds(objectIds, 'objectIds', MAX_OBJECTS_EACH);
      await this.deps.reads.list(this.viewer, ids.length, 'start', async () => {
        checkObjects(this.budget, ids.length);
        await this.add(ids, true);
      });
    });
  }

  /** Sight is followed by the watchers alone. */
  accessChanged(): void {}
  accessChangesMissed(): void {}

  protected override counted(difference: 1 | -1): void {
    this.budget.objects += difference;
  }
}
