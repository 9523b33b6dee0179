/** How acts come into trays: which notice takes each in, at which position (docs/design.md#social). Pure. */

/** The key of a group: of the host's own, else of the verb and the object. No two of these are ever the same text. */
export const groupKeyOf = ({
  group,
  verb,
  objectId,
}: {
  readonly group: string | null;
  readonly verb: string;
  readonly objectId: string | null;
}): string => {
  // A verb has letters, digits and _ alone.
  if (group !== null) return `#${group}`;
  return objectId === null ? `=${verb}` : `:${verb}:${objectId}`;
};

/** An act that is to come into a tray, and what the tray has for it. */
export interface Arrival {
  readonly userId: string;
  readonly actId: string;
  readonly actorId: string;
  readonly seq: number;
  readonly verb: string;
  readonly objectId: string | null;
  readonly objectType: string | null;
  readonly groupKey: string;
  /** See `isHiddenFromTray`. */
  readonly isHidden: boolean;
  /** The tray's revision before all of this. */
  readonly revision: number;
  /** The unread notice of that key; null where there is none. */
  readonly open: { readonly id: string; readonly actors: number } | null;
  /** A shown act of that actor is in the open notice. */
  readonly isCounted: boolean;
}

/** A notice that takes acts in, as it is afterwards. */
export interface GrownNotice extends Pick<Arrival, 'userId' | 'groupKey' | 'verb' | 'objectId' | 'objectType'> {
  readonly id: string;
  readonly position: number;
  readonly changed: number;
  readonly actors: number;
  /** A shown act came: a push is due. */
  readonly isDue: boolean;
}

/** An act in a notice. */
export interface PlacedAct extends Pick<Arrival, 'userId' | 'actId' | 'actorId' | 'seq'> {
  readonly noticeId: string;
  readonly isShown: boolean;
}

export interface Growth {
  /** New notices, and those that a shown act came to. */
  readonly notices: readonly GrownNotice[];
  readonly acts: readonly PlacedAct[];
  /** The revisions of the trays that moved, by user id. */
  readonly revisions: ReadonlyMap<string, number>;
}

/**
 * Takes acts into trays, in their order. Each shown act moves its tray's revision by one, and is the notice's position; a hidden one
 * moves nothing, and a notice that it opens has never changed for its owner.
 */
export const growTrays = (arrivals: readonly Arrival[], newId: () => string): Growth => {
  const revisions = new Map<string, number>();
  const groups = new Map<string, GrownNotice>();
  const written = new Set<string>();
  const counted = new Set<string>();
  const acts: PlacedAct[] = [];
  for (const arrival of arrivals) {
    const { userId, actorId, groupKey, verb, objectId, objectType, open, isHidden } = arrival;
    const group = JSON.stringify([userId, groupKey]);
    const revision = revisions.get(userId) ?? arrival.revision;
    const before: GrownNotice = groups.get(group) ?? {
      ...{ userId, groupKey, verb, objectId, objectType },
      id: open?.id ?? newId(),
      position: revision,
      changed: 0,
      actors: open?.actors ?? 0,
      isDue: false,
    };
    const actor = JSON.stringify([before.id, actorId]);
    if (arrival.isCounted) counted.add(actor);
    acts.push({ userId, actId: arrival.actId, actorId, seq: arrival.seq, noticeId: before.id, isShown: !isHidden });
    if (isHidden) {
      groups.set(group, before);
      if (!open) written.add(group);
      continue;
    }
    const next = revision + 1;
    const actors = counted.has(actor) ? before.actors : before.actors + 1;
    groups.set(group, { ...before, actors, position: next, changed: next, isDue: true });
    revisions.set(userId, next);
    counted.add(actor);
    written.add(group);
  }
  return { notices: [...groups].flatMap(([group, notice]) => (written.has(group) ? [notice] : [])), acts, revisions };
};
