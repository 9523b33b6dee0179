/** The history as the host reads it, of servers of their own (docs/doors.md#history). */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { print } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { PresenceHistoryDocument, type PresenceHistoryQuery } from '../generated/operations.js';
import { type Person, type Rollcall, serve, serveTest } from '../support/http/rollcall.js';

const DAY_MS = 86_400_000;
const SOON = { timeout: 45_000, interval: 100 };
const GRACE_MS = 300;
const ENV = { PRESENCE_HISTORY: '90d', PRESENCE_OFFLINE_DEBOUNCE: `${GRACE_MS}ms` };

type Span = PresenceHistoryQuery['presenceHistory']['edges'][number]['node'];

const page = async (asker: Person, userId: string, variables = {}) => {
  const from = new Date(Date.now() - DAY_MS).toISOString();
  const to = new Date(Date.now() + DAY_MS).toISOString();
  const { body } = await asker.ask(print(PresenceHistoryDocument), { userId, from, to, ...variables });
  return body as Omit<typeof body, 'data'> & { data?: PresenceHistoryQuery | null };
};
const history = async ({ host }: Rollcall, { id }: Person): Promise<readonly Span[]> => {
  const { data, errors } = await page(host, id);
  expect(errors).toBeUndefined();
  return data!.presenceHistory.edges.map(({ node }) => node);
};
const codeOf = async (asker: Person, variables = {}) => {
  const { errors } = await page(asker, 'anybody', variables);
  return errors?.[0]?.extensions?.code;
};
/** The history once it says so much. */
const until = async (rollcall: Rollcall, person: Person, holds: (spans: readonly Span[]) => boolean) =>
  vi.waitFor(async () => {
    const spans = await history(rollcall, person);
    expect(holds(spans), JSON.stringify(spans)).toBe(true);
    return spans;
  }, SOON);
const isOver = (spans: readonly Span[]) => spans.length > 0 && spans.every(({ to }) => to !== null);

