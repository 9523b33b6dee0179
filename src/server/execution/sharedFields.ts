/**
 * The subscription fields whose deliveries viewers share: what they send of a projection is executed once, unless the document
 * asks for what depends on the viewer or has to be loaded. See docs/design.md#2-shape, "Fan-out".
 */
const SHARED: ReadonlySet<string> = new Set(['presenceChanged', 'countsChanged', 'timelineChanged']);

export const isSharedField = (field: string): boolean => SHARED.has(field);

/** Whether a field of that type depends on the viewer or has to be loaded. */
export const isPerViewer = (type: string | undefined, field: string): boolean =>
  (type === 'Presence' && field === 'isTyping') || (type === 'User' && field !== 'id' && field !== '__typename');
