/** What the crowd asks, and the shape of what it is answered. */

export interface Presence {
  readonly userId: string;
  readonly status: string;
  readonly statusMessage: {
    readonly text: string;
    readonly emoji: string | null;
    readonly expiresAt: string | null;
  } | null;
  readonly activities: readonly object[];
  readonly devices: readonly string[];
  readonly lastSeen: string | null;
  readonly asOf: string;
}

/** All that two events in a row differ in. */
export const contentOf = ({ status, statusMessage, activities, devices, lastSeen }: Presence): string =>
  JSON.stringify([status, statusMessage, activities, devices, lastSeen]);

/** What is sent of somebody who went out of sight. */
export const NOTHING = JSON.stringify(['OFFLINE', null, [], [], null]);

const PRESENCE =
  'userId status statusMessage { text emoji expiresAt } activities { type name details startedAt expiresAt } devices lastSeen asOf';
const NAMED = `user { name avatarUrl } ${PRESENCE}`;
const ACT = 'id verb actor { id name } objectId objectType text data at gone';
const NOTICE = `id verb objectId objectType actors { id name } actorCount latest { ${ACT} } at isRead position gone`;
const TRAY = 'id unread unseen revision asOf';
const COUNTS = 'id objectId all { name value } asOf';
const PAGE = 'pageInfo { hasNextPage endCursor }';

export const QUERIES = {
  presence: `query ($userIds: [ID!]) { presence(userIds: $userIds) { ${PRESENCE} } }`,
  userPresence: `query ($userId: ID!) { userPresence(userId: $userId) { ${NAMED} isTyping } }`,
  roster: `query ($first: Int!) { roster(first: $first) { edges { node { ${PRESENCE} } } ${PAGE} } }`,
  me: '{ me { userId chosenStatus presence { status } privacy { status } sessions { id idle } } }',
  typing: 'query ($conversationId: ID!) { typing(conversationId: $conversationId) { userId isTyping } }',
  inbox: `{ inbox { ${TRAY} } }`,
  notices: `query ($first: Int!) { notices(first: $first) { edges { node { ${NOTICE} } } ${PAGE} } }`,
  noticeActs: `query ($noticeId: ID!) { noticeActs(noticeId: $noticeId) { edges { node { ${ACT} } } ${PAGE} } }`,
  timeline: `query ($first: Int!) { timeline(first: $first) { edges { node { ${ACT} } } ${PAGE} } }`,
  counts: `query ($objectIds: [ID!]!) { counts(objectIds: $objectIds) { ${COUNTS} } }`,
  here: 'query ($conversationId: ID!) { here(conversationId: $conversationId) { people { id status } count } }',
  following: `{ following(first: 100) { edges { node { id name } } ${PAGE} } }`,
  blocked: `{ blocked(first: 100) { edges { node { id name } } ${PAGE} } }`,
  online: `{ online(first: 100) { totalCount edges { node { userId status } } ${PAGE} } }`,
  presenceHistory: `query ($userId: ID!, $from: DateTime!, $to: DateTime!) {
    presenceHistory(userId: $userId, from: $from, to: $to) { edges { node { device status from to } } ${PAGE} } }`,
} as const;

export const MUTATIONS = {
  setPresence: 'mutation ($input: SetPresenceInput!) { setPresence(input: $input) { status asOf } }',
  heartbeat: 'mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { sessionId places } }',
  endSession: 'mutation ($sessionId: ID!) { endSession(sessionId: $sessionId) }',
  setTyping: 'mutation ($input: SetTypingInput!) { setTyping(input: $input) { isTyping } }',
  updatePrivacy: 'mutation ($input: UpdatePrivacyInput!) { updatePrivacy(input: $input) { status } }',
  follow: 'mutation ($userId: ID!) { follow(userId: $userId) }',
  unfollow: 'mutation ($userId: ID!) { unfollow(userId: $userId) }',
  block: 'mutation ($userId: ID!) { block(userId: $userId) }',
  unblock: 'mutation ($userId: ID!) { unblock(userId: $userId) }',
  mute: 'mutation ($userId: ID, $objectId: ID) { mute(userId: $userId, objectId: $objectId) }',
  unmute: 'mutation ($userId: ID, $objectId: ID) { unmute(userId: $userId, objectId: $objectId) }',
  markSeen: 'mutation ($upTo: String!) { markSeen(upTo: $upTo) { unseen } }',
  markRead: 'mutation ($upTo: String!) { markRead(upTo: $upTo) { unread } }',
  enter: 'mutation ($conversationId: ID!) { enter(conversationId: $conversationId) { count } }',
  leave: 'mutation ($conversationId: ID!) { leave(conversationId: $conversationId) }',
  upsertUsers: 'mutation ($users: [UserInput!]!) { upsertUsers(users: $users) }',
  deleteUser: 'mutation ($userId: ID!) { deleteUser(userId: $userId) }',
  addFollows: 'mutation ($follows: [FollowInput!]!) { addFollows(follows: $follows) }',
  putCircle: 'mutation ($id: ID!, $memberIds: [ID!]!) { putCircle(id: $id, memberIds: $memberIds) }',
  putConversation: `mutation ($id: ID!, $memberIds: [ID!]!, $open: Boolean!, $ownerId: ID, $audience: Audience) {
    putConversation(id: $id, memberIds: $memberIds, open: $open, ownerId: $ownerId, audience: $audience) }`,
  deleteConversation: 'mutation ($id: ID!) { deleteConversation(id: $id) }',
  putActivity: `mutation ($userId: ID!, $source: ID!, $activities: [ActivityInput!]!) {
    putActivity(userId: $userId, source: $source, activities: $activities) }`,
  tell: 'mutation ($acts: [ActInput!]!) { tell(acts: $acts) }',
  retract: 'mutation ($actIds: [ID!]!) { retract(actIds: $actIds) }',
  putCounts: 'mutation ($counts: [CountsInput!]!) { putCounts(counts: $counts) }',
} as const;

export const SUBSCRIPTIONS = {
  presence: `subscription ($userIds: [ID!]) { presenceChanged(userIds: $userIds) { ${PRESENCE} } }`,
  named: `subscription ($userIds: [ID!]) { presenceChanged(userIds: $userIds) { ${NAMED} } }`,
  /** Depends on the viewer: executed for each. */
  typists: `subscription ($userIds: [ID!]) { presenceChanged(userIds: $userIds) { ${PRESENCE} isTyping } }`,
  typing: 'subscription { typingChanged { conversationId userId isTyping user { name } } }',
  tray: `subscription { inboxChanged { inbox { ${TRAY} } notices { ${NOTICE} } partial } }`,
  timeline: `subscription { timelineChanged { ${ACT} } }`,
  counts: `subscription ($objectIds: [ID!]!) { countsChanged(objectIds: $objectIds) { ${COUNTS} } }`,
  here: `subscription ($conversationId: ID!) {
    hereChanged(conversationId: $conversationId) { here { count } came { id } went } }`,
  me: 'subscription { meChanged { chosenStatus presence { status asOf } sessions { id } } }',
} as const;
