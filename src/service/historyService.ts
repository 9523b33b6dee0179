/** Who was seen when, for the host's reports (docs/doors.md#history). */
import { decodeCursor, encodeCursor } from '../presence/cursors.js';
import { badInput, notFound } from '../presence/errors.js';
import type { HistoryPlace, HistoryReader, Span } from '../presence/ports/history.js';
import { checkFirst, checkId } from '../presence/validate.js';
import type { Viewer } from '../presence/visibility.js';
import { requireService } from './callerUser.js';
import { cursorPage } from './cursorPage.js';
import type { CursorPage, PageInput } from './socialContract.js';

export const MAX_SPANS = 500;
const DAY_MS = 86_400_000;
const MAX_DAYS = 366;
const LIST = 's';
const PLACE = /^(\d{1,16}) ([A-Z]{1,16})$/;

/** A span and whose it is. */
export interface SpanView extends Span {
  readonly userId: string;
}

export interface HistoryService {
  /**
   * The spans of a user that overlap `from` (inclusive) to `to` (exclusive), by their beginnings; none of a user who does not exist.
   * FORBIDDEN to all but service tokens; NOT_FOUND where no history is kept; BAD_USER_INPUT.
   */
  presenceHistory(
    viewer: Viewer,
    input: { readonly userId: string; readonly from: number; readonly to: number } & PageInput,
  ): Promise<CursorPage<SpanView>>;
}

const cursorOf = ({ from, device }: Span): string => encodeCursor({ list: LIST, place: `${from} ${device}` });

const readPlace = (cursor: string): HistoryPlace => {
  const [, from, device] = PLACE.exec(decodeCursor(cursor, [LIST]).place) ?? [];
  if (from === undefined || device === undefined || !Number.isSafeInteger(Number(from))) {
    throw badInput('after is not a cursor of this list. Pass an endCursor as it came.');
  }
  return { from: Number(from), device };
};

const checkRange = (from: number, to: number): void => {
  if (to <= from) throw badInput('to must be later than from.');
  if (to - from > MAX_DAYS * DAY_MS) throw badInput(`from and to are more than ${MAX_DAYS} days apart.`);
};

/** `history`: null where none is kept. */
export const createHistoryService = ({ history }: { readonly history: HistoryReader | null }): HistoryService => ({
  async presenceHistory(viewer, { userId, from, to, first, after }) {
    requireService(viewer);
    if (history === null) throw notFound('This server keeps no history. Set PRESENCE_HISTORY, such as 90d.');
    checkId(userId, 'userId');
    checkRange(from, to);
    checkFirst(first, MAX_SPANS);
    const place = after === null ? null : readPlace(after);
    const spans = await history.spans(userId, { from, to, after: place, limit: first + 1 });
    const items = spans.slice(0, first).map((span) => ({ userId, ...span }));
    return cursorPage({ items, hasMore: spans.length > first }, { after, cursorOf });
  },
});
