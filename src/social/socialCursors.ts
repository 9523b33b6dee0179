/** Cursors of social lists, purely: opaque to clients, each of one list. */
import { decodeCursor, encodeCursor } from '../presence/cursors.js';
import { badInput } from '../presence/errors.js';
import type { NoticePlace } from './ports/trays.js';

/** The lists, in their cursors. */
const NOTICES = 'n';
const ACTS = { noticeActs: 'a', timeline: 't' } as const;
export type ActList = keyof typeof ACTS;

const foreign = () => badInput('after is not a cursor of this list. Pass an endCursor as it came.');

/** A whole number as it is written: without a sign or leading zeros. */
const wholeOf = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || String(value) !== text) throw foreign();
  return value;
};

export const noticeCursor = ({ position, id }: NoticePlace): string =>
  encodeCursor({ list: NOTICES, place: `${position}:${id}` });

/** The place of a cursor that {@link noticeCursor} made; BAD_USER_INPUT for anything else. */
export const readNoticeCursor = (cursor: string): NoticePlace => {
  const { place } = decodeCursor(cursor, [NOTICES]);
  const colon = place.indexOf(':');
  const id = place.slice(colon + 1);
  if (colon < 0 || id === '' || id.length > 128 || id.includes('\0')) throw foreign();
  return { position: wholeOf(place.slice(0, colon)), id };
};

/** Of an act of a list, by its number in the order of the telling. */
export const actCursor = (list: ActList, seq: number): string => encodeCursor({ list: ACTS[list], place: String(seq) });

/** The number of a cursor that {@link actCursor} made for that list; BAD_USER_INPUT for anything else. */
export const readActCursor = (list: ActList, cursor: string): number =>
  wholeOf(decodeCursor(cursor, [ACTS[list]]).place);
