/** Deliveries that many share: executed once, written once a tick. */
import { afterEach, describe, expect, it } from 'vitest';
import { createContext } from '../../../src/graphql/context.js';
import { createSchema } from '../../../src/graphql/schema.js';
import type { Viewer } from '../../../src/presence/visibility.js';
import { createEngine, type SharedResults } from '../../../src/server/execution/engine.js';
import { createFanout, type Fanout, untilIdle, userViewer } from '../../support/unit/fanout.js';

const PLAIN = `subscription ($ids: [ID!], $withDevices: Boolean = true) {
  presenceChanged(userIds: $ids) {
    userId status statusMessage { text } activities { name } devices @include(if: $withDevices) lastSeen user { id } asOf
  }
}`;
const OWN =
  'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { userId status statusMessage { text } isTyping asOf } }';

const streams: { return(): unknown }[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) void stream.return();
});

const start = async () => {
  const fanout = await createFanout();
  const { presence, hub, people } = fanout;
  const engine = createEngine({
    schema: createSchema(),
    contextFor: (operation) =>
      createContext({ presence, hub: hub as never, people, relations: {} as never, social: {} as never }, operation),
    people,
    log: { error: () => {} },
    introspection: 'all',
    suggestions: true,
  });
  const open = async (
    viewer: Viewer,
    query: string,
    { operationName, ...variables }: Record<string, unknown> & { readonly operationName?: string },
  ) => {
    const caller = { viewer, connectionId: null };
    const prepared = engine.prepare(
      { query, variables, ...(operationName !== undefined && { operationName }) },
      { caller, budget: { watched: 0, conversations: 0, objects: 0 }, requestId: 'r' },
    );
    if (!('run' in prepared)) throw prepared[0];
    return prepared.run();
  };
  return {
    ...fanout,
    engine,
    open,
    /** What a viewer is sent, of a subscription that is shared. */
    async share(viewer: string, ids: readonly string[], { query = PLAIN, ...variables }: Record<string, unknown> = {}) {
      const { stream, render } = (await open(userViewer(viewer), String(query), {
        ids,
        ...variables,
      })) as SharedResults;
      streams.push(stream);
      const sent: string[] = [];
      stream.flow({ take: (delivery) => sent.push(render(delivery)) > 0 });
      return {
        sent,
        shown: () => sent.map((text) => JSON.parse(Buffer.from(text, 'latin1').toString()).data.presenceChanged),
      };
    },
  };
};

const everyone = (fanout: Fanout, userId: string) =>
  fanout.people.updatePrivacy(userId, { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });

