/** The documents of the social layer; `schema/operations` has the same for generators. */
import { PRESENCE } from '../documents.js';

const USER = '{ id name avatarUrl }';
const ACT = `id verb actor ${USER} objectId objectType text data at gone`;
const NOTICE = `id verb objectId objectType actors ${USER} actorCount latest { ${ACT} } at isRead position gone`;
const INBOX = 'unread unseen revision';
const COUNTS = 'id objectId all { name value } asOf';
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';

/** An earlier server knows no places, and refuses it. */
export const HEARTBEAT = 'mutation($input: HeartbeatInput!) { heartbeat(input: $input) { intervalSeconds places } }';
export const ENTER = 'mutation($id: ID!) { enter(conversationId: $id) { id } }';
export const LEAVE = 'mutation($id: ID!) { leave(conversationId: $id) }';
export const HERE_CHANGED = `subscription($id: ID!) { hereChanged(conversationId: $id) {
  here { id conversationId count approximate asOf } came { ${PRESENCE} } went } }`;

export const COUNTED = 'query($ids: [ID!]!) { counts(objectIds: $ids) { id } }';
export const COUNTS_CHANGED = `subscription($ids: [ID!]!) { countsChanged(objectIds: $ids) { ${COUNTS} } }`;

export const NOTICES = `query($first: Int!, $after: String) {
  notices(first: $first, after: $after) { edges { node { ${NOTICE} } } ${PAGE_INFO} } }`;
export const INBOX_CHANGED = `subscription($after: String) {
  inboxChanged(after: $after) { inbox { ${INBOX} } notices { ${NOTICE} } partial } }`;
export const MARK_SEEN = `mutation($upTo: String!) { markSeen(upTo: $upTo) { ${INBOX} } }`;
export const MARK_READ = `mutation($upTo: String!, $ids: [ID!]) { markRead(upTo: $upTo, noticeIds: $ids) { ${INBOX} } }`;

export const TIMELINE = `query($first: Int!, $after: String) {
  timeline(first: $first, after: $after) { edges { node { ${ACT} } } ${PAGE_INFO} } }`;
export const TIMELINE_CHANGED = `subscription { timelineChanged { ${ACT} } }`;

/** `mute` or `unmute`. */
export const muteDocument = (field: string): string =>
  `mutation($userId: ID, $objectId: ID) { ${field}(userId: $userId, objectId: $objectId) }`;
