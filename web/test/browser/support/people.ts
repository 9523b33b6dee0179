/** People of a test alone, whom the page shows in the place of the demo users. */
import { inject } from 'vitest';
import { patient } from '../../../../test/support/http/api.js';
import { createPerson, type Person } from '../../../../test/support/http/rollcall.js';

export interface Character extends Person {
  readonly name: string;
}

export interface Crowd {
  readonly people: readonly Character[];
  readonly conversationId: string;
  /** The first of them owns it, and it is for whoever follows them. */
  readonly post: { readonly id: string; readonly ownerId: string };
  /** The host's back end. */
  readonly host: Person;
}

const NAMES = ['Ada Lovelace', 'Ben Bitdiddle', 'Cleo Codd', 'Dev Dijkstra'] as const;

const PUT_POST = `mutation PutPost($id: ID!, $ownerId: ID!) {
  putConversation(id: $id, memberIds: [], ownerId: $ownerId, audience: FOLLOWERS)
}`;

const fresh = () => crypto.randomUUID().slice(0, 8);

/** So many people who follow each other and share a conversation, at the server of the project or another. */
export const gather = async (
  count: number,
  { origin, secret }: { readonly origin: string; readonly secret: string } = inject('stage'),
): Promise<Crowd> => {
  const server = { url: `${origin}/graphql`, wsUrl: `${origin.replace('http', 'ws')}/graphql` };
  const host = createPerson(server, 'the-host', { secret, service: true }, patient);
  const suffix = fresh();
  const users = NAMES.slice(0, count).map((name) => ({ id: `${name.split(' ')[0]!.toLowerCase()}-${suffix}`, name }));
  await host.upsertUsers(users);
  const ids = users.map(({ id }) => id);
  await host.addFollows(
    ids.flatMap((followerId) =>
      ids.filter((id) => id !== followerId).map((followeeId) => ({ followerId, followeeId })),
    ),
  );
  const conversationId = `lobby-${suffix}`;
  await host.putConversation(conversationId, ids);
  const post = { id: `post-${suffix}`, ownerId: ids[0]! };
  await host.ask(PUT_POST, post);
  const people = users.map(({ id, name }) => ({ ...createPerson(server, id, { secret }, patient), name }));
  return { people, conversationId, post, host };
};

/** The same crowd with some of its people alone, for a page that is to open their panes. */
export const only = (crowd: Crowd, ...indexes: readonly number[]): Crowd => ({
  ...crowd,
  people: crowd.people.filter((_, index) => indexes.includes(index)),
});
