/**
 * What the social layer means, said a second time and as plainly as possible: nothing is stored but what was done, and every
 * answer is found anew (docs/design.md#social). It shares no code with the server.
 */
import type { Audience } from '../http/api.js';

/** What the host tells; everything that `tell` takes. */
export interface ToldAct {
  readonly id: string;
  readonly verb: string;
  readonly actorId: string;
  readonly objectId?: string;
  readonly text?: string;
  readonly notify?: readonly string[];
  readonly group?: string;
  readonly audience?: Audience;
}

export interface Room {
  readonly members: readonly string[];
  readonly open: boolean;
  readonly owner: { readonly ownerId: string; readonly audience: Audience } | null;
}

/** A notice as its recipient sees it. `place` orders the tray; two of one place may stand either way. */
export interface ExpectedNotice {
  readonly latest: string;
  readonly acts: readonly string[];
  readonly actors: readonly string[];
  readonly actorCount: number;
  readonly isRead: boolean;
  readonly place: number;
}
export interface ExpectedTray {
  readonly notices: readonly ExpectedNotice[];
  readonly unread: number;
  readonly unseen: number;
}

interface Group {
  readonly key: string;
  readonly acts: string[];
  place: number;
  isRead: boolean;
}
interface Tray {
  readonly groups: Group[];
  /** Moves with every visible act. */
  tick: number;
  seen: number;
}

const pair = (one: string, other: string) => JSON.stringify([one, other]);
const percent = (id: string) => id.replaceAll('%', '%25').replaceAll(':', '%3A');
/** The act that a follow tells by itself. */
export const followActId = (follower: string, followee: string) => `follow:${percent(follower)}:${percent(followee)}`;

