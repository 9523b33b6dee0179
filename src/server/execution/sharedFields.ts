/**
 * The subscription fields whose deliveries viewers share: what they send of a projection is executed once, unless the document
 * asks for what depends on the viewer. See docs/design.md#2-shape, "Fan-out".
 */
const SHARED: ReadonlySet<string> = new Set(['presenceChanged', 'countsChanged', 'timelineChanged', 'typingChanged']);

export const isSharedField = (field: string): boolean => SHARED.has(field);

/** What of a user everybody reads who is shown the user: it has to be fetched, once for all of them. */
const OF_PROFILE: ReadonlySet<string> = new Set(['name', 'avatarUrl']);

export const isOfProfile = (type: string | undefined, field: string): boolean =>
  type === 'User' && OF_PROFILE.has(field);

/** Whether a field of that type depends on the viewer. */
export const isPerViewer = (type: string | undefined, field: string): boolean =>
  (type === 'Presence' && field === 'isTyping') ||
  (type === 'User' && field !== 'id' && field !== '__typename' && !isOfProfile(type, field));
