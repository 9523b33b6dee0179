import type { ListPage } from '../social/socialTypes.js';
import type { CursorPage } from './socialContract.js';

/**
 * A page of a list as clients get it: `cursorOf` an item continues after it; `after` is the cursor that the page began with, and `end` the
 * one where it goes on, where that is not its last item.
 */
export const cursorPage = <T>(
  { items, hasMore }: ListPage<T>,
  {
    after,
    cursorOf,
    end = null,
  }: { readonly after: string | null; readonly cursorOf: (item: T) => string; readonly end?: string | null },
): CursorPage<T> => ({
  items: items.map((node) => ({ cursor: cursorOf(node), node })),
  endCursor: end ?? (items.length > 0 ? cursorOf(items.at(-1)!) : null),
  hasNextPage: hasMore,
  hasPreviousPage: after !== null,
});
