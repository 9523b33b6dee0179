/** Apollo Client on a running server, set up as `recipes/apollo.ts` has it. */
import { ApolloLink } from '@apollo/client';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openProxy } from '../../test/support/cluster/proxy.js';
import type {} from '../../test/support/cluster/sharedPostgres.js';
import { type Person, serve } from '../../test/support/http/rollcall.js';
import { createInbox } from '../../test/support/unit/inbox.js';
import { holdAnswers } from './lateAnswers.js';
import * as recipe from './recipes/apollo.js';

const rollcall = await serve();
let answers: ReturnType<typeof holdAnswers>;

beforeEach(() => {
  vi.stubGlobal('WebSocket', WebSocket);
  answers = holdAnswers();
});
afterEach(() => vi.unstubAllGlobals());

type Recipe = typeof recipe;

const clientOf = (person: Person, { createApollo }: Pick<Recipe, 'createApollo'> = recipe, url = rollcall.url) => {
  const made = createApollo(url, () => person.token(), 'a-tab');
  onTestFinished(async () => {
    await made.socket.dispose();
  });
  return made;
};

/** What a component would show: the statuses of a query, by user, as they change. */
const showPeople = ({ apollo }: ReturnType<typeof clientOf>) => {
  const shown = createInbox<Record<string, string>>('what is shown');
  const query = apollo.watchQuery({ query: recipe.PEOPLE }).subscribe(({ data, dataState }) => {
    if (dataState === 'complete') shown.push(Object.fromEntries(data.presence.map(({ id, status }) => [id, status])));
  });
  onTestFinished(() => query.unsubscribe());
  return shown;
};

/** A subscription that nothing is done with. */
const listen = ({ apollo }: ReturnType<typeof clientOf>) => {
  const events = createInbox<recipe.Presence>('the subscription');
  const subscription = apollo.subscribe({ query: recipe.PRESENCE_CHANGED }).subscribe(({ data, error }) => {
    if (data) events.push(data.presenceChanged);
    if (error) events.end(error);
  });
  onTestFinished(() => subscription.unsubscribe());
  return events;
};

it('an event changes what a query shows, without any cache code', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const client = clientOf(ada);
  const shown = showPeople(client);
  expect(await shown.next()).toEqual({ [ben.id]: 'OFFLINE' });
  await listen(client).next();
  await ben.setPresence({ status: 'DO_NOT_DISTURB' });
  await shown.nextWhere((people) => people[ben.id] === 'DO_NOT_DISTURB');
});

/** A query is answered, then Ben changes and the event arrives, then the answer. */
const meetLateAnswer = async (client: ReturnType<typeof clientOf>, ben: Person) => {
  const shown = showPeople(client);
  await shown.next();
  const events = listen(client);
  await ben.setPresence({ status: 'AWAY' });
  await events.nextWhere(({ status }) => status === 'AWAY');
  const kept = answers.keepNext();
  const late = client.apollo.query({ query: recipe.PEOPLE, fetchPolicy: 'network-only' });
  await kept.answered;
  await ben.setPresence({ status: 'DO_NOT_DISTURB' });
  await events.nextWhere(({ status }) => status === 'DO_NOT_DISTURB');
  kept.release();
  const { data } = await late;
  const cached = client.apollo.readQuery({ query: recipe.PEOPLE });
  return [data, cached].map((people) => people?.presence.map(({ status }) => status));
};

describe('an answer that is later than a newer event', () => {
  it('does not overwrite it', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    const client = clientOf(ada);
    expect(await meetLateAnswer(client, ben)).toEqual([['DO_NOT_DISTURB'], ['DO_NOT_DISTURB']]);
  });

  it('would overwrite it without the link', async () => {
    vi.resetModules();
    vi.doMock('../src/apollo.js', () => ({
      latestPresenceLink: () => new ApolloLink((operation, forward) => forward(operation)),
    }));
    onTestFinished(() => void vi.doUnmock('../src/apollo.js'));
    const bare: Recipe = await import('./recipes/apollo.js');
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    expect(await meetLateAnswer(clientOf(ada, bare), ben)).toEqual([['AWAY'], ['AWAY']]);
  });
});

it('a server that was killed and started again: what changed meanwhile is shown', async () => {
  const proxy = await openProxy(Number(new URL(rollcall.url).port));
  onTestFinished(() => proxy.close());
  const [ada, ben, cleo] = await rollcall.friends('ada', 'ben', 'cleo');
  const client = clientOf(ada, recipe, `http://127.0.0.1:${proxy.port}/graphql`);
  const shown = showPeople(client);
  const events = listen(client);
  const benAtFirst = await ben.connect();
  await cleo.setPresence({ status: 'AWAY' });
  await shown.nextWhere((people) => people[ben.id] === 'ONLINE' && people[cleo.id] === 'AWAY');
  await rollcall.stop('SIGKILL');
  await benAtFirst.closed;
  await rollcall.start();
  // Ada's connection leads nowhere yet.
  await ben.setPresence({ status: 'DO_NOT_DISTURB' });
  await cleo.block(ada.id);
  proxy.leadTo(Number(new URL(rollcall.url).port));
  await shown.nextWhere((people) => people[ben.id] === 'DO_NOT_DISTURB' && !(cleo.id in people), 60_000);
  await ben.setPresence({ status: 'AWAY' });
  await events.nextWhere(({ id, status }) => id === ben.id && status === 'AWAY');
  await shown.nextWhere((people) => people[ben.id] === 'AWAY');
});

it('lists grow with the snippets of the page: somebody new on the roster, somebody who types', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const [eve] = await rollcall.strangers('eve');
  await eve.updatePrivacy({ status: 'EVERYONE' });
  const conversationId = rollcall.fresh('talk');
  await rollcall.host.putConversation(conversationId, [ada.id, ben.id]);
  const client = clientOf(ada);
  const shown = showPeople(client);
  await shown.next();
  const watching = recipe.watchPresence(client.apollo);
  onTestFinished(() => watching.unsubscribe());
  await ben.connect();
  await shown.nextWhere((people) => people[ben.id] === 'ONLINE');
  await ada.follow(eve.id);
  await shown.nextWhere((people) => people[eve.id] === 'OFFLINE');

  const typists = createInbox<string[]>('who types');
  const query = client.apollo
    .watchQuery({ query: recipe.TYPISTS, variables: { conversationId } })
    .subscribe(({ data, dataState }) => {
      if (dataState === 'complete') typists.push(data.typing.map(({ userId }) => userId));
    });
  onTestFinished(() => query.unsubscribe());
  expect(await typists.next()).toEqual([]);
  const typing = recipe.watchTyping(client.apollo, conversationId);
  onTestFinished(() => typing.unsubscribe());
  await ben.setTyping(conversationId);
  await typists.nextWhere((users) => users.includes(ben.id));
  await ben.setTyping(conversationId, false);
  await typists.nextWhere((users) => users.length === 0);
});

it('signing out ends the session at once and empties the cache', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const client = clientOf(ada);
  const shown = showPeople(client);
  await shown.next();
  const watcher = await ben.lurk();
  await vi.waitUntil(async () => (await ben.presence([ada.id]))[0]?.status === 'ONLINE', { timeout: 20_000 });
  await client.signOut();
  expect((await ben.presence([ada.id]))[0]?.status).toBe('OFFLINE');
  expect(client.apollo.readQuery({ query: recipe.PEOPLE })).toBe(null);
  await watcher.close();
});
