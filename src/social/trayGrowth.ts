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
  /** The latest shown act of that actor in the open notice; null where there is none. */
  readonly latest: { readonly actId: string; readonly seq: number } | null;
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
  /** Of the shown acts of its actor in the notice, the one with the greatest number. */
  readonly isLatest: boolean;
}

export interface Growth {
  /** New notices, and those that a shown act came to. */
  readonly notices: readonly GrownNotice[];
  readonly acts: readonly PlacedAct[];
  /** Acts that were the latest of their actors, and are not any more. */
  readonly surpassed: readonly Pick<Arrival, 'userId' | 'actId'>[];
  /** The revisions of the trays that moved, by user id. */
  readonly revisions: ReadonlyMap<string, number>;
}

const actorKey = (noticeId: string, actorId: string): string => JSON.stringify([noticeId, actorId]);

/**
 * Takes acts into trays, in their order. Each shown act moves its tray's revision by one, and is the notice's position; a hidden one
 * moves nothing, and a notice that it opens has never changed for its owner.
 */
export const growTrays = (arrivals: readonly Arrival[], newId: () => string): Growth => {
  const revisions = new Map<string, number>();
  const groups = new Map<string, GrownNotice>();
  const written = new Set<string>();
  /** The latest shown acts, by notice and actor; `isPlaced`: it was in the notice before. */
  const latest = new Map<string, { readonly actId: string; readonly seq: number; readonly isPlaced: boolean }>();
  const surpassed: Pick<Arrival, 'userId' | 'actId'>[] = [];
  const acts: Omit<PlacedAct, 'isLatest'>[] = [];
  for (const arrival of arrivals) {
    const { userId, actId, actorId, seq, groupKey, verb, objectId, objectType, open, isHidden } = arrival;
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
    const actor = actorKey(before.id, actorId);
    if (arrival.latest && !latest.has(actor)) latest.set(actor, { ...arrival.latest, isPlaced: true });
    acts.push({ userId, actId, actorId, seq, noticeId: before.id, isShown: !isHidden });
    if (isHidden) {
      groups.set(group, before);
      if (!open) written.add(group);
      continue;
    }
    const next = revision + 1;
    const earlier = latest.get(actor);
    const actors = earlier ? before.actors : before.actors + 1;
    groups.set(group, { ...before, actors, position: next, changed: next, isDue: true });
    revisions.set(userId, next);
    written.add(group);
    // Numbers are drawn before the lock of the tray: an act may come after one with a greater number.
    if (earlier && earlier.seq > seq) continue;
    latest.set(actor, { actId, seq, isPlaced: false });
    if (earlier?.isPlaced) surpassed.push({ userId, actId: earlier.actId });
  }
  const isLatest = ({ noticeId, actorId, actId, isShown }: Omit<PlacedAct, 'isLatest'>): boolean =>
    isShown && latest.get(actorKey(noticeId, actorId))?.actId === actId;
  return {
    notices: [...groups].flatMap(([group, notice]) => (written.has(group) ? [notice] : [])),
    acts: acts.map((act) => ({ ...act, isLatest: isLatest(act) })),
    surpassed,
    revisions,
  };
};
