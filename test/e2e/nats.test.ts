/** The door to NATS, with a real nats-server (docs/doors.md#nats). */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Heard, openPeer, type Peer, startNats } from '../support/cluster/nats.js';
import { openProxy } from '../support/cluster/proxy.js';
import { type Person, serve } from '../support/http/rollcall.js';
import { socialOf } from '../support/http/social.js';

const STATUS = 'presence.status.changed';
const ACTIVITY = 'presence.activity.updated';
const TYPING = 'presence.typing.started';
const NOTICE = 'presence.notice.due';

const nats = await startNats();
afterAll(() => nats.stop());
/** The server's way there: who listens may be there before it. */
const way = await openProxy(nats.port);
afterAll(() => way.close());
const NOWHERE = 1;
const rollcall = await serve({
  NATS_URL: `nats://127.0.0.1:${way.port}`,
  METRICS_PORT: '0',
  PUSH_AFTER: '1s',
  HEARTBEAT_INTERVAL: '200ms',
  HEARTBEAT_TIMEOUT: '3s',
  PRESENCE_OFFLINE_DEBOUNCE: '300ms',
});
const { host } = rollcall;

const listen = async (subject?: string): Promise<Peer> => {
  const peer = await openPeer(nats, subject);
  onTestFinished(() => peer.close());
  return peer;
};
const isAbout =
  (subject: string, { id }: Person, fields: Record<string, unknown> = {}) =>
  ({ subject: on, body }: Heard): boolean =>
    on === subject && body.user_id === id && Object.entries(fields).every(([name, value]) => body[name] === value);
const toldOf = ({ heard }: Peer, { id }: Person): readonly Heard[] =>
  heard.transcript.filter(({ body }) => body.user_id === id);
const statusOf = async (person: Person) => (await host.userPresence(person.id))?.status;
const samples = async (): Promise<string> => {
  const { metricsPort } = await rollcall.run.logged('listening');
  return (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
};
const sample = async (name: string): Promise<number> =>
  Number(
    (await samples())
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? Number.NaN,
  );
/** All that was told before by this node has come when this has. */
const settle = async (peer: Peer): Promise<void> => {
  const [marker] = await rollcall.strangers('marker');
  await marker.connect();
  await peer.heard.nextWhere(isAbout(STATUS, marker, { status: 'online' }));
};
let made = 0;
const connection = ({ id }: Person) => ({ user_id: id, connection_id: `socket/${++made}` });

describe('what is told', () => {
  it('a status, with a message, an activity and how long ago', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    const socket = await ana.connect({ sessionId: 'tab' });
    const online = await peer.heard.nextWhere(isAbout(STATUS, ana));
    expect(online.body).toEqual({
      user_id: ana.id,
      status: 'online',
      custom_status: '',
      last_seen: online.body.at,
      at: new Date(online.body.as_of).toISOString(),
      as_of: expect.any(Number),
      from: 'offline',
    });
    expect(online.id).toMatch(/^[\w-]{43}$/);
    await socket.setPresence({
      status: 'DO_NOT_DISTURB',
      statusMessage: { text: 'deep in it' },
      activities: [{ type: 'LISTENING', name: 'Song' }],
    });
    const busy = await peer.heard.nextWhere(isAbout(STATUS, ana));
    expect(busy.body).toMatchObject({ status: 'dnd', custom_status: 'deep in it', from: 'online' });
    expect(busy.body.as_of).toBeGreaterThan(online.body.as_of);
    expect(busy.id).not.toBe(online.id);
    const { body } = await peer.heard.nextWhere(isAbout(ACTIVITY, ana));
    const started_at = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(body).toEqual({
      user_id: ana.id,
      activity: { type: 'listening', name: 'Song', started_at },
      activities: [{ type: 'listening', name: 'Song', details: null, started_at, expires_at: null }],
      as_of: expect.any(Number),
    });
    await socket.close();
    const gone = await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'offline' }));
    expect(gone.body).toMatchObject({ custom_status: '', from: 'dnd' });
    expect(await peer.heard.nextWhere(isAbout(ACTIVITY, ana))).toMatchObject({
      body: { activity: null, activities: [] },
    });
  });

  it('typing of who is seen, and of nobody who hides', async () => {
    const [ana, bo] = await rollcall.strangers('ana', 'bo');
    const room = rollcall.fresh('room');
    await host.putConversation(room, [ana.id, bo.id]);
    const [anas, bos] = [await ana.connect(), await bo.connect()];
    await bos.setPresence({ status: 'INVISIBLE' });
    const peer = await listen();
    await bos.setTyping(room);
    await anas.setTyping(room);
    const { body } = await peer.heard.nextWhere(isAbout(TYPING, ana));
    expect(body).toEqual({ channel_id: room, user_id: ana.id, timestamp: expect.any(Number) });
    expect(Math.abs(body.timestamp - Date.now() / 1_000)).toBeLessThan(60);
    await settle(peer);
    expect(toldOf(peer, bo)).toEqual([]);
  });

  it('a notice that nobody looked at', async () => {
    const [ana, bo] = await rollcall.strangers('ana', 'bo');
    const peer = await listen();
    await socialOf(host).tell({
      id: rollcall.fresh('like'),
      verb: 'like',
      actorId: bo.id,
      objectId: 'post',
      notify: [ana.id],
    });
    const { body, id } = await peer.heard.nextWhere(isAbout(NOTICE, ana));
    expect(body).toMatchObject({
      notice: { id: expect.any(String), verb: 'like', object_id: 'post', actor_ids: [bo.id], actor_count: 1 },
      unseen: 1,
    });
    expect(id).toMatch(/^[\w-]{43}$/);
  });

  it('who hides looks like who left, and nothing that they do is told', async () => {
    const [hides, leaves] = await rollcall.strangers('hides', 'leaves');
    const peer = await listen();
    const [one, other] = [await hides.connect({ sessionId: 'tab' }), await leaves.connect({ sessionId: 'tab' })];
    for (const socket of [one, other]) {
      await socket.setPresence({ statusMessage: { text: 'hi' }, activities: [{ type: 'PLAYING', name: 'Go' }] });
    }
    await one.setPresence({ status: 'INVISIBLE' });
    await other.close();
    const seen = async (person: Person) => {
      const { body, subject } = await peer.heard.nextWhere(isAbout(STATUS, person, { status: 'offline' }));
      expect(Date.parse(body.last_seen)).toBeLessThanOrEqual(body.as_of);
      return { ...body, subject, user_id: '', last_seen: '', at: '', as_of: 0 };
    };
    expect(await seen(hides)).toEqual(await seen(leaves));
    await settle(peer);
    const told = toldOf(peer, hides).length;
    expect(told).toBe(toldOf(peer, leaves).length);
    await one.setPresence({ statusMessage: { text: 'still here' }, activities: [{ type: 'PLAYING', name: 'Chess' }] });
    await one.heartbeat({ idle: true });
    await one.close();
    await settle(peer);
    expect(toldOf(peer, hides)).toHaveLength(told);
  });
});

