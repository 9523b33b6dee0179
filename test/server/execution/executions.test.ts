/** How often each subscription of `schema/operations` is executed when ten viewers who see the same are sent one event. */
import { readFileSync } from 'node:fs';
import { type DocumentNode, Kind, OperationTypeNode, parse, print } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { createContext, type Services } from '../../../src/graphql/context.js';
import { createSchema } from '../../../src/graphql/schema.js';
import type { Directory } from '../../../src/presence/ports/directory.js';
import { createEngine, type SharedResults } from '../../../src/server/execution/engine.js';
import * as operations from '../../generated/operations.js';
import { createFanout, untilIdle, userViewer } from '../../support/unit/fanout.js';
import { openSharedSocket } from '../../support/unit/sharedSocket.js';
import { createCounts } from '../../support/unit/socialFanout.js';
import { createTimelines } from '../../support/unit/timelines.js';

const VIEWERS = Array.from({ length: 10 }, (_, i) => `viewer-${i}`);

const subscriptionOf = (document: DocumentNode) =>
  document.definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.SUBSCRIPTION,
  );

const DOCUMENTS = new Map(
  Object.entries(operations).flatMap(([name, value]) => {
    const document = value as DocumentNode;
    return name.endsWith('FragmentDoc') || document.kind !== Kind.DOCUMENT || !subscriptionOf(document)
      ? []
      : [[name.replace(/Document$/, ''), print(document)] as const];
  }),
);

/** Who watches, with which variables, and what then happens once. */
interface Scene {
  readonly services: object;
  readonly viewers?: readonly string[];
  readonly variables?: Record<string, unknown>;
  readonly happen: () => Promise<unknown>;
}

/** All viewers follow ann, who is seen by everybody, and share a conversation with her. */
const aroundAnn = async () => {
  const f = await createFanout();
  await f.users('ann', ...VIEWERS);
  await f.people.updatePrivacy('ann', { status: 'EVERYONE', lastSeen: 'EVERYONE', activity: 'EVERYONE' });
  await f.people.putConversation('room', ['ann', ...VIEWERS], false);
  for (const viewer of VIEWERS) await f.people.follow(viewer, 'ann');
  await f.connect('ann');
  return { ...f, services: { presence: f.presence, hub: f.hub, people: f.people } };
};

const presence = async (): Promise<Scene> => {
  const f = await aroundAnn();
  return { services: f.services, variables: { userIds: ['ann'] }, happen: () => f.say('ann', 'hello') };
};

const SCENES: Record<string, () => Promise<Scene>> = {
  PresenceChanged: presence,
  async CountsChanged() {
    const f = await createCounts();
    await f.users(...VIEWERS);
    await f.putObject('post', { open: true });
    return {
      services: { hub: f.fanout, people: f.people },
      variables: { objectIds: ['post'] },
      happen: () => f.put('post', { likes: 1 }),
    };
  },
  async TimelineChanged() {
    const f = await createTimelines();
    await f.users('ann', ...VIEWERS);
    for (const viewer of VIEWERS) await f.people.follow(viewer, 'ann');
    return { services: { hub: f.fanout, people: f.people }, happen: () => f.tell('post', 'ann') };
  },
  async TypingChanged() {
    const f = await aroundAnn();
    return {
      services: f.services,
      variables: { conversationId: 'room' },
      happen: () => f.type('ann', 'room'),
    };
  },
  async HereChanged() {
    const f = await aroundAnn();
    return {
      services: f.services,
      variables: { conversationId: 'room' },
      happen: () => f.enter('ann', 'room'),
    };
  },
  async MeChanged() {
    const f = await aroundAnn();
    return { services: f.services, viewers: VIEWERS.map(() => 'ann'), happen: () => f.say('ann', 'hello') };
  },
  async InboxChanged() {
    const f = await aroundAnn();
    return { services: f.services, viewers: VIEWERS.map(() => 'ann'), happen: () => f.trays.move('ann') };
  },
};

