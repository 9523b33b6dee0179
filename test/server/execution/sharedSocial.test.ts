/** Counts and acts are executed once for all who see them, and the same bytes go to all. */
import { afterEach, describe, expect, it } from 'vitest';
import { createContext } from '../../../src/graphql/context.js';
import { createSchema } from '../../../src/graphql/schema.js';
import type { Directory } from '../../../src/presence/ports/directory.js';
import { createEngine, type SharedResults } from '../../../src/server/execution/engine.js';
import { untilIdle, userViewer } from '../../support/unit/fanout.js';
import { openSharedSocket } from '../../support/unit/sharedSocket.js';
import { budget, createCounts } from '../../support/unit/socialFanout.js';
import { createTimelines } from '../../support/unit/timelines.js';

const COUNTS = `subscription ($ids: [ID!]!, $name: String = "likes") {
  countsChanged(objectIds: $ids) { id objectId all { name value } count(name: $name) asOf }
}`;
const ACTS = 'subscription { timelineChanged { id verb actor { id name } objectId text at gone } }';

const VIEWERS = Array.from({ length: 100 }, (_, i) => `viewer-${i}`);

const sockets: { end(): unknown }[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) void socket.end();
});

const engineOver = ({ fanout: hub, people }: { readonly fanout: object; readonly people: Directory }) => {
  const engine = createEngine({
    schema: createSchema(),
    contextFor: (operation) =>
      createContext(
        { presence: {}, hub, people, relations: {}, social: {} } as unknown as Parameters<typeof createContext>[0],
        operation,
      ),
    people,
    log: { error: () => {} },
    introspection: 'all',
    suggestions: true,
  });
  const open = async (viewer: string, query: string, variables: Record<string, unknown> = {}) => {
    const caller = { viewer: userViewer(viewer), connectionId: null };
    const prepared = engine.prepare({ query, variables }, { caller, budget: budget(), requestId: 'r' });
    if (!('run' in prepared)) throw prepared[0];
    return prepared.run();
  };
  const share = async (viewer: string, query: string, variables: Record<string, unknown> = {}) => {
    const socket = openSharedSocket((await open(viewer, query, variables)) as SharedResults);
    sockets.push(socket);
    return socket.sent;
  };
  return { engine, open, share };
};

const shown = (texts: readonly string[]) => texts.map((text) => JSON.parse(text).data);

describe('one execution', () => {
  it('of counts serves all who watch the object', async () => {
    const f = await createCounts();
    const { engine, share } = engineOver(f);
    await f.users('ann', ...VIEWERS);
    await f.putObject('post', { open: true });
    await f.put('post', { likes: 1 });
    const all = await Promise.all(VIEWERS.map((viewer) => share(viewer, COUNTS, { ids: ['post'] })));
    expect(engine.rendering.executions).toBe(1);
    const { asOf } = await f.put('post', { likes: 2, comments: 1 });
    expect(engine.rendering.executions).toBe(2);
    expect(new Set(all.map((sent) => sent.join('\n'))).size).toBe(1);
    const values = [
      { name: 'likes', value: 2 },
      { name: 'comments', value: 1 },
    ];
    expect(shown(all[0]!).at(-1)).toEqual({
      countsChanged: { id: 'post', objectId: 'post', all: values, count: 2, asOf: new Date(asOf).toISOString() },
    });
  });

  it('of an act serves all who see it, and another all for whom it is gone', async () => {
    const f = await createTimelines();
    const { engine, share } = engineOver(f);
    await f.users('ann', ...VIEWERS);
    await f.people.upsertUsers([{ id: 'ann', name: 'Ann' }]);
    for (const viewer of VIEWERS) await f.people.follow(viewer, 'ann');
    const all = await Promise.all(VIEWERS.map((viewer) => share(viewer, ACTS)));
    await f.tell('post', 'ann', { text: 'héllo' });
    await untilIdle();
    await f.people.block(VIEWERS[0]!, 'ann');
    await untilIdle();
    expect(engine.rendering.executions).toBe(2);
    await f.retract('post');
    await untilIdle();
    expect(engine.rendering.executions).toBe(2);
    expect(new Set(all.map((sent) => sent.join('\n'))).size).toBe(1);
    expect(shown(all[0]!)).toMatchObject([
      { timelineChanged: { id: 'post', actor: { id: 'ann', name: 'Ann' }, text: 'héllo', gone: false } },
      {
        timelineChanged: {
          id: 'post',
          verb: '',
          actor: { id: '', name: null },
          objectId: null,
          text: null,
          gone: true,
        },
      },
    ]);
  });

  it('is for each viewer where the presence of the actor is asked for', async () => {
    const f = await createTimelines();
    const { open } = engineOver(f);
    await f.users('ann', 'me');
    const opened = await open('me', 'subscription { timelineChanged { id actor { id presence { status } } } }');
    expect('render' in opened).toBe(false);
    await (opened as AsyncIterableIterator<unknown>).return?.();
  });
});
