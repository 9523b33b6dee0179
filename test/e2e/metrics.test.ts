import { expect, it } from 'vitest';
import { post } from '../support/http/http.js';
import { openRaw } from '../support/http/raw.js';
import { serve } from '../support/http/rollcall.js';
import { openEventStream } from '../support/http/sse.js';

const rollcall = await serve({ METRICS_PORT: '0', PRESENCE_OFFLINE_DEBOUNCE: '100ms', LOG_LEVEL: 'debug' });
const inferredIdle = await serve();

/** All samples, by name with labels, as they stand. */
const samples = async (): Promise<ReadonlyMap<string, number>> => {
  const { metricsPort } = await rollcall.run.logged('listening');
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
};
const sample = async (name: string) => (await samples()).get(name);

it('are off by default', async () => {
  expect(await inferredIdle.run.logged('listening')).not.toHaveProperty('metricsPort');
});

it('connections, sessions and what is watched come and go', async () => {
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const socket = await bob.connect();
  const lurking = await alice.lurk();
  await lurking.watch([bob.id, alice.id]).take(2);
  const during = await samples();
  expect(Object.fromEntries(during)).toMatchObject({
    'rollcall_connections{transport="websocket"}': 2,
    'rollcall_connections{transport="sse"}': 0,
    rollcall_connected_users: 2,
    rollcall_sessions: 1,
    rollcall_subscriptions: 1,
    rollcall_watched_users: 2,
    rollcall_store_ready: 1,
  });
  await Promise.all([socket.close(), lurking.close()]);
  for (const name of ['rollcall_connections{transport="websocket"}', 'rollcall_sessions', 'rollcall_watched_users']) {
    await expect.poll(() => sample(name), { timeout: 10_000 }).toBe(0);
  }
});

it('what is received, delivered and swept is counted', async () => {
  const before = await samples();
  const [alice, bob] = await rollcall.friends('alice', 'bob');
  const watching = (await alice.lurk()).watch([bob.id]);
  await watching.next();
  const socket = await bob.connect();
  await watching.next();
  await socket.close();
  await watching.nextWhere(({ status }) => status === 'OFFLINE');
  // A sweep is counted when it is over, which may be after what it did was heard.
  const swept = before.get('rollcall_swept_users_total') ?? 0;
  await expect.poll(() => sample('rollcall_swept_users_total'), { timeout: 10_000 }).toBeGreaterThan(swept);
  const after = await samples();
  const moved = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(moved('rollcall_deliveries_total')).toBe(3);
  expect(moved('rollcall_bus_messages_total{kind="user"}')).toBeGreaterThanOrEqual(2);
  expect(moved('rollcall_bus_messages_total{kind="facts"}')).toBeGreaterThanOrEqual(1);
  expect(moved('rollcall_sweeps_total')).toBeGreaterThan(0);
  expect(moved('rollcall_swept_users_total')).toBeGreaterThanOrEqual(1);
  for (const kind of ['session_started', 'session_in_grace', 'session_ended']) {
    expect(moved(`rollcall_transitions_total{kind="${kind}"}`)).toBeGreaterThanOrEqual(1);
  }
  expect(moved('rollcall_store_call_duration_seconds_count{method="update",outcome="ok"}')).toBeGreaterThanOrEqual(3);
  expect(
    moved('rollcall_database_call_duration_seconds_count{method="accessFacts",outcome="ok"}'),
  ).toBeGreaterThanOrEqual(1);
});

it('a refused subscription and a stream of events are counted', async () => {
  const [bob] = await rollcall.strangers('bob');
  const lurking = await bob.lurk();
  await expect(lurking.watch(['']).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(await sample('rollcall_subscriptions_refused_total{code="BAD_USER_INPUT"}')).toBe(1);
  const stream = await openEventStream(
    `${rollcall.url}?token=${await bob.token()}&query=${encodeURIComponent('subscription { presenceChanged { id } }')}`,
  );
  expect(await sample('rollcall_connections{transport="sse"}')).toBe(1);
  stream.close();
  await expect.poll(() => sample('rollcall_connections{transport="sse"}'), { timeout: 10_000 }).toBe(0);
});

it('refused sign-ins are counted by their reason, which the log has at `debug`', async () => {
  const [bob, gone] = await rollcall.strangers('bob', 'gone');
  await gone.token();
  await rollcall.host.deleteUser(gone.id);
  const ask = (token: string | null) => post(rollcall.url, token, '{ me { userId } }');
  const refusals: Record<string, () => Promise<unknown>> = {
    'no token': () => ask(null),
    malformed: () => ask('nonsense'),
    signature: async () => ask(await bob.token({ secret: 'another-secret-of-more-than-32-bytes-length' })),
    expired: async () => ask(await bob.token({ expiresIn: -3600 })),
    claims: async () => ask(await bob.token({ expiresIn: null })),
    'deleted user': async () => ask(await gone.token()),
    origin: () => expect(openRaw(rollcall.wsUrl, { headers: { origin: 'https://evil.example' } })).rejects.toThrow(),
  };
  for (const [reason, refused] of Object.entries(refusals)) {
    const name = `rollcall_sign_ins_refused_total{reason="${reason.replaceAll(' ', '_')}"}`;
    const before = (await sample(name)) ?? 0;
    await refused();
    expect(await sample(name), reason).toBe(before + 1);
  }
  await expect.poll(() => rollcall.run.stdout()).toContain('evil.example');
  const lines = rollcall.run.stdout().matchAll(/^\{.*"msg":"sign-in refused"\}$/gm);
  const told = [...lines].map(([line]) => JSON.parse(line)).filter(({ level }) => level === 20);
  expect(told.map(({ reason }) => reason)).toEqual(Object.keys(refusals));
  expect(told.at(-1)).toMatchObject({ origin: 'https://evil.example', host: new URL(rollcall.url).host });
  expect(rollcall.run.stdout()).not.toContain(await gone.token());
});

it('what waits for the database does not wait long', async () => {
  const [bob] = await rollcall.strangers('bob');
  await bob.say('kept');
  const lag = await sample('rollcall_journal_lag_seconds');
  expect(lag).toBeGreaterThanOrEqual(0);
  await expect.poll(() => sample('rollcall_journal_lag_seconds'), { timeout: 10_000, interval: 20 }).toBeLessThan(1);
});
