/**
 * The subscriptions to what is watched by id: users, or objects with counts.
 *
 * New ids get a subscription of their own at once. Once the set has been at rest for a second, it becomes as few
 * subscriptions as can be: new ones start, and the old ones end when the new ones have shown life. Every start brings the
 * present state, so nothing is lost in between.
 */
import { isTemporary, type PresenceError, presenceError, waitOf } from './errors.js';
import { utf8Length } from './utf8.js';

/** Ids of one message. */
const MAX_BYTES = 128 * 1024;
/** What begins to be watched within it shares a subscription. */
const JOIN_MS = 10;
const REST_MS = 1_000;
/** A subscription that was not refused by then is taken to have started: nothing in it may be visible. */
const STARTED_MS = 2_000;
/** So many subscriptions are not kept until there is rest. */
const MAX_GROUPS = 10;

export interface WatchedIdsPorts {
  /** What the server allows in one subscription, and over one connection. */
  readonly maxInOne: number;
  readonly maxInAll: number;
  /** Subscribes until the function returned is called; `onStart` is called with its first event. */
  readonly subscribe: (
    ids: readonly string[],
    onStart: () => void,
    onRefused: (error: PresenceError) => void,
  ) => () => void;
  /** Told of refusals, and once where more is wanted than can be watched. */
  readonly onError: (error: PresenceError) => void;
}

interface Group {
  readonly ids: ReadonlySet<string>;
  started: boolean;
  /** Those in whose place it comes. */
  replaces: readonly Group[];
  end: () => void;
}

export class WatchedIds {
  private readonly wanted = new Set<string>();
  private groups: Group[] = [];
  private joining: ReturnType<typeof setTimeout> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private starting: ReturnType<typeof setTimeout> | undefined;
  private isTooMany = false;
  /** Whether the set has changed since it was put together. */
  private isChanged = false;

  constructor(private readonly ports: WatchedIdsPorts) {}

  add(id: string): void {
    this.wanted.add(id);
    this.changed();
  }

  remove(id: string): void {
    this.wanted.delete(id);
    this.changed();
  }

  /** The connection is gone: there is nothing to be kept without a gap. The new subscriptions start with the next one. */
  down(): void {
    this.stop();
    this.open([...this.wanted], []);
  }

  stop(): void {
    for (const timer of [this.joining, this.resting, this.starting]) clearTimeout(timer);
    this.joining = this.resting = this.starting = undefined;
    for (const { end } of this.groups) end();
    this.groups = [];
  }

  clear(): void {
    this.wanted.clear();
    this.stop();
  }

  private changed(): void {
    this.joining ??= setTimeout(() => {
      this.joining = undefined;
      this.apply();
    }, JOIN_MS);
  }

  private apply(): void {
    this.isChanged = true;
    for (const group of [...this.groups]) if (![...group.ids].some((id) => this.wanted.has(id))) this.close(group);
    const covered = new Set(this.groups.flatMap(({ ids }) => [...ids]));
    const added = [...this.wanted].filter((id) => !covered.has(id));
    if (added.length > 0 && this.groups.length < MAX_GROUPS) this.open(added, []);
    // Where they are being put together already, what was added waits for the end of that.
    if (this.groups.length < MAX_GROUPS) this.rest();
    else if (!this.starting) this.join();
  }

  private rest(ms = REST_MS): void {
    if (this.starting) return;
    clearTimeout(this.resting);
    this.resting = this.isChanged && this.isUntidy ? setTimeout(() => this.join(), ms) : undefined;
  }

  /** Whether fewer subscriptions would do, or ids that are not wanted any more are many or take others' places. */
  private get isUntidy(): boolean {
    const ids = this.groups.flatMap((group) => [...group.ids]);
    const unwanted = ids.filter((id) => !this.wanted.has(id)).length;
    if (this.groups.filter(this.isSmall).length > 1) return true;
    return unwanted * 10 > ids.length || (unwanted > 0 && this.isTooMany);
  }

