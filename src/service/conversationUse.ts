import { notFound } from '../presence/errors.js';
import type { AccessReader } from '../presence/ports/access.js';
import { type ConversationFacts, mayUse, type Viewer } from '../presence/visibility.js';

/**
 * Its facts. Rejects with NOT_FOUND, the same answer after the same reads, for a conversation that does not exist and for one that
 * the viewer may not use. A service token, which may use none, is told so.
 */
export const checkMayUse = async (
  people: Pick<AccessReader, 'conversation'>,
  viewer: Viewer,
  conversationId: string,
): Promise<ConversationFacts> => {
  if (viewer.kind === 'service')
    throw notFound('A service token is a member of no conversation; use the token of a user.');
  const conversation = await people.conversation(conversationId, viewer.userId);
  if (!conversation || !mayUse(conversation, viewer.userId))
    throw notFound('There is no such conversation, or the caller may not use it.');
  return conversation;
};
