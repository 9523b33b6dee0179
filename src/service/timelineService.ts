/**
 * A user's timeline, found when it is read (docs/design.md#social). Its cost grows with whom the user follows and not with what they
 * did, so the pages of one user are read one after another. A page costs as many reads as the user asks for, before it is read: what
 * they do not see costs nothing that they could count.
 */
import { checkFirst } from '../presence/validate.js';
import type { TimelineReader } from '../social/ports/timelines.js';
import { actCursor, readActCursor } from '../social/socialCursors.js';
import { MAX_SOCIAL_PAGE } from '../social/socialValidate.js';
import { userOf } from './callerUser.js';
import { cursorPage } from './cursorPage.js';
import type { ReadBudget } from './readBudget.js';
import type { TimelineService } from './socialContract.js';

const NO_TIMELINE = 'A service token is no user, so it follows nobody and has no timeline. Use a token of the user.';

export const createTimelineService = ({
  timelines,
  reads,
}: {
  readonly timelines: Pick<TimelineReader, 'timeline'>;
  readonly reads: ReadBudget;
}): TimelineService => ({
  async timeline(viewer, { first, after }) {
    const self = userOf(viewer, NO_TIMELINE);
    checkFirst(first, MAX_SOCIAL_PAGE);
    const from = after === null ? null : readActCursor('timeline', after);
    return reads.page(viewer, first, 'query', async () => {
      const { items, hasMore, end } = await timelines.timeline(self, { first, after: from });
      const page = { items: items.map((act) => ({ act, gone: false })), hasMore };
      return cursorPage(page, {
        after,
        cursorOf: ({ act }) => actCursor('timeline', act.seq),
        end: hasMore && end !== null ? actCursor('timeline', end) : null,
      });
    });
  },
});
