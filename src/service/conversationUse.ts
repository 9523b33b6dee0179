import { notFound } from '../presence/errors.js';
import type { AccessReader } from '../presence/ports/access.js';
import { type ConversationFacts, mayUse, type Viewer } from '../presence/visibility.js';

/**
 * Its facts. Rejects with NOT_FOUND, the same answer after the same reads, for a conversation that does not exist and for one that
 * the viewer may not use.
 */
export const checkMayUse = async (
  people: Pick<AccessReader, 'conversation'>,
  viewer: Viewer,
  conversationId: string,
): Promise<ConversationFacts> => {
  const conversation = viewer.kind === 'user' ? await people.conversation(conversationId, viewer.userId) : undefined;
  if (!conversation || !mayUse(conversation, viewer.userId))
    throw notFound('There is no such conversation, or the caller may not use it.');
  return conversation;
};
