import type { ListPage } from '../social/socialTypes.js';
import type { CursorPage } from './socialContract.js';

/** A page of a list as clients get it: `cursorOf` an item continues after it; `after` is the cursor that the page began with. */
export const cursorPage = <T>(
  { items, hasMore }: ListPage<T>,
  { after, cursorOf }: { readonly after: string | null; readonly cursorOf: (item: T) => string },
): CursorPage<T> => ({
  items: items.map((node) => ({ cursor: cursorOf(node), node })),
  hasNextPage: hasMore,
  hasPreviousPage: after !== null,
});
