/** Timelines: acts of those on a user's roster, found when read. */
import type { UseChange } from '../../presence/ports/bus.js';
import type { ConversationUse } from '../../presence/visibility.js';
import type { Act, ListPage } from '../socialTypes.js';

export interface TimelinePage extends ListPage<Act> {
  /** The number of the act beyond which the next page goes on: the last that was looked at; null where there was none. */
  readonly end: number | null;
}

/** Why a viewer sees an act in their timeline, or does not. */
export interface ActFacts {
  /** It was told, and not taken back; its actor exists. */
  readonly told: boolean;
  readonly actorExists: boolean;
  /** The actor is on the viewer's roster. */
  readonly onRoster: boolean;
  /** The viewer is in the act's audience of the actor. */
  readonly inAudience: boolean;
  /** It has no object that is a conversation, or one that the viewer may use, blocks aside. */
  readonly mayUseObject: boolean;
  /** Either way. */
  readonly actorBlocked: boolean;
  readonly ownerBlocked: boolean;
  readonly actorMuted: boolean;
  readonly objectMuted: boolean;
  /** Who may use its object beside the members; null where that is no conversation. */
  readonly use: ConversationUse | null;
}

/** Methods reject with UNAVAILABLE while the database cannot be asked. Each adapter passes `test/contract/social.ts`. */
export interface TimelineReader {
  /**
   * What the viewer may see, the latest telling first, beyond the act with the number `after`. It ends early where very many acts in a
   * row are out of the viewer's sight, and goes on from there.
   */
  timeline(viewerId: string, page: { readonly first: number; readonly after: number | null }): Promise<TimelinePage>;
  /**
   * The facts of each viewer about one act, in one query; with `change`, as they would be had that not changed, for who is no member of
   * its object. By viewer id.
   */
  actFacts(actId: string, viewerIds: readonly string[], change?: UseChange): Promise<ReadonlyMap<string, ActFacts>>;
  /** The facts of one viewer about several acts, in one query. By act id. */
  factsAbout(viewerId: string, actIds: readonly string[]): Promise<ReadonlyMap<string, ActFacts>>;
  /**
   * Of the acts about objects that timelines may hold, and that were told before a change of the object: the latest, of at most 1,000
   * acts about each. Where it was deleted, also those that were taken back since. In one query.
   */
  actsBefore(
    changes: readonly { readonly objectId: string; readonly change: UseChange }[],
  ): Promise<readonly { readonly id: string; readonly actorId: string; readonly objectId: string }[]>;
  /** Acts by their ids, in no order: those that there are, also taken back. */
  acts(actIds: readonly string[]): Promise<readonly Act[]>;
  /** The latest acts of those actors, up to `limit` each, with the viewer's facts about each. */
  latestActs(
    viewerId: string,
    actorIds: readonly string[],
    limit: number,
  ): Promise<readonly { readonly act: Act; readonly facts: ActFacts }[]>;
  /**
   * The latest acts, by those on the viewer's roster, about these objects or about objects that one of these users owns: up to
   * `limit` in all, with the viewer's facts about each. All of them are looked through where these are not very many objects and acts;
   * else the latest of each object, and the latest of the roster.
   */
  latestActsAbout(
    viewerId: string,
    about: { readonly ownerIds: readonly string[]; readonly objectIds: readonly string[] },
    limit: number,
  ): Promise<readonly { readonly act: Act; readonly facts: ActFacts }[]>;
}
