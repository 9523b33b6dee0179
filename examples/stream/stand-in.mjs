/**
 * A stand-in for Stream, to see what Rollcall would send there (docs/doors.md#stream). It checks the token, keeps user objects as
 * Stream does, and prints each of them as it changes. Nothing leaves this machine.
 *
 *     node examples/stream/stand-in.mjs [port]
 *     STREAM_URL=http://127.0.0.1:4010 STREAM_KEY=key STREAM_SECRET=secret npm start
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

const { STREAM_KEY = 'key', STREAM_SECRET = 'secret' } = process.env;
const [port = '4010'] = process.argv.slice(2);

/** The user objects by id. In a product their names and pictures are here too. */
const users = new Map();

const isServerToken = (token = '') => {
  const [header, payload, signature] = token.split('.');
  const signed = createHmac('sha256', STREAM_SECRET).update(`${header}.${payload}`).digest('base64url');
  return signature === signed && JSON.parse(Buffer.from(payload, 'base64url').toString()).server === true;
};

/** Changes the fields of all users, or of none. */
const update = (updates) => {
  if (updates.some(({ id }) => !users.has(id))) return [404, { code: 16, message: 'somebody is unknown' }];
  for (const { id, set, unset } of updates) {
    const user = { ...users.get(id), ...set };
    for (const field of unset) delete user[field];
    users.set(id, user);
    console.log(JSON.stringify(user));
  }
  return [200, {}];
};

/** Creates users, or replaces them. */
const create = (objects) => {
  for (const user of Object.values(objects)) users.set(user.id, user);
  return [201, {}];
};

const answer = async (request) => {
  const { pathname, searchParams } = new URL(request.url, 'http://stream');
  if (pathname !== '/api/v2/users') return [404, { code: 4, message: 'no such path' }];
  if (searchParams.get('api_key') !== STREAM_KEY) return [401, { code: 2, message: 'another key' }];
  if (!isServerToken(request.headers.authorization)) return [401, { code: 43, message: 'another secret' }];
  const body = JSON.parse(await new Response(request).text());
  return request.method === 'PATCH' ? update(body.users) : create(body.users);
};

const server = createServer((request, response) => {
  answer(request).then(
    ([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    () => response.writeHead(400).end(),
  );
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`A stand-in for Stream listens on http://127.0.0.1:${server.address().port}`);
});