describe('a user who is deleted', () => {
  it('is told offline, once, and without activities', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    const socket = await ana.connect();
    await socket.setPresence({ status: 'DO_NOT_DISTURB', activities: [{ type: 'PLAYING', name: 'Go' }] });
    const { body: busy } = await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'dnd' }));
    const { body: plays } = await peer.heard.nextWhere(isAbout(ACTIVITY, ana));
    await host.deleteUser(ana.id);
    const { body } = await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'offline' }));
    expect(body).toMatchObject({ from: 'dnd', custom_status: '' });
    expect(body.as_of).toBeGreaterThan(busy.as_of);
    expect(Date.parse(body.last_seen)).toBeLessThanOrEqual(body.as_of);
    const over = await peer.heard.nextWhere(isAbout(ACTIVITY, ana));
    expect(over.body).toMatchObject({ activity: null, activities: [] });
    expect(over.body.as_of).toBeGreaterThan(plays.as_of);
    await settle(peer);
    expect(toldOf(peer, ana).filter(({ body: { status } }) => status === 'offline')).toHaveLength(1);
  });

  it('is not told of where they hid, or were not there', async () => {
    const [hides, away] = await rollcall.strangers('hides', 'away');
    const socket = await hides.connect();
    await socket.setPresence({ status: 'INVISIBLE', activities: [{ type: 'PLAYING', name: 'Go' }] });
    const peer = await listen();
    for (const { id } of [hides, away]) await host.deleteUser(id);
    await settle(peer);
    expect([...toldOf(peer, hides), ...toldOf(peer, away)]).toEqual([]);
  });
});

