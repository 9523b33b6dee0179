/** urql on a running server, set up as `recipes/urql.ts` has it. */
import { cacheExchange as documentCache, type Exchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openProxy } from '../../test/support/cluster/proxy.js';
import type {} from '../../test/support/cluster/sharedPostgres.js';
import { type Person, serve } from '../../test/support/http/rollcall.js';
import { createInbox } from '../../test/support/unit/inbox.js';
import { presenceKeys } from '../src/urql.js';
import { holdAnswers } from './lateAnswers.js';
import * as recipe from './recipes/urql.js';

const rollcall = await serve();
let answers: ReturnType<typeof holdAnswers>;

beforeEach(() => {
  vi.stubGlobal('WebSocket', WebSocket);
  answers = holdAnswers();
});
afterEach(() => vi.unstubAllGlobals());

type Recipe = typeof recipe;
type Made = ReturnType<Recipe['createUrql']>;

const withoutCacheCode = () => cacheExchange({ keys: { ...presenceKeys } });

const clientOf = (
  person: Person,
  cache: Exchange,
  { createUrql }: Pick<Recipe, 'createUrql'> = recipe,
  url = rollcall.url,
): Made => {
  const made = createUrql(url, () => person.token(), 'a-tab', cache);
  onTestFinished(async () => void (await made.socket.dispose()));
  return made;
};

/** What a component would show: the statuses of a query, by user, as they change. */
const showPeople = ({ urql }: Made) => {
  const shown = createInbox<Record<string, string>>('what is shown');
  const query = urql.query(recipe.PEOPLE, {}).subscribe(({ data, error }) => {
    if (error) shown.end(error);
    if (data) shown.push(Object.fromEntries(data.presence.map(({ id, status }) => [id, status])));
  });
  onTestFinished(() => query.unsubscribe());
  return shown;
};

const listen = ({ urql }: Made) => {
  const events = createInbox<recipe.Presence>('the subscription');
  const subscription = urql.subscription(recipe.PRESENCE_CHANGED, {}).subscribe(({ data, error }) => {
    if (data) events.push(data.presenceChanged);
    if (error) events.end(error);
  });
  onTestFinished(() => subscription.unsubscribe());
  return events;
};

/** Silent where all keys are right. */
const collectWarnings = () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  return () => warn.mock.calls.map(([text]) => String(text).slice(0, 200));
};

it('graphcache: an event changes what a query shows, without any cache code', async () => {
  const warnings = collectWarnings();
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const client = clientOf(ada, withoutCacheCode());
  const shown = showPeople(client);
  expect(await shown.next()).toEqual({ [ben.id]: 'OFFLINE' });
  await listen(client).next();
  await ben.setPresence({ status: 'DO_NOT_DISTURB', statusMessage: { text: 'Lunch' } });
  await shown.nextWhere((people) => people[ben.id] === 'DO_NOT_DISTURB');
  expect(warnings()).toEqual([]);
});

it('graphcache: every type of the schema has a key, or none', async () => {
  const warnings = collectWarnings();
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  await ben.setPresence({ statusMessage: { text: 'Hi' }, activities: [{ type: 'PLAYING', name: 'Go' }] });
  const { urql } = clientOf(ada, withoutCacheCode());
  const { data, error } = await urql
    .query(
      `{
        me { userId presence { id asOf } privacy { status } sessions { id device } }
        roster {
          edges { cursor node { id user { id name } statusMessage { text } activities { name } asOf } }
          pageInfo { hasNextPage }
        }
      }`,
      {},
    )
    .toPromise();
  expect(error).toBeUndefined();
  expect(data.roster.edges[0].node).toMatchObject({ statusMessage: { text: 'Hi' }, activities: [{ name: 'Go' }] });
  const beat = await urql.mutation('mutation { heartbeat { sessionId intervalSeconds } }', {}).toPromise();
  expect(beat.error).toBeUndefined();
  expect(warnings()).toEqual([]);
});

/** A query is answered, then Ben changes and the event arrives, then the answer. What the query shows in the end. */
const meetLateAnswer = async (client: Made, ben: Person) => {
  const shown = showPeople(client);
  await shown.next();
  const events = listen(client);
  await ben.setPresence({ status: 'AWAY' });
  await events.nextWhere(({ status }) => status === 'AWAY');
  const kept = answers.keepNext();
  const late = client.urql.query(recipe.PEOPLE, {}, { requestPolicy: 'network-only' }).toPromise();
  await kept.answered;
  await ben.setPresence({ status: 'DO_NOT_DISTURB' });
  await events.nextWhere(({ status }) => status === 'DO_NOT_DISTURB');
  kept.release();
  await late;
  const cached = client.urql.readQuery(recipe.PEOPLE, {});
  return cached?.data?.presence.map(({ status }) => status);
};

