/** What the mobile dialect says at `/api/presence/subscribe` (docs/doors.md#sockets-of-the-dialects). Pure. */
import { mobileId, mobilePresence } from '../../../doors/dialects/mobile.js';
import type { Dialect } from './dialect.js';

export const MOBILE_SOCKET: Dialect = {
  initial: (views) => ({ type: 'initial_state', data: { presences: views.map(mobilePresence) } }),
  presence: (view) => ({ type: 'presence_update', data: mobilePresence(view) }),
  typing: ({ userId, conversationId, isTyping }) => ({
    type: 'typing_update',
    data: { user_id: mobileId(userId), conversation_id: mobileId(conversationId), is_typing: isTyping },
  }),
  answer: () => null,
  expected: 'This socket takes no messages: use the paths of REST.',
  heartbeats: false,
};