describe('what gateways tell', () => {
  it('a connection is a session until it closes, and the grace is over', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    const told = connection(ana);
    await peer.tell('gateway.connection.opened', {
      ...told,
      device: 'mobile',
      session_id: 'app',
      at: new Date().toISOString(),
    });
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'online' }));
    expect(await ana.me()).toMatchObject({ sessions: [{ id: 'app', device: 'MOBILE' }] });
    await peer.tell('gateway.heartbeat.received', { ...told, idle: true });
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'idle' }));
    await peer.tell('gateway.heartbeat.received', { ...told, idle: false });
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'online' }));
    await peer.tell('gateway.connection.closed', told);
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'offline' }));
    // A grace, rather than the lease.
    expect(rollcall.run.stdout()).toMatch(
      new RegExp(`"userId":"${ana.id}","sessionId":"app","why":"closed","msg":"session in grace"`),
    );
  });

  it('it lives as long as heartbeats come, however often, and no longer', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    const told = connection(ana);
    // Unknown until now: it opens.
    const beat = () => peer.tell('gateway.heartbeat.received', told);
    await beat();
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'online' }));
    const endsAt = Date.now() + 4_500;
    while (Date.now() < endsAt) {
      await beat();
      await wait(200);
    }
    expect(await statusOf(ana)).toBe('ONLINE');
    expect(toldOf(peer, ana)).toHaveLength(1);
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'offline' }));
  });

  it('what comes after its close, and twice, changes nothing', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    const told = connection(ana);
    await peer.tell('gateway.connection.closed', told);
    await peer.tell('gateway.connection.opened', told);
    await peer.tell('gateway.heartbeat.received', told);
    await settle(peer);
    expect(toldOf(peer, ana)).toEqual([]);
    const another = connection(ana);
    await peer.tell('gateway.connection.opened', another);
    await peer.tell('gateway.connection.opened', another);
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'online' }));
    expect((await ana.me()).sessions).toHaveLength(1);
    for (let time = 0; time < 2; time += 1) await peer.tell('gateway.connection.closed', another);
    await peer.tell('gateway.heartbeat.received', another);
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'offline' }));
    await settle(peer);
    expect(toldOf(peer, ana).map(({ body }) => body.status)).toEqual(['online', 'offline']);
  });

  it('a session that its user ended is not opened again by heartbeats', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    const told = connection(ana);
    await peer.tell('gateway.connection.opened', { ...told, session_id: 'app' });
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'online' }));
    expect(await ana.endSession('app')).toBe(true);
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'offline' }));
    for (let time = 0; time < 3; time += 1) await peer.tell('gateway.heartbeat.received', told);
    await settle(peer);
    expect(toldOf(peer, ana).map(({ body }) => body.status)).toEqual(['online', 'offline']);
  });

  it('a choice to hide stays, whatever a gateway opens', async () => {
    for (const status of ['INVISIBLE', 'OFFLINE'] as const) {
      const [ana] = await rollcall.strangers('ana');
      await ana.setPresence({ status });
      const peer = await listen();
      const told = connection(ana);
      await peer.tell('gateway.connection.opened', told);
      await peer.tell('gateway.heartbeat.received', { ...told, idle: false });
      await expect.poll(async () => (await ana.me()).sessions.some(({ id }) => id === told.connection_id)).toBe(true);
      await settle(peer);
      expect(toldOf(peer, ana)).toEqual([]);
      expect(await statusOf(ana)).toBe('OFFLINE');
    }
  });

  it('a voice session is an activity until it ends, also where its end came first', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    await ana.connect();
    const call = { user_id: ana.id, session_id: 'call-1', channel_id: 'lobby', name: 'Lobby' };
    await peer.tell('voice.session.created', call);
    const { body } = await peer.heard.nextWhere(isAbout(ACTIVITY, ana));
    expect(body.activities).toMatchObject([{ type: 'in_call', name: 'Lobby' }]);
    await peer.tell('voice.session.ended', call);
    expect((await peer.heard.nextWhere(isAbout(ACTIVITY, ana))).body.activities).toEqual([]);
    await peer.tell('voice.session.created', call);
    await settle(peer);
    expect((await host.userPresence(ana.id))?.activities).toEqual([]);
  });

  it('what is malformed is counted and dropped, and said once', async () => {
    const [ana] = await rollcall.strangers('ana');
    const peer = await listen();
    const name = 'rollcall_nats_received_total{subject="gateway.connection.opened",outcome="malformed"}';
    const before = (await sample(name)) || 0;
    const told = connection(ana);
    const malformed = [
      '',
      '{',
      '[]',
      'null',
      '"text"',
      {},
      { user_id: ana.id },
      { ...told, user_id: '' },
      { ...told, connection_id: 'x'.repeat(129) },
      { ...told, user_id: { toString: 'x' } },
      { ...told, session_id: 'a\nb' },
      { ...told, device: 7 },
      { ...told, at: 'noon' },
      { ...told, more: 'x'.repeat(9_000) },
    ];
    for (const body of malformed) await peer.tell('gateway.connection.opened', body);
    await peer.tell('gateway.heartbeat.received', { ...connection(ana), idle: 'no' });
    await expect.poll(() => sample(name)).toBe(before + malformed.length);
    await settle(peer);
    expect(toldOf(peer, ana)).toEqual([]);
    const said = rollcall.run.stdout().split('reading a message of NATS failed; it is dropped').length - 1;
    expect(said).toBe(1);
  });

  it('users whom nobody named are named by their gateway; deleted ones are not', async () => {
    const peer = await listen();
    const unknown = rollcall.person(rollcall.fresh('unknown'));
    await peer.tell('gateway.connection.opened', connection(unknown));
    await peer.heard.nextWhere(isAbout(STATUS, unknown, { status: 'online' }));
    const [deleted] = await rollcall.strangers('deleted');
    await host.deleteUser(deleted.id);
    const name = 'rollcall_nats_received_total{subject="gateway.connection.opened",outcome="failed"}';
    await peer.tell('gateway.connection.opened', connection(deleted));
    await expect.poll(() => sample(name)).toBe(1);
    expect(toldOf(peer, deleted)).toEqual([]);
  });
});

