/** A timeline by limit and offset, for a dialect that has no cursors. */
import type { Viewer } from '../../presence/visibility.js';
import type { TimelineService } from '../../service/socialContract.js';
import type { Act } from '../../social/socialTypes.js';
import { MAX_SOCIAL_PAGE } from '../../social/socialValidate.js';

export const MAX_OFFSET = 1_000;
/** Pages read for one answer: eleven where all are full, and some more for those that end early. */
const MAX_PAGES = 15;

/**
 * At most `limit` acts after the first `offset`, read page by page: each costs its length in reads of the viewer's allowance. Ends early
 * where so many acts in a row are out of the viewer's sight that {@link MAX_PAGES} pages do not reach further.
 */
export const timelineAt = async (
  social: TimelineService,
  viewer: Viewer,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<readonly Act[]> => {
  const wanted = offset + limit;
  const acts: Act[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const first = Math.min(MAX_SOCIAL_PAGE, wanted - acts.length);
    const page = await social.timeline(viewer, { first, after });
    acts.push(...page.items.map(({ node }) => node.act));
    if (acts.length >= wanted || !page.hasNextPage || page.endCursor === null) break;
    after = page.endCursor;
  }
  return acts.slice(offset, wanted);
};
