/** Who is at a place, purely (docs/design.md#places). */
import { isAt, isSeenAt } from '../presence/places.js';
import type { PresenceRecord } from '../presence/types.js';
import { type Facets, maySee } from '../presence/visibility.js';

/** How many people of a place are listed, and up to how many they are counted exactly. */
export const MAX_LISTED = 200;

/**
 * Whether a viewer with those facets sees the user at that place: who is seen live there, and may be seen. Users find themselves, also
 * while INVISIBLE; who chose OFFLINE is nowhere.
 */
export const isHere = (record: PresenceRecord, facets: Facets, conversationId: string): boolean =>
  facets.self
    ? record.chosen !== 'OFFLINE' && isAt(record, conversationId)
    : maySee(facets) && isSeenAt(record, conversationId);

/**
 * How many are at a place: exactly those whom the viewer sees, up to {@link MAX_LISTED}; beyond, of all who are seen there live,
 * rounded to two digits, so that no single coming can be read from it.
 */
export const countHere = (seen: number, total: number): { readonly count: number; readonly approximate: boolean } =>
  seen <= MAX_LISTED
    ? { count: seen, approximate: false }
    : { count: roundedToTwoDigits(Math.max(seen, total)), approximate: true };

/** Whole numbers alone: 1,049 is 1,000, and 1,050 is 1,100. */
export const roundedToTwoDigits = (total: number): number => Number(total.toPrecision(2));