export const createSocialOracle = (everybody: readonly string[]) => {
  const users = new Set(everybody);
  const follows = new Set<string>();
  const blocks = new Set<string>();
  const mutes = new Set<string>();
  const privacy = new Map<string, Audience>();
  const hiding = new Set<string>();
  const rooms = new Map<string, Room>();
  /** Deleted, and not made again. */
  const deletedRooms = new Set<string>();
  const circles = new Map<string, readonly string[]>();
  /** In the order of telling. */
  const acts = new Map<string, ToldAct>();
  const retracted = new Set<string>();
  /** Told about a conversation that was deleted since. */
  const former = new Set<string>();
  const trays = new Map<string, Tray>();
  const registers = new Map<string, Map<string, { value: number; version: bigint }>>();
  /** What each live session is at, the latest last, by user and session. */
  const places = new Map<string, { readonly userId: string; readonly at: string[] }>();

  const trayOf = (userId: string): Tray => {
    const tray = trays.get(userId) ?? { groups: [], tick: 0, seen: 0 };
    trays.set(userId, tray);
    return tray;
  };
  const areApart = (one: string, other: string) => blocks.has(pair(one, other)) || blocks.has(pair(other, one));
  const share = (groups: Iterable<readonly string[]>, one: string, other: string) =>
    [...groups].some((members) => members.includes(one) && members.includes(other));
  const closedRooms = () => [...rooms.values()].filter(({ open }) => !open).map(({ members }) => members);
  const inAudience = (audience: Audience, viewer: string, of: string): boolean => {
    if (viewer === of) return true;
    if (areApart(viewer, of)) return false;
    const isFollower = follows.has(pair(viewer, of));
    if (audience === 'EVERYONE') return true;
    if (audience === 'NOBODY') return false;
    if (share(circles.values(), viewer, of)) return true;
    if (audience === 'MUTUALS') return isFollower && follows.has(pair(of, viewer));
    return isFollower || share(closedRooms(), viewer, of);
  };
  const mayUse = (viewer: string, objectId: string): boolean => {
    const room = rooms.get(objectId);
    if (!room) return false;
    if (room.owner && areApart(viewer, room.owner.ownerId)) return false;
    // Of a deleted owner: members alone.
    if (room.owner && !users.has(room.owner.ownerId)) return room.members.includes(viewer);
    if (room.open || room.members.includes(viewer)) return true;
    return room.owner !== null && inAudience(room.owner.audience, viewer, room.owner.ownerId);
  };
  const isMuted = (viewer: string, { actorId, objectId }: ToldAct) =>
    mutes.has(pair(viewer, `user ${actorId}`)) ||
    (objectId !== undefined && mutes.has(pair(viewer, `object ${objectId}`)));
  /** Whether an act shows in a tray of its recipient. */
  const isShown = (viewer: string, act: ToldAct) =>
    !retracted.has(act.id) && !areApart(viewer, act.actorId) && !isMuted(viewer, act);
  const isOnRoster = (viewer: string, userId: string) =>
    viewer !== userId && (follows.has(pair(viewer, userId)) || share(circles.values(), viewer, userId));
  const inTimeline = (viewer: string, act: ToldAct) => {
    const audience = act.audience ?? 'FOLLOWERS';
    if (audience === 'NOBODY' || !isOnRoster(viewer, act.actorId)) return false;
    if (!isShown(viewer, act) || !inAudience(audience, viewer, act.actorId)) return false;
    return act.objectId === undefined || !rooms.has(act.objectId) || mayUse(viewer, act.objectId);
  };

  const deliver = (userId: string, act: ToldAct) => {
    const tray = trayOf(userId);
    const key = act.group ?? JSON.stringify([act.verb, act.objectId ?? null]);
    let group = tray.groups.find((each) => each.key === key && !each.isRead);
    if (!group) {
      group = { key, acts: [], place: tray.tick, isRead: false };
      tray.groups.push(group);
    }
    group.acts.push(act.id);
    if (!isShown(userId, act)) return;
    tray.tick += 1;
    group.place = tray.tick;
  };
  const tell = (told: readonly ToldAct[]): number => {
    let fresh = 0;
    for (const act of told) {
      if (!users.has(act.actorId)) continue;
      const isClosed = deletedRooms.has((acts.get(act.id) ?? act).objectId ?? '');
      if (acts.has(act.id)) {
        if (!isClosed && !former.has(act.id)) retracted.delete(act.id);
        continue;
      }
      fresh += 1;
      acts.set(act.id, act);
      if (isClosed) retracted.add(act.id);
      for (const userId of new Set(act.notify)) if (userId !== act.actorId && users.has(userId)) deliver(userId, act);
    }
    return fresh;
  };
  const retract = (ids: readonly string[]): number => {
    const there = new Set(ids.filter((id) => acts.has(id) && !retracted.has(id)));
    for (const id of there) retracted.add(id);
    return there.size;
  };
  const shownActs = (userId: string, group: Group) =>
    [...acts.values()].filter((act) => group.acts.includes(act.id) && isShown(userId, act)).reverse();
  const tray = (userId: string): ExpectedTray => {
    const { groups, seen } = trayOf(userId);
    const notices = groups
      .map((group): ExpectedNotice => {
        const shown = shownActs(userId, group);
        const actors = [...new Set(shown.map(({ actorId }) => actorId))];
        return {
          latest: shown[0]?.id ?? '',
          acts: shown.map(({ id }) => id),
          actors: actors.slice(0, 3),
          actorCount: actors.length,
          isRead: group.isRead,
          place: group.place,
        };
      })
      .filter(({ actorCount }) => actorCount > 0)
      .sort((one, other) => other.place - one.place);
    const unread = notices.filter(({ isRead }) => !isRead);
    return { notices, unread: unread.length, unseen: unread.filter(({ place }) => place > seen).length };
  };

  return {
    mayUse,
    tell,
    retract,
    tray,
    has: (userId: string) => users.has(userId),
    isApart: areApart,
    isShown: (userId: string, actId: string) => isShown(userId, acts.get(actId)!),
    room: (id: string) => rooms.get(id) ?? null,
    follow(one: string, other: string) {
      if (follows.has(pair(one, other))) return;
      follows.add(pair(one, other));
      tell([{ id: followActId(one, other), verb: 'follow', actorId: one, notify: [other], audience: 'NOBODY' }]);
    },
    unfollow(one: string, other: string) {
      if (follows.delete(pair(one, other))) retract([followActId(one, other)]);
    },
    block: (one: string, other: string) => void blocks.add(pair(one, other)),
    unblock: (one: string, other: string) => void blocks.delete(pair(one, other)),
    mute: (one: string, what: 'user' | 'object', id: string) => void mutes.add(pair(one, `${what} ${id}`)),
    unmute: (one: string, what: 'user' | 'object', id: string) => void mutes.delete(pair(one, `${what} ${id}`)),
    setPrivacy: (userId: string, audience: Audience) => void privacy.set(userId, audience),
    setHiding: (userId: string, hides: boolean) => void (hides ? hiding.add(userId) : hiding.delete(userId)),
    putRoom(id: string, room: Room) {
      rooms.set(id, room);
      deletedRooms.delete(id);
    },
    putCircle: (id: string, members: readonly string[]) => void circles.set(id, members),
    deleteRoom(id: string) {
      if (rooms.delete(id)) {
        deletedRooms.add(id);
        for (const act of acts.values()) if (act.objectId === id) former.add(act.id);
      }
      registers.delete(id);
      retract([...acts.values()].filter(({ objectId }) => objectId === id).map((act) => act.id));
    },
    deleteUser(id: string) {
      users.delete(id);
      trays.delete(id);
      retract([...acts.values()].filter(({ actorId }) => actorId === id).map((act) => act.id));
      for (const key of [...follows, ...blocks]) {
        if (!(JSON.parse(key) as string[]).includes(id)) continue;
        follows.delete(key);
        blocks.delete(key);
      }
      for (const [session, { userId }] of places) if (userId === id) places.delete(session);
    },
    putCounts(objectId: string, values: Readonly<Record<string, number>>, version: bigint) {
      if (deletedRooms.has(objectId)) return;
      const register = registers.get(objectId) ?? new Map<string, { value: number; version: bigint }>();
      registers.set(objectId, register);
      for (const [name, value] of Object.entries(values)) {
        if (version > (register.get(name)?.version ?? -1n)) register.set(name, { value, version });
      }
    },
    /** What `counts` answers of one object; null where it is left out. */
    counts(viewer: string, objectId: string): Readonly<Record<string, number>> | null {
      if (!mayUse(viewer, objectId)) return null;
      return Object.fromEntries([...(registers.get(objectId) ?? [])].map(([name, { value }]) => [name, value]));
    },
    /** The instant of the tray, for {@link markSeen} and {@link markRead}: what was delivered by then has come. */
    tick: (userId: string) => trayOf(userId).tick,
    markSeen(userId: string, tick: number) {
      const tray = trayOf(userId);
      tray.seen = Math.max(tray.seen, Math.min(tick, tray.tick));
    },
    /** Of all that show, or of those with one of these latest acts. */
    markRead(userId: string, tick: number, latest: readonly string[] | null = null) {
      for (const group of trayOf(userId).groups) {
        const [first] = shownActs(userId, group);
        if (!first || group.place > tick) continue;
        if (latest === null || latest.includes(first.id)) group.isRead = true;
      }
    },
    /** Ids of acts, the latest first. */
    timeline: (viewer: string): string[] =>
      [...acts.values()]
        .filter((act) => inTimeline(viewer, act))
        .map(({ id }) => id)
        .reverse(),
    startSession: (userId: string, sessionId: string) => {
      const key = pair(userId, sessionId);
      if (!places.has(key)) places.set(key, { userId, at: [] });
    },
    endSession: (userId: string, sessionId: string) => void places.delete(pair(userId, sessionId)),
    placesOf: (userId: string, sessionId: string): readonly string[] => places.get(pair(userId, sessionId))?.at ?? [],
    enter(userId: string, sessionId: string, objectId: string) {
      const at = places.get(pair(userId, sessionId))?.at;
      if (!at || at.includes(objectId)) return;
      at.push(objectId);
      if (at.length > 3) at.shift();
    },
    leave(userId: string, sessionId: string, objectId: string) {
      const at = places.get(pair(userId, sessionId))?.at ?? [];
      if (at.includes(objectId)) at.splice(at.indexOf(objectId), 1);
    },
    /** Whoever may not use a place any more is not there any more. Returns which sessions left where. */
    prunePlaces(): { readonly userId: string; readonly sessionId: string; readonly objectId: string }[] {
      return [...places].flatMap(([key, { userId, at }]) => {
        const lost = at.filter((objectId) => !mayUse(userId, objectId));
        at.splice(0, at.length, ...at.filter((objectId) => !lost.includes(objectId)));
        const [, sessionId] = JSON.parse(key) as [string, string];
        return lost.map((objectId) => ({ userId, sessionId, objectId }));
      });
    },
    /** Ids of who is listed, in order; null where the viewer may not use the place. */
    here(viewer: string, objectId: string): string[] | null {
      if (!mayUse(viewer, objectId)) return null;
      const present = [...places.values()].filter(({ at }) => at.includes(objectId)).map(({ userId }) => userId);
      const mayBeSeen = (userId: string) =>
        !hiding.has(userId) && inAudience(privacy.get(userId) ?? 'FOLLOWERS', viewer, userId);
      return [...new Set(present)].filter((userId) => userId === viewer || mayBeSeen(userId)).sort();
    },
  };
};

export type SocialOracle = ReturnType<typeof createSocialOracle>;
