/**
 * What of a state Stream is given, purely (docs/doors.md#stream). Stream shows a user object to all who share a channel with the user:
 * so it gets what somebody would see who shares a conversation with them, and nothing else. The privacy of a user holds there
 * too; blocks are between two users, and Stream's own.
 */
import { NOT_VISIBLE } from '../../presence/view.js';
import { type AccessFacts, facetsFor, type Relation } from '../../presence/visibility.js';
import type { UserState } from '../states/sending.js';

/** No user has that id: facts of a pair with it are about the other one alone. */
export const ANYBODY = '';

const SHARES_A_CHANNEL: Relation = {
  follows: false,
  followedBy: false,
  sharesCircle: false,
  sharesConversation: true,
  blocked: false,
};

/** The state as seen there. Somebody who is deleted, or of whom nothing could be read, looks like somebody who left. */
export const asSeenInChannels = (state: UserState, facts: AccessFacts | undefined): UserState => {
  const viewer = { kind: 'user', userId: ANYBODY } as const;
  const facets = facetsFor(viewer, state.userId, facts && { ...facts, ...SHARES_A_CHANNEL });
  if (!facets.status) return { ...state, ...NOT_VISIBLE };
  return {
    ...state,
    activities: facets.activity ? state.activities : [],
    devices: facets.activity ? state.devices : [],
    lastSeen: facets.lastSeen ? state.lastSeen : null,
  };
};