describe('a delivery that many share', () => {
  it('is one execution an event, however many watch, and one for the snapshots of all', async () => {
    const f = await start();
    const viewers = Array.from({ length: 100 }, (_, i) => `viewer-${i}`);
    await f.users('ann', ...viewers);
    await everyone(f, 'ann');
    await f.connect('ann');
    const watching = await Promise.all(viewers.map((viewer) => f.share(viewer, ['ann'])));
    expect(f.engine.rendering.executions).toBe(1);
    await f.say('ann', 'one');
    await f.say('ann', 'two');
    await untilIdle();
    expect(f.engine.rendering.executions).toBe(3);
    for (const { shown } of watching) {
      expect(shown().map(({ statusMessage }) => statusMessage?.text ?? null)).toEqual([null, 'one', 'two']);
    }
    expect(new Set(watching.map(({ sent }) => sent[2])).size).toBe(1);
  });

  it('is the same whichever users are asked for beside, and another with other variables or another document', async () => {
    const f = await start();
    await f.users('ann', 'bob', 'me', 'you');
    await everyone(f, 'ann');
    await everyone(f, 'bob');
    await f.share('me', ['ann']);
    await f.share('you', ['bob', 'ann']);
    await f.share('you', ['ann'], { withDevices: false });
    await f.share('you', ['ann'], { query: PLAIN.replace('lastSeen', '') });
    // ann and bob; ann without devices; ann without lastSeen.
    expect(f.engine.rendering.executions).toBe(4);
    await f.say('ann', 'hello');
    expect(f.engine.rendering.executions).toBe(7);
  });

  it('is one execution whatever other operations its document has', async () => {
    const f = await start();
    await f.users('ann', 'bob', 'me', 'you');
    await everyone(f, 'ann');
    const query = `subscription S($ids: [ID!]) { presenceChanged(userIds: $ids) { ...Shown } }
      subscription Other($ids: [ID!]) { presenceChanged(userIds: $ids) { ...Shown ...Typing } }
      query Q($ids: [ID!], $with: Boolean!) { presence(userIds: $ids) { ...Shown ...Typing @include(if: $with) } }
      fragment Shown on Presence { userId statusMessage { ...Message } asOf }
      fragment Message on StatusMessage { text }
      fragment Typing on Presence { isTyping user { presence { status } } }`;
    const me = await f.share('me', ['ann'], { query, operationName: 'S' });
    const you = await f.share('you', ['bob', 'ann'], { query, operationName: 'S' });
    await f.say('ann', 'hello');
    await untilIdle();
    expect(me.shown().at(-1)).toMatchObject({ userId: 'ann', statusMessage: { text: 'hello' } });
    expect(you.sent.at(-1)).toBe(me.sent.at(-1));
    expect(f.engine.rendering.executions).toBe(2);
    const other = await f.open(userViewer('me'), query, { ids: ['ann'], operationName: 'Other' });
    expect(other).not.toHaveProperty('render');
    streams.push(other as AsyncIterableIterator<unknown> as never);
  });

  it('never holds more than the facets of its viewer', async () => {
    const f = await start();
    await f.users('ann', 'friend', 'stranger');
    await f.people.updatePrivacy('ann', { status: 'EVERYONE', lastSeen: 'FOLLOWERS', activity: 'FOLLOWERS' });
    await f.follow('friend', 'ann');
    await f.connect('ann');
    const [friend, stranger] = [await f.share('friend', ['ann']), await f.share('stranger', ['ann'])];
    await f.play('ann', 'Ableton Live');
    await f.say('ann', 'in the studio');
    await untilIdle();
    expect(friend.shown().at(-1)).toMatchObject({ activities: [{ name: 'Ableton Live' }], devices: ['WEB'] });
    expect(stranger.shown().at(-1)).toMatchObject({
      activities: [],
      devices: [],
      statusMessage: { text: 'in the studio' },
    });
    expect(stranger.sent.join()).not.toContain('Ableton');
    expect(stranger.shown()).toHaveLength(2);
  });

  it('ends when its viewer’s visibility is revoked, before anything else is sent', async () => {
    const f = await start();
    await f.users('ann', 'me', 'you');
    await everyone(f, 'ann');
    await f.connect('ann');
    const [me, you] = [await f.share('me', ['ann']), await f.share('you', ['ann'])];
    const blocking = f.people.block('ann', 'me');
    await f.say('ann', 'not for me');
    await blocking;
    await untilIdle();
    expect(me.shown().at(-1)).toMatchObject({ status: 'OFFLINE', statusMessage: null, devices: [], lastSeen: null });
    expect(me.sent.join()).not.toContain('not for me');
    expect(you.shown().at(-1)).toMatchObject({ statusMessage: { text: 'not for me' } });
  });

  it('carries any text byte for byte, also one that looks like an instant', async () => {
    const f = await start();
    await f.users('ann', 'me');
    await everyone(f, 'ann');
    await f.connect('ann');
    const me = await f.share('me', ['ann']);
    const texts = ['日本 👋 "quoted" \\ é', '1000-01-01T00:00:00.000Z', '}'];
    for (const text of texts) await f.say('ann', text);
    await untilIdle();
    expect(
      me
        .shown()
        .slice(1)
        .map(({ statusMessage }) => statusMessage.text),
    ).toEqual(texts);
    const instants = me.shown().map(({ asOf }) => asOf);
    expect([...new Set(instants)].sort()).toEqual(instants);
  });

  it('is executed for each viewer where it depends on the viewer', async () => {
    const f = await start();
    await f.users('ann', 'me');
    await everyone(f, 'ann');
    for (const query of [OWN, PLAIN.replace('user { id }', 'user { presence { status } }')]) {
      const opened = await f.open(userViewer('me'), query, { ids: ['ann'] });
      expect('render' in opened).toBe(false);
      const iterator = (opened as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      expect(await iterator.next()).toMatchObject({ value: { data: { presenceChanged: { userId: 'ann' } } } });
      await iterator.return?.();
    }
    expect(f.engine.rendering.executions).toBe(0);
  });

  it('reads the access facts of all users of a subscription in one query', async () => {
    const f = await start();
    const ids = Array.from({ length: 50 }, (_, i) => `user-${i}`);
    await f.users('me', ...ids);
    let questions = 0;
    const { accessFacts } = f.people;
    Object.assign(f.people, {
      accessFacts: (...args: Parameters<typeof accessFacts>) => {
        questions += 1;
        return accessFacts(...args);
      },
    });
    const counted = await f.addHub();
    const watch = await counted.watchPresence(userViewer('me'), {
      userIds: ids,
      snapshot: true,
      budget: { watched: 0, conversations: 0, objects: 0 },
    });
    expect(questions).toBe(1);
    expect(counted.size().topics).toBe(50);
    await watch.return();
  });
});