describe('while NATS is away', () => {
  it('the latest of each user is kept, read anew, and told afterwards: nothing of the past', async () => {
    const [ana, hides, typist, reads, waits, goes] = await rollcall.strangers(
      'ana',
      'hides',
      'typist',
      'reads',
      'waits',
      'goes',
    );
    await goes.connect();
    const room = rollcall.fresh('room');
    await host.putConversation(room, [typist.id, hides.id]);
    const [socket, hiding, typing] = [await ana.connect(), await hides.connect(), await typist.connect()];
    way.leadTo(NOWHERE);
    await nats.kill();
    await expect.poll(() => sample('rollcall_nats_connected')).toBe(0);
    for (const status of ['AWAY', 'DO_NOT_DISTURB', 'ONLINE', 'AWAY'] as const) await socket.setPresence({ status });
    await hiding.setPresence({ status: 'DO_NOT_DISTURB' });
    await hiding.setTyping(room);
    await hiding.setPresence({ status: 'INVISIBLE' });
    await typing.setTyping(room);
    await typing.setTyping(room, false);
    await host.deleteUser(goes.id);
    const social = socialOf(host);
    for (const { id } of [reads, waits]) {
      await social.tell({ id: rollcall.fresh('like'), verb: 'like', actorId: ana.id, objectId: 'post', notify: [id] });
    }
    const isDue = ({ id }: Person) => rollcall.run.stdout().includes(`"userId":"${id}","noticeId"`);
    await expect.poll(() => [reads, waits].every(isDue), { timeout: 30_000 }).toBe(true);
    await socialOf(reads).markRead((await socialOf(reads).inbox()).revision);
    expect(await sample('rollcall_nats_kept')).toBeGreaterThan(3);

    await nats.start();
    const peer = await listen();
    way.leadTo(nats.port);
    await peer.heard.nextWhere(isAbout(NOTICE, waits));
    await settle(peer);
    await expect.poll(() => sample('rollcall_nats_kept')).toBe(0);
    const statuses = (person: Person) =>
      toldOf(peer, person).flatMap(({ subject, body }) => (subject === STATUS ? [body.status] : []));
    expect(new Set(statuses(ana))).toEqual(new Set(['idle']));
    expect(statuses(goes)).toEqual(['offline']);
    expect(new Set(statuses(hides))).toEqual(new Set(['offline']));
    expect(toldOf(peer, ana)[0]?.body.from).toBe('online');
    expect(peer.heard.transcript.filter(({ subject }) => subject === TYPING)).toEqual([]);
    expect(toldOf(peer, reads)).toEqual([]);
    const log = rollcall.run.stdout();
    expect(log.split('NATS is unavailable')).toHaveLength(2);
    await expect.poll(() => rollcall.run.stdout()).toContain('NATS is available again');
  });

  it('no command waits for a server that hangs', async () => {
    const [ana] = await rollcall.strangers('ana');
    const socket = await ana.connect();
    nats.signal('SIGSTOP');
    try {
      for (const status of ['AWAY', 'ONLINE', 'DO_NOT_DISTURB'] as const) await socket.setPresence({ status });
    } finally {
      nats.signal('SIGCONT');
    }
    const peer = await listen();
    await socket.setPresence({ status: 'AWAY' });
    await peer.heard.nextWhere(isAbout(STATUS, ana, { status: 'idle' }));
  });
});
