/** What trays hold after a story of acts, marks, blocks and mutes: written from the rules alone, without revisions or tables. */
import type { NewAct } from '../../src/social/socialTypes.js';

/** An act that was told at least once; `order` is that of the first telling. */
interface OracleAct extends NewAct {
  readonly order: number;
  told: boolean;
}

interface OracleNotice {
  readonly key: string;
  readonly acts: OracleAct[];
  isRead: boolean;
  /** When its latest visible act came. */
  moment: number;
}

/** A notice as its owner sees it. */
export interface SeenNotice {
  readonly moment: number;
  readonly isRead: boolean;
  readonly actorCount: number;
  readonly actorIds: readonly string[];
  /** All of its acts, the latest first. */
  readonly actIds: readonly string[];
}

export const createTrayOracle = (users: readonly string[]) => {
  const acts = new Map<string, OracleAct>();
  const trays = new Map(users.map((user) => [user, { notices: [] as OracleNotice[], seen: 0, moved: 0 }]));
  const blocks = new Set<string>();
  const mutes = new Set<string>();
  let now = 0;

  const isVisible = (user: string, act: OracleAct) =>
    act.told &&
    !blocks.has(`${user} ${act.actorId}`) &&
    !blocks.has(`${act.actorId} ${user}`) &&
    !mutes.has(`${user} user ${act.actorId}`) &&
    !mutes.has(`${user} object ${act.objectId}`);

  const seenBy = (user: string): readonly SeenNotice[] =>
    trays.get(user)!.notices.flatMap(({ acts, isRead, moment }): SeenNotice[] => {
      const visible = acts.filter((act) => isVisible(user, act)).sort((a, b) => b.order - a.order);
      const actors = [...new Set(visible.map(({ actorId }) => actorId))];
      if (actors.length === 0) return [];
      const actIds = visible.map(({ id }) => id);
      return [{ moment, isRead, actorCount: actors.length, actorIds: actors.slice(0, 3), actIds }];
    });
  const totals = (user: string) => {
    const unread = seenBy(user).filter(({ isRead }) => !isRead);
    const { seen } = trays.get(user)!;
    return { unread: unread.length, unseen: unread.filter(({ moment }) => moment > seen).length };
  };
  const visibleState = (user: string) => JSON.stringify([seenBy(user), totals(user)]);

  /** Something happens; a tray moves where its owner sees a difference. */
  const happen = (change: () => void): void => {
    now += 1;
    const before = users.map(visibleState);
    change();
    users.forEach((user, i) => {
      if (visibleState(user) !== before[i]) trays.get(user)!.moved = now;
    });
  };

  return {
    seenBy,
    totals,
    /** The moment at which the owner last saw a difference. */
    movedAt: (user: string) => trays.get(user)!.moved,
    now: () => now,
    tell(act: NewAct) {
      happen(() => {
        const known = acts.get(act.id);
        if (known) {
          known.told = true;
          return;
        }
        const told: OracleAct = { ...act, order: now, told: true };
        acts.set(act.id, told);
        for (const user of act.recipients) {
          const tray = trays.get(user)!;
          const key = act.group ?? `${act.verb} on ${act.objectId}`;
          let notice = tray.notices.find((each) => each.key === key && !each.isRead);
          if (!notice) {
            notice = { key, acts: [], isRead: false, moment: tray.moved };
            tray.notices.push(notice);
          }
          notice.acts.push(told);
          if (isVisible(user, told)) notice.moment = now;
        }
      });
    },
    retract(id: string) {
      happen(() => {
        const act = acts.get(id);
        if (act) act.told = false;
      });
    },
    block: (from: string, to: string) => happen(() => void blocks.add(`${from} ${to}`)),
    unblock: (from: string, to: string) => happen(() => void blocks.delete(`${from} ${to}`)),
    mute: (user: string, kind: string, id: string) => happen(() => void mutes.add(`${user} ${kind} ${id}`)),
    unmute: (user: string, kind: string, id: string) => happen(() => void mutes.delete(`${user} ${kind} ${id}`)),
    markSeen(user: string, moment: number) {
      happen(() => {
        const tray = trays.get(user)!;
        tray.seen = Math.max(tray.seen, moment);
      });
    },
    markRead(user: string, moment: number) {
      happen(() => {
        for (const notice of trays.get(user)!.notices) {
          const isShown = notice.acts.some((act) => isVisible(user, act));
          if (isShown && notice.moment <= moment) notice.isRead = true;
        }
      });
    },
  };
};