  /** Puts small groups, and those with ids that are not wanted, together. */
  private join(): void {
    clearTimeout(this.resting);
    this.resting = undefined;
    this.isChanged = false;
    const isKept = (group: Group) => !this.isSmall(group) && [...group.ids].every((id) => this.wanted.has(id));
    const old = this.groups.filter((group) => !isKept(group));
    const covered = new Set(this.groups.filter(isKept).flatMap(({ ids }) => [...ids]));
    this.open(
      [...this.wanted].filter((id) => !covered.has(id)),
      old,
    );
  }

  private open(ids: readonly string[], replaced: readonly Group[]): void {
    let room = this.ports.maxInAll;
    for (const group of this.groups) if (!replaced.includes(group)) room -= group.ids.size;
    const taken = ids.slice(0, Math.max(0, room));
    this.tellTooMany(taken.length < ids.length);
    // Both together are more than a connection may watch: the old ones go first, and the snapshot fills the gap.
    const overlap = replaced.reduce((sum, { ids }) => sum + ids.size, 0);
    if (taken.length + overlap > room) for (const group of replaced) this.close(group);
    const replaces = replaced.filter((group) => this.groups.includes(group));
    const opened = chunksOf(taken, this.ports.maxInOne).map((some) => this.openGroup(some));
    for (const group of opened) group.replaces = replaces;
    if (opened.length === 0) for (const group of replaces) this.close(group);
    if (replaces.length > 0 && opened.length > 0) this.waitFor(opened);
  }

  private openGroup(ids: readonly string[]): Group {
    const group: Group = { ids: new Set(ids), started: false, replaces: [], end: () => {} };
    this.groups.push(group);
    const onStart = () => {
      if (group.started) return;
      group.started = true;
      this.settle();
    };
    group.end = this.ports.subscribe(ids, onStart, (error) => this.refused(group, error));
    return group;
  }

  private waitFor(opened: readonly Group[]): void {
    this.starting = setTimeout(() => {
      this.starting = undefined;
      for (const group of opened) group.started = true;
      this.settle();
      if (this.isChanged) this.changed();
    }, STARTED_MS);
  }

  /** Ends what was replaced, once all that replaces it has started. */
  private settle(): void {
    const opened = this.groups.filter(({ replaces }) => replaces.length > 0);
    if (opened.length === 0 || opened.some(({ started }) => !started)) return;
    clearTimeout(this.starting);
    this.starting = undefined;
    const replaced = new Set(opened.flatMap(({ replaces }) => replaces));
    for (const group of opened) group.replaces = [];
    for (const group of replaced) this.close(group);
    if (this.isChanged) this.changed();
  }

  private refused(group: Group, error: PresenceError): void {
    if (!this.groups.includes(group)) return;
    if (group.replaces.length === 0) {
      this.ports.onError(error);
      return;
    }
    const opened = this.groups.filter(({ replaces }) => replaces.length > 0);
    clearTimeout(this.starting);
    this.starting = undefined;
    for (const each of opened) this.close(each);
    if (isTemporary(error)) {
      // The old ones stay, and it is tried again.
      this.isChanged = true;
      this.rest(waitOf(error));
      return;
    }
    // There is no room beside the old ones, as where a large roster is watched: they go first.
    for (const each of group.replaces) this.close(each);
    this.changed();
  }

  private close(group: Group): void {
    this.groups = this.groups.filter((other) => other !== group);
    group.end();
  }

  private tellTooMany(isTooMany: boolean): void {
    const { maxInAll, onError } = this.ports;
    if (isTooMany && !this.isTooMany) {
      onError(presenceError('BAD_USER_INPUT', `At most ${maxInAll} ids are watched at a time.`));
    }
    this.isTooMany = isTooMany;
  }

  private readonly isSmall = ({ ids }: Group): boolean => ids.size < this.ports.maxInOne;
}

const chunksOf = (ids: readonly string[], maxInOne: number): string[][] => {
  const chunks: string[][] = [];
  let bytes = 0;
  for (const id of ids) {
    const length = utf8Length(JSON.stringify(id)) + 1;
    const last = chunks.at(-1);
    bytes += length;
    if (last && last.length < maxInOne && bytes <= MAX_BYTES) last.push(id);
    else {
      chunks.push([id]);
      bytes = length;
    }
  }
  return chunks;
};
