/**
 * What is watched, by its kind: the presence of users, the counts of objects. Topics, cohorts and watchers are the same for
 * every kind; what a state is, and what a viewer sees of it, is the strategy of that kind. There is one object a kind: a
 * topic, a cohort and a projection refer to it, a watcher has nothing of it. See docs/design.md#2-shape, "Fan-out".
 */

/** The types of one kind. */
export interface KindTypes {
  /** A state of what is watched, as it is received and read: whole. */
  readonly state: object;
  /** What a viewer may see of it: the viewers with the same sight are one cohort. */
  readonly sight: object;
  /** What a viewer sees of a state, without its instant. */
  readonly content: object;
  /** What a subscription sends. */
  readonly view: object;
}

/** Pure functions: no I/O, no clock. */
export interface Kind<T extends KindTypes> {
  /**
   * The state to know from now on: `received`, or what it amounts to at `readAt`, the store's clock where it was read and not
   * received with its change. Undefined where it says nothing newer than `known`.
   */
  newer(received: T['state'], known: T['state'] | undefined, readAt: number | undefined): T['state'] | undefined;
  /** When the state last changed, on the store's clock. Of two states the later holds. */
  revision(state: T['state']): number;
  /** When what that sight shows last changed: it tells nothing of what the sight hides. */
  revisionFor(state: T['state'], sight: T['sight']): number;
  contentFor(state: T['state'], sight: T['sight']): T['content'];
  /** The content without what expired by `at`; the very content where nothing has. */
  contentAt(content: T['content'], at: number): T['content'];
  sameContent(a: T['content'], b: T['content']): boolean;
  /** Whether that change hides something: what hides never waits for the broadcast interval. */
  hides(before: T['content'] | undefined, now: T['content']): boolean;
  /** Whether that sight shows anything at all. */
  maySee(sight: T['sight']): boolean;
  sameSight(a: T['sight'], b: T['sight']): boolean;
  /** Whether with that sight something ends that nobody commits: the state is then read at {@link Kind.expiresAt}. */
  expires(sight: T['sight']): boolean;
  expiresAt(content: T['content']): number | null;
  /** What is sent last to a viewer whose visibility was revoked; null: nothing. */
  readonly notVisible: T['content'] | null;
  /** Whose name and picture may stand in what is sent of it; null: nobody's. */
  named(key: string): string | null;
  /** `revoked`: of {@link Kind.notVisible}. */
  viewOf(key: string, content: T['content'], asOf: number, revoked: boolean): T['view'];
}
