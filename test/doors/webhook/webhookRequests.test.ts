import { expect, it, onTestFinished } from 'vitest';
import { Refused, TryLater } from '../../../src/doors/states/sending.js';
import { userDeleted } from '../../../src/doors/webhook/webhookEvents.js';
import { createPost, retryAfterMs } from '../../../src/doors/webhook/webhookRequests.js';
import { startReceiver } from '../../support/http/webhookReceiver.js';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, or so').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('another secret of thirty-two bytes').toString('base64')}`;
const EVENTS = [userDeleted('ana', 0)];
const signal = new AbortController().signal;
const start = async (secret = SECRET) => {
  const receiver = await startReceiver(secret);
  onTestFinished(() => receiver.stop());
  return receiver;
};

it('posts events that the library of the Standard Webhooks verifies, under an id of the body', async () => {
  const receiver = await start();
  const post = createPost({ url: receiver.url, secrets: [SECRET] });
  await post(EVENTS, signal);
  await post(EVENTS, signal);
  await post([userDeleted('bob', 0)], signal);
  expect(receiver.requests[0]!.events).toEqual([
    { type: 'user.deleted', timestamp: '1970-01-01T00:00:00.000Z', data: { user_id: 'ana' } },
  ]);
  const [one, same, other] = receiver.requests.map(({ id }) => id);
  expect(one).toMatch(/^msg_[\w-]{43}$/);
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

it('signs by both secrets while there are two, and by a plain one', async () => {
  const [receiver, former] = [await start(), await start(OTHER)];
  for (const { url } of [receiver, former]) await createPost({ url, secrets: [SECRET, OTHER] })(EVENTS, signal);
  expect([receiver.requests.length, former.requests.length]).toEqual([1, 1]);
  expect(receiver.requests[0]!.signatures.split(' ')).toHaveLength(2);
  await expect(createPost({ url: receiver.url, secrets: [OTHER] })(EVENTS, signal)).rejects.toThrow('401');
  const plain = await start(Buffer.from('plain').toString('base64'));
  await createPost({ url: plain.url, secrets: ['plain'] })(EVENTS, signal);
  expect(plain.requests).toHaveLength(1);
});

it('tells what refuses events from what fails, and follows no redirect', async () => {
  const [receiver, elsewhere] = [await start(), await start()];
  const post = createPost({ url: receiver.url, secrets: [SECRET] });
  for (const status of [400, 409, 413, 422]) {
    receiver.answer = () => ({ status });
    await expect(post(EVENTS, signal)).rejects.toBeInstanceOf(Refused);
  }
  for (const status of [301, 307, 401, 404, 410, 429, 500, 503]) {
    receiver.answer = () => ({ status, headers: { location: elsewhere.url } });
    const error = await post(EVENTS, signal).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: `The webhook answered ${status}.` });
    expect(error).not.toBeInstanceOf(Refused);
  }
  expect(elsewhere.requests).toEqual([]);
  receiver.answer = () => ({ status: 429, headers: { 'retry-after': '7' } });
  const error = await post(EVENTS, signal).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TryLater);
  expect(error).toMatchObject({ afterMs: 7_000 });
  await receiver.stop();
  await expect(post(EVENTS, signal)).rejects.toThrow();
});

it('reads when to come again', () => {
  expect(retryAfterMs(null, 0)).toBeNull();
  expect(retryAfterMs('soon', 0)).toBeNull();
  expect(retryAfterMs(' 3 ', 0)).toBe(3_000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4_000)).toBe(6_000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 40_000)).toBe(0);
});
