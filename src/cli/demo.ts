/** Development's demo users: people who follow each other, a circle, a conversation and a post, with tokens to be them. */
import type { Directory } from '../presence/ports/directory.js';
import type { GroupStore } from '../presence/ports/groups.js';
import type { RelationStore } from '../presence/ports/relations.js';
import { signToken } from '../server/auth/tokens.js';

const DEMO_USERS = [
  { id: 'ada', name: 'Ada Lovelace' },
  { id: 'ben', name: 'Ben Bitdiddle' },
  { id: 'cleo', name: 'Cleo Codd' },
  { id: 'dev', name: 'Dev Dijkstra' },
] as const;
const DEMO_IDS = DEMO_USERS.map(({ id }) => id);
const DEMO_CIRCLE = 'studio';
const DEMO_CONVERSATION = 'lobby';
/** What the people of the page like and comment on. */
const DEMO_POST = { id: 'post-1', ownerId: 'ada' } as const;
const DEMO_HOST = 'backend';
const WEEK_SECONDS = 7 * 24 * 60 * 60;
/** The page asks for another token whenever it connects. */
const PAGE_TOKEN_SECONDS = 60 * 60;

type DemoStore = Pick<Directory, 'profiles' | 'upsertUsers'> &
  Pick<RelationStore, 'addFollows'> &
  Pick<GroupStore, 'putCircle' | 'putConversation'>;

/**
 * Creates the demo users where there are none yet; what was changed of them since stays. The post is for whoever follows its
 * owner.
 */
export const seedDemo = async (people: DemoStore): Promise<void> => {
  await people.putConversation(DEMO_POST.id, [], false, { userId: DEMO_POST.ownerId, audience: 'FOLLOWERS' });
  if ((await people.profiles(DEMO_IDS)).size > 0) return;
  await people.upsertUsers(DEMO_USERS);
  await people.addFollows(
    DEMO_IDS.flatMap((followerId) =>
      DEMO_IDS.filter((id) => id !== followerId).map((followeeId) => ({ followerId, followeeId })),
    ),
  );
  await people.putCircle(DEMO_CIRCLE, DEMO_IDS);
  await people.putConversation(DEMO_CONVERSATION, DEMO_IDS, false);
};

/**
 * What the page at `/` needs: the demo users, and the host's back end that a script of the page plays, with tokens that are
 * valid for an hour, new at each call.
 */
export const createDemoPeople = (signing: {
  readonly secret: string;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly serviceScope: string;
}) => {
  const { secret, issuer, audience, serviceScope } = signing;
  const token = (userId: string, service = false) =>
    signToken({ secret, issuer, audience, serviceScope, userId, service, ttlSeconds: PAGE_TOKEN_SECONDS });
  return async () => ({
    people: await Promise.all(DEMO_USERS.map(async ({ id, name }) => ({ id, name, token: await token(id) }))),
    conversationId: DEMO_CONVERSATION,
    post: DEMO_POST,
    hostToken: await token(DEMO_HOST, true),
  });
};

/**
 * What development prints at its start where it made its secret itself: a token for the host's back end and, with the
 * demo users, a link for each of them.
 */
export const banner = async (options: {
  readonly url: string;
  readonly secret: string;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly serviceScope: string;
  /** Whether the demo users are there. */
  readonly demo: boolean;
}): Promise<string> => {
  const { url, demo, ...signing } = options;
  const token = (userId: string, service = false) =>
    signToken({ ...signing, userId, service, ttlSeconds: WEEK_SECONDS });
  const lines = [
    '',
    demo
      ? 'Rollcall, in development mode. Two of the demo users, live in one page:'
      : 'Development mode, with data of its own.',
    '',
  ];
  if (demo) {
    lines.push(`  ${url}/`, '', 'GraphiQL, signed in as one of them; open each in a window of its own:', '');
    for (const { id, name } of DEMO_USERS) {
      lines.push(`  ${name} (${id})`, `    ${url}/graphql#token=${await token(id)}`);
    }
    lines.push(
      '',
      `They follow each other, and share the circle "${DEMO_CIRCLE}" and the conversation "${DEMO_CONVERSATION}".`,
    );
  }
  lines.push(
    'A token goes into the header Authorization: Bearer TOKEN. More of them: npm run --silent token -- USER [--service]',
    '',
    `  The host's back end (scope "${signing.serviceScope}")`,
    `    ${await token(DEMO_HOST, true)}`,
    '',
  );
  return `${lines.join('\n')}\n`;
};