const bareRecipe = async (): Promise<Recipe> => {
  vi.resetModules();
  vi.doMock('../src/urql.js', () => ({
    presenceKeys,
    latestPresenceExchange: (): Exchange => (input) => input.forward,
  }));
  onTestFinished(() => void vi.doUnmock('../src/urql.js'));
  return import('./recipes/urql.js');
};

describe.each([
  ['graphcache', withoutCacheCode],
  ['the document cache', () => documentCache],
])('%s: an answer that is later than a newer event', (_name, cache) => {
  it('does not overwrite it', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    expect(await meetLateAnswer(clientOf(ada, cache()), ben)).toEqual(['DO_NOT_DISTURB']);
  });

  it('would overwrite it without the exchange', async () => {
    const [ada, ben] = await rollcall.friends('ada', 'ben');
    expect(await meetLateAnswer(clientOf(ada, cache(), await bareRecipe()), ben)).toEqual(['AWAY']);
  });
});

it('a server that was killed and started again: what changed meanwhile is shown', async () => {
  const proxy = await openProxy(Number(new URL(rollcall.url).port));
  onTestFinished(() => proxy.close());
  const [ada, ben, cleo] = await rollcall.friends('ada', 'ben', 'cleo');
  const client = clientOf(ada, recipe.graphcache, recipe, `http://127.0.0.1:${proxy.port}/graphql`);
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

it('graphcache: lists grow with the updates of the page: somebody new on the roster, somebody who types', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const [eve] = await rollcall.strangers('eve');
  await eve.updatePrivacy({ status: 'EVERYONE' });
  const conversationId = rollcall.fresh('talk');
  await rollcall.host.putConversation(conversationId, [ada.id, ben.id]);
  const client = clientOf(ada, recipe.graphcache);
  const shown = showPeople(client);
  await shown.next();
  listen(client);
  await ben.connect();
  await shown.nextWhere((people) => people[ben.id] === 'ONLINE');
  await ada.follow(eve.id);
  await shown.nextWhere((people) => people[eve.id] === 'OFFLINE');

  const typists = createInbox<string[]>('who types');
  const query = client.urql.query(recipe.TYPISTS, { conversationId }).subscribe(({ data }) => {
    if (data) typists.push(data.typing.map(({ userId }) => userId));
  });
  onTestFinished(() => query.unsubscribe());
  expect(await typists.next()).toEqual([]);
  const typing = client.urql.subscription(recipe.TYPING_CHANGED, { conversationId }).subscribe(() => {});
  onTestFinished(() => typing.unsubscribe());
  await ben.setTyping(conversationId);
  await typists.nextWhere((users) => users.includes(ben.id));
  await ben.setTyping(conversationId, false);
  await typists.nextWhere((users) => users.length === 0);
});

it('the document cache: events are laid over an answer', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const [eve] = await rollcall.strangers('eve');
  await eve.updatePrivacy({ status: 'EVERYONE' });
  const client = clientOf(ada, documentCache);
  const { data } = await client.urql.query(recipe.PEOPLE, {}).toPromise();
  const answer = data?.presence ?? [];
  const inbox = listen(client);
  const events = new Map<string, recipe.Presence>();
  const until = async (id: string, status: string) => {
    for (;;) {
      const event = await inbox.next();
      events.set(event.id, event);
      if (event.id === id && event.status === status) return;
    }
  };
  await ben.setPresence({ status: 'AWAY' });
  await until(ben.id, 'AWAY');
  await ada.follow(eve.id);
  await until(eve.id, 'OFFLINE');
  expect(recipe.withEvents(answer, events).map(({ id, status }) => [id, status])).toEqual([
    [ben.id, 'AWAY'],
    [eve.id, 'OFFLINE'],
  ]);
  const later = (await client.urql.query(recipe.PEOPLE, {}, { requestPolicy: 'network-only' }).toPromise()).data;
  expect(recipe.withEvents(later?.presence ?? [], events)).toHaveLength(2);
});

it('signing out ends the session at once', async () => {
  const [ada, ben] = await rollcall.friends('ada', 'ben');
  const client = clientOf(ada, documentCache);
  await vi.waitUntil(async () => (await ben.presence([ada.id]))[0]?.status === 'ONLINE', { timeout: 20_000 });
  await client.signOut();
  expect((await ben.presence([ada.id]))[0]?.status).toBe('OFFLINE');
});
