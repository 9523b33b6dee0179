/** The client's own documents; `schema/operations` has the same for generators. */

const USER = 'user { id name avatarUrl }';
export const PRESENCE = `id userId ${USER} status statusMessage { text emoji expiresAt }
  activities { type name details startedAt expiresAt } devices lastSeen asOf`;
const PRIVACY = 'status lastSeen activity';
const ME = `userId presence { ${PRESENCE} } chosenStatus privacy { ${PRIVACY} }
  sessions { id device idle startedAt expiresAt }`;

export const PRESENCES = `query($userIds: [ID!]) { presence(userIds: $userIds) { userId } }`;
export const ROSTER_IDS = `query($after: String) {
  roster(first: 500, after: $after) { edges { node { userId } } pageInfo { hasNextPage endCursor } } }`;
export const TYPISTS = `query($conversationId: ID!) { typing(conversationId: $conversationId) { userId } }`;

export const PRESENCE_CHANGED = `subscription($userIds: [ID!]) { presenceChanged(userIds: $userIds) { ${PRESENCE} } }`;
export const TYPING_CHANGED = `subscription($conversationId: ID!) {
  typingChanged(conversationId: $conversationId) { userId ${USER} isTyping } }`;
export const ME_CHANGED = `subscription { meChanged { ${ME} } }`;

export const SET_PRESENCE = `mutation($input: SetPresenceInput!) { setPresence(input: $input) { ${PRESENCE} } }`;
export const HEARTBEAT = 'mutation($input: HeartbeatInput!) { heartbeat(input: $input) { intervalSeconds } }';
/** Hides the user, and has the session begin in a way that does not end the choice OFFLINE. The fields run in this order. */
export const HIDE =
  'mutation($input: SetPresenceInput!, $beat: HeartbeatInput!) { setPresence(input: $input) { id } heartbeat(input: $beat) { intervalSeconds } }';
export const END_SESSION = 'mutation($sessionId: ID!) { endSession(sessionId: $sessionId) }';
export const SET_TYPING = 'mutation($input: SetTypingInput!) { setTyping(input: $input) { isTyping } }';
export const UPDATE_PRIVACY = `mutation($input: UpdatePrivacyInput!) { updatePrivacy(input: $input) { ${PRIVACY} } }`;

/** A mutation about another user: `follow`, `unfollow`, `block` or `unblock`. */
export const relationDocument = (field: string): string => `mutation($userId: ID!) { ${field}(userId: $userId) }`;
