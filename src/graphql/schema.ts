import type { GraphQLSchema } from 'graphql';
import { createBuilder } from './builder.js';
import { addContentTypes } from './content.js';
import { addHistory } from './historyFields.js';
import { addPageInfo } from './pageInfo.js';
import {
  addPresenceMutations,
  addPresenceQueries,
  addPresenceSubscription,
  addPresenceType,
} from './presenceFields.js';
import { addPrivacy, addPrivacyTypes } from './privacyFields.js';
import { addMe, addSessions } from './sessionFields.js';
import { addActMutations, addActTypes } from './socialActFields.js';
import { addCounts } from './socialCountFields.js';
import { addNotices } from './socialNoticeFields.js';
import { addPlaces } from './socialPlaceFields.js';
import { addTimeline } from './socialTimelineFields.js';
import { addTyping } from './typingFields.js';
import { addHostedUsers, addMemberships, addRelationLists, addRelations, addUser } from './userFields.js';
import { addUserPresence } from './userPresenceField.js';

/** The executable schema. Its resolvers need a {@link import('./context.js').Context}. */
export const createSchema = (): GraphQLSchema => {
  const builder = createBuilder();
  const User = addUser(builder);
  const content = addContentTypes(builder);
  const privacy = addPrivacyTypes(builder);
  const Presence = addPresenceType(builder, { ...content, User });
  addUserPresence(builder, { User, Presence });

  addMe(builder, { ...content, ...privacy, Presence });
  const PageInfo = addPageInfo(builder);
  addPresenceQueries(builder, { ...content, Presence, PageInfo });
  addHistory(builder, { ...content, PageInfo });
  addPresenceMutations(builder, { ...content, Presence });
  addPresenceSubscription(builder, Presence);
  addSessions(builder, content);
  addTyping(builder, { User });
  addPrivacy(builder, privacy);
  addRelations(builder);
  addRelationLists(builder, { User, PageInfo });
  addHostedUsers(builder, privacy);
  addMemberships(builder, privacy);

  const acts = addActTypes(builder, { User, PageInfo });
  addNotices(builder, { ...acts, User, PageInfo });
  addTimeline(builder, acts);
  addCounts(builder);
  addPlaces(builder, { Presence });
  addActMutations(builder, privacy);
  return builder.toSchema({ sortSchema: false });
};
