/** The product's back end, as the page plays it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callHost } from '../src/host/callHost.js';
import { createHostBackEnd } from '../src/host/hostBackEnd.js';
import { storage } from './support/storage.js';

interface Said {
  readonly query: string;
  readonly variables: {
    readonly acts?: readonly { id: string; verb: string; actorId: string; notify: string[]; text?: string }[];
    readonly ids?: readonly string[];
    readonly counts: readonly { version: string; counts: readonly { name: string; value: number }[] }[];
  };
}

/** What was said to the server, in order. */
let said: Said[] = [];
/** What it answers, in order; then that all is well. */
let answers: (object | Error)[] = [];

beforeEach(() => {
  said = [];
  answers = [];
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: string }) => {
    said.push(JSON.parse(body));
    const answer = answers.shift() ?? { data: {} };
    if (answer instanceof Error) throw answer;
    return Response.json(answer);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const backEnd = (kept = storage()) => createHostBackEnd({ id: 'post', ownerId: 'ada' }, async () => 'token', kept);
const ben = { userId: 'ben', name: 'Ben' };

describe('the back end', () => {
  it('tells a like under one id, takes it back, and counts with growing versions', async () => {
    const host = backEnd();
    await host.like('ben');
    await host.unlike('ben');
    await host.like('ben');
    expect(said.slice(1).map(({ variables: { acts, ids } }) => acts?.[0]?.id ?? `not ${ids?.[0]}`)).toEqual([
      'like:post:ben',
      'not like:post:ben',
      'like:post:ben',
    ]);
    expect(said[1]?.variables.acts?.[0]).toMatchObject({ verb: 'like', actorId: 'ben', notify: ['ada'] });
    const versions = said.map(({ variables }) => Number(variables.counts[0]?.version));
    expect(versions.every((version, at) => at === 0 || version > versions[at - 1]!)).toBe(true);
    expect(said.map(({ variables }) => variables.counts[0]?.counts[0]?.value)).toEqual([0, 1, 0, 1]);
  });

  it('names the owner and those who commented before, each once', async () => {
    const host = backEnd();
    await host.comment(ben, ' One ');
    await host.comment(ben, 'Two');
    expect(said.slice(1).map(({ variables }) => variables.acts?.[0])).toMatchObject([
      { verb: 'comment', text: 'One', notify: ['ada'] },
      { verb: 'comment', text: 'Two', notify: ['ada', 'ben'] },
    ]);
    expect(host.post.get().comments.map(({ text }) => text)).toEqual(['One', 'Two']);
  });

  it('says one thing after the other, also after one that failed', async () => {
    answers = [{ data: {} }, { errors: [{ message: 'No.' }] }];
    const host = backEnd();
    const liked = host.like('ben');
    const unliked = host.unlike('ben');
    await expect(liked).rejects.toThrow('No.');
    await unliked;
    expect(said.length).toBe(3);
  });

  it('is the same in every tab and after a reload, and starts anew where what is kept makes no sense', async () => {
    const kept = storage();
    await backEnd(kept).like('ben');
    const again = backEnd(kept);
    expect(again.post.get().likes).toEqual(['ben']);
    await again.like('cleo');
    expect(again.post.get().likes).toEqual(['ben', 'cleo']);
    for (const nonsense of ['nonsense', '[]', '{"version":1}']) {
      expect(backEnd(storage({ 'rollcall:post:post': nonsense })).post.get().likes).toEqual([]);
    }
  });
});

describe('a call', () => {
  const operation = { query: '{ nothing }', variables: {} };

  it('is repeated where nothing was answered, or it may pass', async () => {
    answers = [new TypeError('offline'), { errors: [{ message: 'Later.', extensions: { code: 'UNAVAILABLE' } }] }];
    await callHost(async () => 'token', operation, 1);
    expect(said.length).toBe(3);
  });

  it('gives up in the end, and at once where it is refused', async () => {
    answers = Array.from({ length: 9 }, () => new TypeError('offline'));
    await expect(callHost(async () => 'token', operation, 1)).rejects.toThrow('offline');
    expect(said.length).toBe(5);
    answers = [{ errors: [{ message: 'No.', extensions: { code: 'BAD_USER_INPUT' } }] }];
    await expect(callHost(async () => 'token', operation, 1)).rejects.toThrow('No.');
    expect(said.length).toBe(6);
  });
});