describe('a server with a history', async () => {
  const rollcall = await serve(ENV);
  const { host } = rollcall;

  it('tells the host when a user was seen, on which device and how, until lastSeen', async () => {
    const [ana] = await rollcall.strangers('ana');
    const web = await ana.connect({ device: 'WEB', sessionId: 'tab' });
    const begun = await until(rollcall, ana, (spans) => spans.length === 1);
    expect(begun).toMatchObject([{ userId: ana.id, device: 'WEB', status: 'ONLINE', to: null }]);
    const phone = await ana.connect({ device: 'MOBILE', sessionId: 'phone' });
    await web.setPresence({ status: 'DO_NOT_DISTURB' });
    await phone.close();
    await until(rollcall, ana, (spans) => spans.filter(({ to }) => to !== null).length === 3);
    await web.close();
    const spans = await until(rollcall, ana, isOver);
    expect(spans.map(({ device, status }) => `${device} ${status}`).sort()).toEqual([
      'MOBILE DO_NOT_DISTURB',
      'MOBILE ONLINE',
      'WEB DO_NOT_DISTURB',
      'WEB ONLINE',
    ]);
    expect(spans.map(({ from }) => from)).toEqual(spans.map(({ from }) => from).sort());
    const { lastSeen } = (await host.userPresence(ana.id))!;
    expect(spans.filter(({ device }) => device === 'WEB').at(-1)?.to).toBe(lastSeen);
  });

  it('has a gap while a user is invisible, and goes on through a reconnect', async () => {
    const [ana] = await rollcall.strangers('ana');
    const first = await ana.connect({ sessionId: 'tab' });
    await until(rollcall, ana, (spans) => spans.length === 1);
    await first.drop();
    const socket = await ana.connect({ sessionId: 'tab' });
    await socket.setPresence({ status: 'INVISIBLE' });
    const [before] = await until(rollcall, ana, isOver);
    const { lastSeen } = (await host.userPresence(ana.id))!;
    expect(before!.to).toBe(lastSeen);
    await socket.setPresence({ status: 'ONLINE' });
    const spans = await until(rollcall, ana, (all) => all.length > 1);
    expect(spans).toMatchObject([before!, { status: 'ONLINE', to: null }]);
    expect(spans[1]!.from > before!.to!).toBe(true);
    await socket.close();
  });

  it('gives pages, to service tokens alone, of a bounded range', async () => {
    const [ana, nobody] = await rollcall.strangers('ana', 'nobody');
    for (const status of ['AWAY', 'DO_NOT_DISTURB', 'AWAY'] as const)
      await ana.setPresence({ status, sessionId: 'tab' });
    const all = await until(rollcall, ana, (spans) => spans.length >= 3);
    const found: Span[] = [];
    for (let after: string | null | undefined = null; after !== undefined; ) {
      const { data } = await page(host, ana.id, { first: 1, after });
      const { edges, pageInfo } = data!.presenceHistory;
      expect(edges).toHaveLength(1);
      found.push(...edges.map(({ node }) => node));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
    }
    expect(found).toEqual(all);
    expect(await history(rollcall, nobody)).toEqual([]);
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    expect(await codeOf(ana)).toBe('FORBIDDEN');
    expect(await codeOf(host)).toBeUndefined();
    for (const variables of [
      { first: 0 },
      { first: 501 },
      { from: at(0), to: at(-1_000) },
      { from: at(0), to: at(367 * DAY_MS) },
      { after: 'nonsense' },
      { after: Buffer.from('s12 WEB; drop').toString('base64url') },
      { after: Buffer.from('s9999999999999999 WEB').toString('base64url') },
    ]) {
      expect(await codeOf(host, variables), JSON.stringify(variables)).toBe('BAD_USER_INPUT');
    }
  });

  it('forgets a deleted user, and knows nothing of them when the id is given anew', async () => {
    const [ana] = await rollcall.strangers('ana');
    await ana.setPresence({ sessionId: 'tab' });
    await ana.endSession('tab');
    await ana.setPresence({ status: 'AWAY', sessionId: 'other' });
    await until(rollcall, ana, (spans) => spans.length > 0);
    await host.deleteUser(ana.id);
    expect(await history(rollcall, ana)).toEqual([]);
    await host.upsertUsers([{ id: ana.id }]);
    expect(await history(rollcall, ana)).toEqual([]);
  });

  it('is reported by the program of examples/history', async () => {
    const [ana] = await rollcall.strangers('ana');
    await ana.setPresence({ status: 'DO_NOT_DISTURB', sessionId: 'tab' });
    await until(rollcall, ana, (spans) => spans.length > 0);
    const program = fileURLToPath(new URL('../../examples/history/report.mjs', import.meta.url));
    const report = async (token: string, ...args: string[]) =>
      promisify(execFile)(process.execPath, [program, ...args], { env: { ROLLCALL_TOKEN: token } });
    const { stdout } = await report(await host.token(), rollcall.url, ana.id, '2');
    const today = new Date().toISOString().slice(0, 10);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(new RegExp(`${today}  0\\.\\d\\d h  DO_NOT_DISTURB 0\\.\\d\\d\n$`));
    await expect(report(await ana.token(), rollcall.url, ana.id)).rejects.toMatchObject({
      stderr: expect.stringMatching(/^FORBIDDEN: /),
    });
  });
});

describe('a server that is killed', () => {
  it('leaves no span open for ever, and ends none before it was over', async () => {
    const rollcall = await serveTest({ ...ENV, HEARTBEAT_TIMEOUT: '2s', HEARTBEAT_INTERVAL: '1s' });
    const [ana] = await rollcall.strangers('ana');
    await ana.connect({ sessionId: 'tab' });
    const [open] = await until(rollcall, ana, (spans) => spans.length === 1);
    await rollcall.stop('SIGKILL');
    await rollcall.start();
    await vi.waitFor(async () => {
      const spans = await history(rollcall, ana);
      expect(spans.filter(({ to }) => to === null)).toEqual([]);
      const seen = await rollcall.host.userPresence(ana.id);
      // Of a stay that the journal had not got there is no span.
      for (const span of spans) expect(span).toEqual({ ...open, to: seen?.lastSeen });
    }, SOON);
  });

  it('and one that is stopped writes what happened until then', async () => {
    const rollcall = await serveTest(ENV);
    const [ana] = await rollcall.strangers('ana');
    await ana.setPresence({ sessionId: 'tab' });
    await ana.endSession('tab');
    await ana.setPresence({ sessionId: 'again', status: 'AWAY' });
    expect(await rollcall.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await rollcall.start();
    expect((await history(rollcall, ana)).some(({ status }) => status === 'AWAY')).toBe(true);
  });
});

describe('a server without a history', () => {
  it('says so to the host, and to nobody else', async () => {
    const rollcall = await serveTest();
    const [ana] = await rollcall.strangers('ana');
    await ana.setPresence({ sessionId: 'tab' });
    expect(await codeOf(rollcall.host)).toBe('NOT_FOUND');
    expect(await codeOf(ana)).toBe('FORBIDDEN');
  });
});
