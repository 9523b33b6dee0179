/** Cursors of pages, purely: opaque to clients, each with the list that it belongs to and a place in it. */
import { badInput } from './errors.js';

/** What a cursor holds: a place of a list. `list` is one character. */
export interface Cursor {
  readonly list: string;
  readonly place: string;
}

export const encodeCursor = ({ list, place }: Cursor): string =>
  Buffer.from(`${list}${place}`, 'utf8').toString('base64url');

/** Reads a cursor of one of the lists; BAD_USER_INPUT for anything else. */
export const decodeCursor = (text: string, lists: readonly string[]): Cursor => {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const cursor = { list: decoded.slice(0, 1), place: decoded.slice(1) };
  if (encodeCursor(cursor) !== text || cursor.place === '' || !lists.includes(cursor.list)) {
    throw badInput('after is not a cursor of this list. Pass an endCursor as it came.');
  }
  return cursor;
};
