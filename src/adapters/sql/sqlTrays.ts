/** Trays in the database: notices, their totals, and what their owner hides. */
import { sql } from 'drizzle-orm';
import { badInput } from '../../presence/errors.js';
import type { SocialChange } from '../../social/ports/socialBus.js';
import type { TrayStore } from '../../social/ports/trays.js';
import type { Inbox, InboxChange, MuteTarget, Notice } from '../../social/socialTypes.js';
import type { Database, Orm } from './database.js';
import { NEXT_RELATION_NUMBER } from './deletions.js';
import { changesQuery, inboxQuery, MAX_CHANGES, noticeActsQuery, noticesQuery, toNotice } from './noticeRows.js';
import { createPushQueue } from './pushQueue.js';
import { rowsByKey } from './rowsByKey.js';
import type { CommitSocial } from './socialCommit.js';
import { trayChanges } from './sqlActs.js';
import { mutes } from './tables.js';
import { lockTrays } from './trayLocks.js';
import { markReadIn, markSeenIn } from './trayMarks.js';
import { changeSightOfTarget } from './traySight.js';
import { readTrays } from './underRemoval.js';

/** See docs/semantics.md, "Limits". */
const MAX_MUTES = 10_000;

const readInbox = async (orm: Orm, userId: string): Promise<Inbox> => {
  const found = await readTrays([{ userId }], (trays, reading) => inboxQuery(orm, trays, reading));
  const rows = rowsByKey(new Set([userId]), found, ({ inbox }) => inbox.userId);
  return rows.get(userId)!.inbox;
};

const checkMutes = async (tx: Orm, userId: string, maxMutes: number): Promise<void> => {
  const count = await tx.$count(mutes, sql`${mutes.userId} = ${userId}`);
  if (count > maxMutes) throw badInput(`A user can mute at most ${maxMutes} users and objects.`);
};

/**
 * A read costs by what it shows: a page of 100 notices is 300 look-ups of acts, the totals at most 2,000 entries of an index. A
 * change costs by the notices that it touches.
 */
export const createTrayStore = ({
  db,
  commit,
  maxMutes = MAX_MUTES,
}: {
  readonly db: Database;
  readonly commit: CommitSocial;
  readonly maxMutes?: number | undefined;
}) => {
  const muteChange = (userId: string, target: MuteTarget, muted: boolean): SocialChange => ({
    kind: 'mute',
    ...{ userId, target, muted },
  });

  const marked = (userId: string, mark: (tx: Orm) => Promise<ReadonlyMap<string, number>>): Promise<Inbox> =>
    commit(async (tx) => {
      const social = trayChanges(await mark(tx));
      return { result: await readInbox(tx, userId), changes: [], social };
    });

  return {
    inbox: (userId) => db.run((orm) => readInbox(orm, userId)),

    async notices(userId, page) {
      const rows = await db.run((orm) =>
        readTrays([{ userId }], (_, reading) => noticesQuery(orm, userId, page, reading)),
      );
      return { items: rows.slice(0, page.first).map(toNotice), hasMore: rows.length > page.first };
    },

    async noticeActs(userId, noticeId, page) {
      const rows = await db.run((orm) =>
        readTrays([{ userId }], (_, reading) => noticeActsQuery(orm, userId, noticeId, page, reading)),
      );
      if (rows.length === 0) return null;
      const acts = rows.flatMap(({ isThere, act }) => (isThere ? [act] : []));
      return { items: acts.slice(0, page.first), hasMore: acts.length > page.first };
    },

    async changedSince(trays) {
      const rows = await db.run((orm) => readTrays(trays, (asked, reading) => changesQuery(orm, asked, reading)));
      const inboxes = new Map<
        string,
        { readonly inbox: Inbox; readonly isPartial: boolean; readonly notices: Notice[] }
      >();
      for (const { inbox, isPartial, isThere, ...row } of rows) {
        const change = inboxes.get(inbox.userId) ?? { inbox, isPartial, notices: [] };
        if (isThere) change.notices.push(toNotice(row));
        inboxes.set(inbox.userId, change);
      }
      const changes = [...inboxes].map(([userId, { inbox, isPartial, notices }]): [string, InboxChange] => {
        const partial = isPartial || notices.length > MAX_CHANGES;
        return [userId, { inbox, notices: notices.slice(0, MAX_CHANGES), partial }];
      });
      return new Map(changes);
    },

    markSeen: (userId, upTo) => marked(userId, (tx) => markSeenIn(tx, userId, upTo)),

    markRead: (userId, upTo, noticeIds) => marked(userId, (tx) => markReadIn(tx, userId, upTo, noticeIds)),

    async mute(userId, target) {
      await commit(async (tx) => {
        await lockTrays(tx, [userId]);
        const added = await tx
          .insert(mutes)
          .select(sql`select ${userId}, ${target.kind}, ${target.id}, ${NEXT_RELATION_NUMBER}
            where not exists (select from users where id = ${userId} and deleted_at is not null)`)
          .onConflictDoNothing()
          .returning();
        if (added.length === 0) return { result: undefined, changes: [], social: [] };
        await checkMutes(tx, userId, maxMutes);
        const revisions = await changeSightOfTarget(tx, userId, target, false);
        return {
          result: undefined,
          changes: [],
          social: [muteChange(userId, target, true), ...trayChanges(revisions)],
        };
      });
    },

    async unmute(userId, target) {
      await commit(async (tx) => {
        await lockTrays(tx, [userId]);
        const removed = await tx
          .delete(mutes)
          .where(
            sql`${mutes.userId} = ${userId} and ${mutes.kind} = ${target.kind} and ${mutes.targetId} = ${target.id}`,
          )
          .returning();
        if (removed.length === 0) return { result: undefined, changes: [], social: [] };
        const revisions = await changeSightOfTarget(tx, userId, target, true);
        return {
          result: undefined,
          changes: [],
          social: [muteChange(userId, target, false), ...trayChanges(revisions)],
        };
      });
    },

    takeDue: createPushQueue({ db }),
  } satisfies TrayStore;
};
