import type { PresenceView } from '../presence/view.js';
import type { Told } from './interest.js';

/** What is told, as a view. */
export const viewOf = ({ shown: { userId, content, lost }, asOf }: Told): PresenceView => ({
  userId,
  ...content,
  asOf,
  ...(lost && { lost }),
});
