/**
 * How a subscription follows the viewer's roster. A user who joins it is shown as they are or, having been on it before,
 * as they changed. A user who leaves it is shown at most once more: when the viewer's visibility of them is revoked.
 */
import type { AccessChange } from '../presence/ports/bus.js';
import type { Facets, Viewer } from '../presence/visibility.js';
import { MAX_WATCHED } from './budget.js';
import type { PresenceTypes } from './presenceKind.js';
import { createRefresher, type Refresher } from './refresher.js';
import type { Watcher } from './watcher.js';

type PresenceWatcher = Watcher<PresenceTypes>;

/** The subscription, as its roster knows it. */
export interface RosterOwner {
  readonly viewer: Viewer;
  readonly hasEnded: boolean;
  /** How many users more the connection may watch. */
  readonly room: number;
  readonly watchedIds: readonly string[];
  /** The present roster: user ids, the first {@link MAX_WATCHED} by id. */
  readRoster(): Promise<readonly string[]>;
  add(userIds: readonly string[], deliver: boolean): Promise<void>;
  /** Watchers of those users who are individually tracked already. */
  trackedWatchers(userIds: ReadonlySet<string>): readonly PresenceWatcher[];
  /** Tracks the users that match individually; returns their watchers. */
  watchers(isMeant: (userId: string) => boolean): readonly PresenceWatcher[];
  /** As `VisibilityChanges.read`. */
  readSights(
    watchers: readonly PresenceWatcher[],
    apply: (watcher: PresenceWatcher, facets: Facets, now: number) => void,
  ): Promise<void>;
  drop(watcher: PresenceWatcher): void;
}

export class RosterFollower {
  /** Ended watchers of users who left the roster and lost visibility: should they return, the last delivery counts. */
  private parted: Map<string, PresenceWatcher> | undefined = undefined;
  private readonly refresher: Refresher;

  constructor(
    private readonly owner: RosterOwner,
    onError: (error: unknown) => void,
  ) {
    this.refresher = createRefresher({ read: () => this.follow(), hasEnded: () => owner.hasEnded, onError });
  }

  /** Follows from now on; what was requested before is read now. */
  open(): void {
    this.refresher.open();
  }

  request(): void {
    this.refresher.request();
  }

  accessChanged(change: AccessChange): void {
    if (this.isChangedBy(change)) this.refresher.request();
  }

  /** The ended watcher of a user who returns. */
  takeParted(userId: string): PresenceWatcher | undefined {
    const watcher = this.parted?.get(userId);
    this.parted?.delete(userId);
    return watcher;
  }

  private async follow(): Promise<void> {
    const { owner } = this;
    const roster = new Set(await owner.readRoster());
    if (owner.hasEnded) return;
    const known = new Set(owner.watchedIds);
    const joined = [...roster].filter((userId) => !known.has(userId)).slice(0, owner.room);
    if (joined.length > 0) await owner.add(joined, true);
    for (const watcher of owner.trackedWatchers(roster)) watcher.rejoinRoster(0);
    const left = owner.watchers((userId) => !roster.has(userId));
    if (left.length > 0) await this.part(left);
  }

  private async part(left: readonly PresenceWatcher[]): Promise<void> {
    const { owner } = this;
    await owner.readSights(left, (watcher, facets, now) => {
      if (watcher.hasEnded) return;
      watcher.leaveRoster();
      watcher.applySight(facets, now);
      if (watcher.isVisible) return;
      owner.drop(watcher);
      this.parted ??= new Map();
      this.parted.set(watcher.key, watcher);
    });
    // Users who are still visible stay watched as far as there is room; of the others the latest are kept.
    for (const watcher of left.slice(0, excess(owner.watchedIds.length))) owner.drop(watcher);
    const { parted } = this;
    if (!parted) return;
    for (const userId of [...parted.keys()].slice(0, excess(parted.size))) parted.delete(userId);
  }

  private isChangedBy(change: AccessChange): boolean {
    const { owner } = this;
    switch (change.kind) {
      case 'relation':
        // Whoever follows or blocks the viewer is on no other roster than before.
        return change.users[0] === owner.viewer.userId;
      case 'circle':
        return change.members.includes(owner.viewer.userId);
      case 'user':
        return change.deleted && owner.watchedIds.includes(change.userId);
      case 'conversation':
        return false;
    }
  }
}

const excess = (count: number): number => Math.max(0, count - MAX_WATCHED);
