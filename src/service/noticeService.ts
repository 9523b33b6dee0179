/**
 * A user's own tray (docs/design.md#social): its totals, its pages, what is marked, and whom and what the user mutes. A page costs what
 * it holds; a page counts as one read an item.
 */
import { notFound } from '../presence/errors.js';
import type { RateLimits } from '../presence/ports/rates.js';
import { checkFirst, checkId, checkIds } from '../presence/validate.js';
import type { Viewer } from '../presence/visibility.js';
import type { TrayStore } from '../social/ports/trays.js';
import { actCursor, noticeCursor, readActCursor, readNoticeCursor } from '../social/socialCursors.js';
import type { ListPage } from '../social/socialTypes.js';
import { checkMute, checkRevision, MAX_SOCIAL_PAGE } from '../social/socialValidate.js';
import { userOf } from './callerUser.js';
import { cursorPage } from './cursorPage.js';
import type { ReadBudget } from './readBudget.js';
import type { MuteInput, NoticeService } from './socialContract.js';
import type { UserQueue } from './userQueue.js';

const NO_TRAY = 'A service token is no user, so it has no tray. Use a token of the user.';

export const createNoticeService = ({
  trays,
  reads,
  rateLimits,
  hiding,
}: {
  readonly trays: Omit<TrayStore, 'changedSince' | 'takeDue'>;
  readonly reads: ReadBudget;
  readonly rateLimits: RateLimits;
  /** Whom and what a user hides changes in turn, see `createRelations`. */
  readonly hiding: UserQueue;
}): NoticeService => {
  const pageRead = <T>(
    viewer: Viewer,
    read: () => Promise<ListPage<T>>,
    { after, cursorOf }: { readonly after: string | null; readonly cursorOf: (item: T) => string },
  ) =>
    reads.open(viewer, 'query', async () => {
      const page = await read();
      return { result: cursorPage(page, { after, cursorOf }), counted: page.items.length };
    });

  const changeMute =
    (change: 'mute' | 'unmute') =>
    async (viewer: Viewer, target: MuteInput): Promise<true> => {
      const self = userOf(viewer, NO_TRAY);
      const checked = checkMute(target);
      await rateLimits.take('mutation', self);
      await hiding(self, () => trays[change](self, checked));
      return true;
    };

  return {
    async inbox(viewer) {
      const self = userOf(viewer, NO_TRAY);
      return reads.list(viewer, 1, 'query', () => trays.inbox(self));
    },

    async notices(viewer, { first, after, unreadOnly }) {
      const self = userOf(viewer, NO_TRAY);
      checkFirst(first, MAX_SOCIAL_PAGE);
      const from = after === null ? null : readNoticeCursor(after);
      return pageRead(viewer, () => trays.notices(self, { first, after: from, unreadOnly }), {
        after,
        cursorOf: noticeCursor,
      });
    },

    async noticeActs(viewer, noticeId, { first, after }) {
      const self = userOf(viewer, NO_TRAY);
      checkId(noticeId, 'noticeId');
      checkFirst(first, MAX_SOCIAL_PAGE);
      const from = after === null ? null : readActCursor('noticeActs', after);
      const read = async () => {
        const page = await trays.noticeActs(self, noticeId, { first, after: from });
        if (page === null) throw notFound('There is no such notice.');
        return { hasMore: page.hasMore, items: page.items.map((act) => ({ act, gone: false })) };
      };
      return pageRead(viewer, read, { after, cursorOf: ({ act }) => actCursor('noticeActs', act.seq) });
    },

    async markSeen(viewer, upTo) {
      const self = userOf(viewer, NO_TRAY);
      const revision = checkRevision(upTo, 'upTo');
      await rateLimits.take('mutation', self);
      return trays.markSeen(self, revision);
    },

    async markRead(viewer, upTo, noticeIds) {
      const self = userOf(viewer, NO_TRAY);
      const revision = checkRevision(upTo, 'upTo');
      const checked = noticeIds && checkIds(noticeIds, 'noticeIds');
      await rateLimits.take('mutation', self);
      return trays.markRead(self, revision, checked);
    },

    mute: changeMute('mute'),
    unmute: changeMute('unmute'),
  };
};
