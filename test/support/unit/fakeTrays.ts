/** Trays in memory, for tests of what watches them: a tray moves when a test says so. */
import type { SocialBus } from '../../../src/social/ports/socialBus.js';
import type { TrayStore } from '../../../src/social/ports/trays.js';
import type { Act, Inbox, Notice } from '../../../src/social/socialTypes.js';

/** The most notices of one change. */
const MAX_CHANGES = 50;

export const anAct = (fields: Partial<Act> = {}): Act => ({
  id: 'like:1',
  verb: 'like',
  actorId: 'bo',
  objectId: 'post',
  objectType: null,
  text: null,
  data: null,
  audience: 'NOBODY',
  at: 0,
  seq: 1,
  ...fields,
});

interface Tray {
  inbox: Inbox;
  readonly notices: Map<string, Notice>;
}

export const createFakeTrays = ({ bus }: { readonly bus: Pick<SocialBus, 'publishSocial'> }) => {
  const trays = new Map<string, Tray>();
  /** The trays asked for, a list a query. */
  const queries: { readonly userId: string; readonly after: number | null }[][] = [];
  /** Awaited before each query; what it rejects with, the query does. */
  let gate: () => Promise<void> = async () => {};
  let clock = 1_000;

  const trayOf = (userId: string): Tray => {
    const known = trays.get(userId) ?? {
      inbox: { userId, unread: 0, unseen: 0, revision: 0, asOf: clock },
      notices: new Map(),
    };
    trays.set(userId, known);
    return known;
  };

  return {
    queries,
    set gate(next: () => Promise<void>) {
      gate = next;
    },
    inboxOf: (userId: string) => trayOf(userId).inbox,
    /** Moves a tray: notices come or change as given, each by its id. `silent`: no message is sent. */
    async move(userId: string, notices: readonly Partial<Notice>[] = [{}], { silent = false } = {}) {
      const tray = trayOf(userId);
      clock += 1;
      const revision = tray.inbox.revision + 1;
      tray.inbox = { ...tray.inbox, revision, asOf: clock };
      for (const fields of notices) {
        const id = fields.id ?? 'n1';
        const before = tray.notices.get(id);
        tray.notices.set(id, {
          id,
          userId,
          verb: 'like',
          objectId: 'post',
          objectType: null,
          actorIds: ['bo'],
          actorCount: 1,
          latest: anAct(),
          at: 0,
          isRead: false,
          position: revision,
          gone: false,
          ...before,
          ...fields,
          changed: revision,
        });
      }
      tray.inbox = { ...tray.inbox, unread: [...tray.notices.values()].filter(({ gone }) => !gone).length };
      if (!silent) await bus.publishSocial({ kind: 'tray', userId, revision });
      return revision;
    },
    /** The database is restored from a copy in which the tray had that revision, and none of its notices. */
    restore(userId: string, revision: number) {
      clock += 1;
      trays.set(userId, { inbox: { userId, unread: 0, unseen: 0, revision, asOf: clock }, notices: new Map() });
    },
    async changedSince(asked) {
      queries.push([...asked]);
      await gate();
      return new Map(
        asked.map(({ userId, after }) => {
          const { inbox, notices } = trayOf(userId);
          const changed = [...notices.values()]
            .filter((notice) => after !== null && notice.changed > after)
            .sort((a, b) => b.changed - a.changed);
          return [userId, { inbox, notices: changed.slice(0, MAX_CHANGES), partial: changed.length > MAX_CHANGES }];
        }),
      );
    },
  } satisfies Pick<TrayStore, 'changedSince'> & Record<string, unknown>;
};

export type FakeTrays = ReturnType<typeof createFakeTrays>;

/** Marks of sessions, written down: `+user/connection` where a tray is shown, `-user/connection` where it is no more. */
export const createFakeShownTrays = () => {
  const marks: string[] = [];
  return {
    marks,
    opened: (userId: string, connectionId: string) => void marks.push(`+${userId}/${connectionId}`),
    closed: (userId: string, connectionId: string) => void marks.push(`-${userId}/${connectionId}`),
  };
};