const streams: { return?(): unknown }[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) void stream.return?.();
});

/** Executions that the one event of a scene takes, and what the viewers are sent then. */
const measure = async (query: string, scene: Scene) => {
  const schema = createSchema();
  let executions = 0;
  for (const field of Object.values(schema.getSubscriptionType()!.getFields())) {
    const { resolve } = field;
    field.resolve = (...args) => {
      executions += 1;
      return resolve!(...args);
    };
  }
  const { people } = scene.services as { readonly people: Directory };
  const engine = createEngine({
    schema,
    contextFor: (operation) => createContext(scene.services as Services, operation),
    people,
    log: { error: () => {} },
    introspection: 'all',
    suggestions: true,
  });
  const sent: unknown[] = [];
  const sockets: { readonly sent: string[] }[] = [];
  for (const viewer of scene.viewers ?? VIEWERS) {
    const prepared = engine.prepare(
      { query, variables: scene.variables ?? {} },
      {
        caller: { viewer: userViewer(viewer), connectionId: null },
        budget: { watched: 0, conversations: 0, objects: 0 },
        requestId: 'r',
      },
    );
    if (!('run' in prepared)) throw prepared[0];
    const opened = (await prepared.run()) as SharedResults | AsyncIterableIterator<unknown>;
    if ('render' in opened) {
      const socket = openSharedSocket(opened);
      streams.push({ return: socket.end });
      sockets.push(socket);
    } else {
      streams.push(opened);
      void (async () => {
        for await (const result of opened) sent.push(result);
      })();
    }
  }
  await untilIdle();
  executions = 0;
  for (const list of [sent, ...sockets.map((socket) => socket.sent)]) list.splice(0);
  await scene.happen();
  await untilIdle();
  return { executions, sent: [...sent, ...sockets.flatMap((socket) => socket.sent.map((text) => JSON.parse(text)))] };
};

const readmes = [...readFileSync('README.md', 'utf8').matchAll(/```graphql\n([^`]*)```/g)]
  .map(([, text]) => text!)
  .filter((text) => subscriptionOf(parse(text)));

describe('one event to ten viewers', () => {
  /**
   * What is sent depends on the viewer in these: a user's own state and tray go to that user's devices alone, and whom a viewer
   * sees at a place differs from viewer to viewer.
   */
  const perViewer = ['HereChanged', 'InboxChanged', 'MeChanged'];
  const shared = ['CountsChanged', 'PresenceChanged', 'TimelineChanged', 'TypingChanged'];

  it('is measured for every subscription of schema/operations', () => {
    expect([...DOCUMENTS.keys()].sort()).toEqual([...shared, ...perViewer].sort());
    expect(readmes).toHaveLength(1);
  });

  it.each(shared)('is one execution of %s', async (name) => {
    const { executions, sent } = await measure(DOCUMENTS.get(name)!, await SCENES[name]!());
    expect(sent).toHaveLength(10);
    expect(sent.filter((result) => JSON.stringify(result) !== JSON.stringify(sent[0]))).toEqual([]);
    expect(sent[0]).not.toHaveProperty('errors');
    expect(executions).toBe(1);
  });

  it('is one execution of the subscription that the README begins with', async () => {
    const { executions, sent } = await measure(readmes[0]!, {
      ...(await presence()),
      variables: {},
    });
    expect(sent).toHaveLength(10);
    expect(sent.filter((result) => JSON.stringify(result) !== JSON.stringify(sent[0]))).toEqual([]);
    expect(sent[0]).not.toHaveProperty('errors');
    expect(executions).toBe(1);
  });

  it.each(perViewer)('is one of %s for each', async (name) => {
    const { executions, sent } = await measure(DOCUMENTS.get(name)!, await SCENES[name]!());
    expect(sent).toHaveLength(10);
    expect(executions).toBe(10);
  });
});
