/** Operations of the program's own over the client's connection. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse, print, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { PresenceClient } from '../src/index.js';
import { printDocument } from '../src/printDocument.js';
import { createFakeServer } from './support/fakeServer.js';
import { outcomeOf, pass, setUp, withFakeTime } from './support/harness.js';

withFakeTime();

const ME = '{ me { userId } }';

describe('a request', () => {
  it('answers the data, for a text as for a document', async () => {
    const { server, client } = await setUp();
    for (const document of [ME, parse(ME)]) {
      const outcome = outcomeOf(client.request(document, { a: 1 }));
      await pass(0);
      expect(server.newest('me').variables).toEqual({ a: 1 });
      server.newest('me').answer({ userId: 'ada' });
      await pass(0);
      expect(outcome).toEqual({ value: { me: { userId: 'ada' } } });
    }
  });

  it('rejects with what the server says', async () => {
    const { server, client } = await setUp();
    const outcome = outcomeOf(client.request(ME));
    await pass(0);
    server.newest('me').fail('UNAVAILABLE', { retryAfterMs: 500, requestId: 'r1' });
    await pass(0);
    expect(outcome.error).toMatchObject({
      name: 'PresenceError',
      code: 'UNAVAILABLE',
      retryAfterMs: 500,
      requestId: 'r1',
      message: 'UNAVAILABLE',
    });
    expect(outcome.error).toBeInstanceOf(Error);
  });

  it('gets its own answer, in whatever order they come', async () => {
    const { server, client } = await setUp();
    const outcomes = [1, 2].map((n) => outcomeOf(client.request(ME, { n })));
    await pass(0);
    const [first, second] = server.all('me');
    second!.answer(2);
    first!.answer(1);
    await pass(0);
    expect(outcomes.map(({ value }) => value)).toEqual([{ me: 1 }, { me: 2 }]);
  });

  it('waits for a connection; too many, or too large ones, are refused', async () => {
    const server = createFakeServer();
    server.mode = 'refuse';
    const { client } = await setUp({}, server);
    const waiting = Array.from({ length: 101 }, (_, n) => outcomeOf(client.request(ME, { n })));
    await pass(0);
    expect(waiting.map(({ error }) => error?.code)).toEqual([...Array(100).fill(undefined), 'QUEUE_FULL']);
    server.mode = 'accept';
    await pass(1_000);
    expect(server.all('me').map(({ variables }) => variables.n)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    server.mode = 'refuse';
    server.last.drop();
    await pass(0);
    const large = Array.from({ length: 5 }, () => outcomeOf(client.request(ME, { text: 'x'.repeat(250_000) })));
    const tooLarge = outcomeOf(client.request(ME, { text: '長'.repeat(90_000) }));
    await pass(0);
    expect(large.map(({ error }) => error?.code)).toEqual([...Array(4).fill(undefined), 'QUEUE_FULL']);
    expect(tooLarge.error?.code).toBe('BAD_USER_INPUT');
  });

  it('of a crowd is sent as others are answered', async () => {
    const { server, client } = await setUp();
    const outcomes = Array.from({ length: 150 }, () => outcomeOf(client.request(ME)));
    await pass(0);
    expect(server.live('me').length).toBe(100);
    for (const operation of server.live('me')) operation.answer(1);
    await pass(0);
    expect(server.live('me').length).toBe(50);
    for (const operation of server.live('me')) operation.answer(1);
    await pass(0);
    expect(outcomes.every(({ value }) => value !== undefined)).toBe(true);
  });

  it('whose answer is lost is not sent twice, since nobody knows whether it ran', async () => {
    const { server, client } = await setUp();
    const outcome = outcomeOf(client.request(ME));
    await pass(0);
    server.last.drop();
    await pass(10_000);
    expect(outcome.error?.code).toBe('DISCONNECTED');
    expect(server.all('me').length).toBe(1);
  });

  it('is rejected at once where the client is unauthorized, with the reason', async () => {
    const { client } = await setUp({ token: '' });
    const outcome = outcomeOf(client.request(ME));
    await pass(0);
    expect(outcome.error).toBe(client.connection.get().error);
  });

  it('that waits is rejected when the client becomes so', async () => {
    const server = createFakeServer();
    server.mode = 'refuse';
    const { client } = await setUp({}, server);
    const outcome = outcomeOf(client.request(ME));
    server.mode = 4400;
    await pass(1_000);
    expect(outcome.error?.code).toBe('BAD_USER_INPUT');
  });

  it('takes the first event of a subscription, and ends it with the second', async () => {
    const { server, client } = await setUp();
    const outcome = outcomeOf(client.request('subscription { ticks }'));
    await pass(0);
    const ticks = server.newest('ticks');
    ticks.next(1);
    ticks.next(2);
    await pass(0);
    expect([outcome.value, ticks.isLive]).toEqual([{ ticks: 1 }, false]);
  });
});

describe('relations and privacy', () => {
  it('are sent again where the answer is lost, as to repeat them changes nothing', async () => {
    const { server, client } = await setUp();
    const fields = ['follow', 'unfollow', 'block', 'unblock'] as const;
    const outcomes = fields.map((field) => outcomeOf(client[field]('ben')));
    const privacy = outcomeOf(client.updatePrivacy({ status: 'NOBODY' }));
    await pass(0);
    server.last.drop();
    await pass(1_000);
    for (const field of fields) {
      expect(server.all(field).map(({ variables }) => variables)).toEqual([{ userId: 'ben' }, { userId: 'ben' }]);
      server.newest(field).answer(true);
    }
    server.newest('updatePrivacy').answer({ status: 'NOBODY' });
    await pass(0);
    expect(outcomes).toEqual(Array(4).fill({ value: undefined }));
    expect(privacy.value).toEqual({ status: 'NOBODY' });
  });
});

describe('a relation or privacy that was changed once more', () => {
  it.each([
    [(client: PresenceClient) => client.follow('ben'), (client: PresenceClient) => client.unfollow('ben')],
    [(client: PresenceClient) => client.unblock('ben'), (client: PresenceClient) => client.block('ben')],
    [
      (client: PresenceClient) => client.updatePrivacy({ status: 'EVERYONE' }),
      (client: PresenceClient) => client.updatePrivacy({ status: 'NOBODY' }),
    ],
  ])('is not undone by the earlier one, whose answer was lost: %#', async (earlier, later) => {
    const { server, client } = await setUp();
    const first = outcomeOf<unknown>(earlier(client));
    const others = outcomeOf(client.follow('cem'));
    const second = outcomeOf<unknown>(later(client));
    await pass(0);
    server.operations.at(-1)!.answer({ status: 'NOBODY' });
    await pass(0);
    expect('value' in second).toBe(true);
    const before = server.operations.length;
    server.last.drop();
    await pass(1_000);
    const again = server.operations.slice(before).filter(({ field }) => field !== 'heartbeat');
    expect(again.map(({ variables }) => variables)).toEqual([{ userId: 'cem' }]);
    expect([first.error?.code, others]).toEqual(['DISCONNECTED', {}]);
  });

  it('leaves the earlier one alone where the later is refused, or lost as well', async () => {
    const { server, client } = await setUp();
    const outcomes = [client.follow('ben'), client.unfollow('ben'), client.follow('ben')].map(outcomeOf);
    await pass(0);
    server.newest('follow').fail('NOT_FOUND');
    await pass(0);
    server.last.drop();
    await pass(1_000);
    expect(outcomes.map(({ error }) => error?.code)).toEqual([undefined, undefined, 'NOT_FOUND']);
    expect(server.operations.slice(-3).map(({ field }) => field)).toEqual(['follow', 'unfollow', 'heartbeat']);
  });
});

describe('printing a document', () => {
  /** What a reader of the text cannot tell. */
  const bare = (text: string) =>
    visit(parse(text, { noLocation: true }), { StringValue: (node) => ({ ...node, block: false }) });
  const KITCHEN_SINK = `
    query Q($a: [ID!]! = ["x", "y\\n\\"z\\""] @on, $b: In = { n: -1.5e3, on: true, nothing: null, e: RED }) @live(x: $a) {
      alias: field(a: $a, list: [1, [2, $b]], object: { deep: { er: "é" } }) @skip(if: false) @include(if: true) {
        ... on Type @here { id }
        ... { id }
        ... @include(if: $c) { id }
        ...Rest @there
      }
    }
    mutation { a(text: """a "block" text""") }
    subscription S { a }
    fragment Rest on Type @f { id }
  `;

  it('says the same as the document', () => {
    const folder = new URL('../../schema/operations/', import.meta.url);
    const own = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
    for (const text of [KITCHEN_SINK, ...own]) {
      expect(bare(printDocument(parse(text)))).toEqual(bare(print(parse(text))));
    }
  });
});

describe('what is too long for one message', () => {
  it('is refused by itself, whatever it is, and never sent: the server would close the connection over it', async () => {
    const { server, client, errors } = await setUp();
    const text = 'x'.repeat(300_000);
    const outcomes = [
      client.setPresence({ statusMessage: { text } }),
      client.request('{ me { userId } }', { text }),
      client.follow(text),
    ].map(outcomeOf);
    client.typing(text).subscribe(() => {});
    client.keystroke(text);
    await pass(1_000);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(Array(3).fill('BAD_USER_INPUT'));
    expect(errors.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
    expect(server.operations.map(({ field }) => field)).toEqual(['heartbeat']);
  });
});
