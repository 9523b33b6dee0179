/** A built server whose user objects at Stream are those of a double. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { answering, type FakeStream, type StreamUser, startFakeStream } from '../support/http/fakeStream.js';
import { serve, serveTest } from '../support/http/rollcall.js';

/** A double is not reached by https, which production demands. */
const DEVELOPMENT = { NODE_ENV: undefined, PRESENCE_OFFLINE_DEBOUNCE: '0' };

const shows = (stream: FakeStream, id: string, fields: StreamUser): Promise<void> =>
  stream.until(({ users }) => {
    const user = users.get(id);
    return user !== undefined && Object.entries(fields).every(([field, value]) => user[field] === value);
  });

describe('user objects at Stream', async () => {
  const stream = await startFakeStream();
  afterAll(() => stream.stop());
  const rollcall = await serve({ ...DEVELOPMENT, ...stream.env });

  it('show who is here, in which studio, and since when not', async () => {
    const [ana] = await rollcall.strangers('ana');
    stream.users.set(ana.id, { id: ana.id, name: 'Ana', image: 'https://example.com/ana.png' });
    const socket = await ana.connect();
    await shows(stream, ana.id, { status: 'online', invisible: false, in_studio: false });
    await ana.setPresence({ status: 'DO_NOT_DISTURB', activities: [{ type: 'IN_STUDIO', name: 'Live 12' }] });
    await shows(stream, ana.id, { status: 'dnd', in_studio: true, daw_type: 'Live 12' });
    await socket.close();
    await shows(stream, ana.id, { status: 'offline', invisible: true, in_studio: false, daw_type: undefined });
    const { lastSeen } = (await rollcall.host.userPresence(ana.id))!;
    expect(stream.users.get(ana.id)).toEqual({
      id: ana.id,
      name: 'Ana',
      image: 'https://example.com/ana.png',
      status: 'offline',
      invisible: true,
      in_studio: false,
      last_active_at: lastSeen,
    });
  });

  it('are made of users whom Stream does not know, among others whom it knows', async () => {
    const people = await rollcall.strangers('a', 'b', 'c', 'd', 'e');
    const known = people.filter((_, place) => place % 2 === 0);
    for (const { id } of known) stream.users.set(id, { id, name: `The ${id}` });
    await Promise.all(people.map((person) => person.heartbeat()));
    for (const { id } of people) await shows(stream, id, { status: 'online' });
    for (const { id } of known) expect(stream.users.get(id)).toMatchObject({ name: `The ${id}` });
    const created = stream.requests.filter(({ method }) => method === 'POST').flatMap(({ ids }) => ids);
    expect(created).not.toEqual(expect.arrayContaining([known[0]!.id]));
    for (const { id } of people)
      expect(created.filter((each) => each === id).length).toBe(+!stream.users.get(id)?.name);
  });

  it('hide whoever hides, and whoever shows their status to fewer than share a conversation', async () => {
    const [hides, narrows] = await rollcall.strangers('hides', 'narrows');
    await Promise.all([hides.heartbeat(), narrows.heartbeat()]);
    await shows(stream, hides.id, { status: 'online' });
    await shows(stream, narrows.id, { status: 'online' });
    await hides.setPresence({ status: 'INVISIBLE' });
    await shows(stream, hides.id, { status: 'offline', invisible: true });
    await narrows.updatePrivacy({ status: 'MUTUALS' });
    await shows(stream, narrows.id, { status: 'offline', invisible: true, last_active_at: undefined });
    await narrows.updatePrivacy({ status: 'FOLLOWERS' });
    await shows(stream, narrows.id, { status: 'online', invisible: false });
  });

  it('show that somebody left who was deleted, and are not made again', async () => {
    const [known, unknown] = await rollcall.strangers('deleted', 'deleted');
    await Promise.all([known.heartbeat(), unknown.heartbeat()]);
    await shows(stream, known.id, { status: 'online' });
    await shows(stream, unknown.id, { status: 'online' });
    stream.users.delete(unknown.id);
    await rollcall.host.deleteUser(unknown.id);
    await rollcall.host.deleteUser(known.id);
    await shows(stream, known.id, { status: 'offline', invisible: true, last_active_at: undefined });
    // Whoever was deleted before was asked for by then, or is with the next.
    await stream.until(({ requests }) => requests.some(({ ids, status }) => status === 404 && ids[0] === unknown.id));
    expect(stream.users.has(unknown.id)).toBe(false);
  });

  it('leave out ids that Stream does not allow, who keep nobody waiting', async () => {
    const [dotted, plain] = [rollcall.person('dot.ted'), ...(await rollcall.strangers('plain'))] as const;
    await rollcall.host.upsertUsers([{ id: dotted.id }]);
    await Promise.all([dotted.heartbeat(), plain.heartbeat()]);
    await shows(stream, plain.id, { status: 'online' });
    await rollcall.run.logged('Stream does not allow this id; users with such ids are left out');
    expect(stream.users.has(dotted.id)).toBe(false);
    expect(stream.requests.flatMap(({ ids }) => ids)).not.toContain(dotted.id);
  });
});

it('are right once Stream is back, with one line in the log, and nobody waited for it', async () => {
  const stream = await startFakeStream();
  onTestFinished(() => stream.stop());
  const rollcall = await serveTest({ ...DEVELOPMENT, ...stream.env });
  const [ana] = await rollcall.strangers('ana');
  stream.users.set(ana.id, { id: ana.id });
  stream.failing(answering(503), 2);
  await ana.heartbeat();
  await rollcall.run.logged('Stream is unavailable');
  await ana.setPresence({ status: 'AWAY' });
  expect(stream.users.get(ana.id)).toEqual({ id: ana.id });
  await shows(stream, ana.id, { status: 'away' });
  // Nothing of what was before.
  const told = stream.requests.filter(({ status }) => status === 201).flatMap(({ updates }) => updates);
  expect(told.map(({ set }) => set?.status)).not.toContain('online');
  const said = rollcall.run.output().match(/Stream is unavailable/g);
  expect(said).toHaveLength(1);
});
