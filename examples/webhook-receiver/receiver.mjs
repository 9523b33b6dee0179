#!/usr/bin/env node
/**
 * A receiver of Rollcall's webhook (docs/doors.md#webhooks): it verifies each request and prints who is seen how.
 *
 *     WEBHOOK_SECRET=… node examples/webhook-receiver/receiver.mjs [port]
 *
 * Requests come at least once, and of each user the state with the greatest `as_of` holds. It needs nothing but Node.js.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const [port = '8080'] = process.argv.slice(2);
const secret = process.env.WEBHOOK_SECRET ?? '';
const TOLERANCE_SECONDS = 300;
const MAX_BYTES = 4 * 1024 * 1024;
const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
if (key.length === 0) throw new Error('Set WEBHOOK_SECRET to what Rollcall has.');
const print = (line) => process.stdout.write(`${line}\n`);

/** Whether Rollcall sent this body, a moment ago. */
const isGenuine = (headers, body) => {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  if (!id || !(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS)) return false;
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((each) => {
      const given = Buffer.from(each.replace(/^v1,/, ''), 'base64');
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    });
};

/** The latest state of each user. A product would keep it in its database. */
const latest = new Map();
const apply = ({ type, data }) => {
  if (type === 'presence.changed') {
    if ((latest.get(data.user_id)?.as_of ?? 0) >= data.as_of) return;
    latest.set(data.user_id, data);
    print(`${data.user_id} is ${data.status}`);
  } else if (type === 'user.deleted') {
    latest.delete(data.user_id);
    print(`${data.user_id} is deleted`);
  } else if (type === 'notice.due') {
    print(`${data.user_id} has ${data.unseen} unseen: ${data.notice.verb}`);
  }
};

const receive = async (request, response) => {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return request.destroy();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString();
  if (!isGenuine(request.headers, body)) return response.writeHead(401).end();
  for (const event of JSON.parse(body).events) apply(event);
  // Answer once the events are stored: what is not answered comes again.
  response.writeHead(204).end();
};

const server = createServer((request, response) => {
  // Whoever breaks a request off harms nobody else. An answer that could not be made asks for a repetition.
  receive(request, response).catch((error) => {
    console.error(error.message);
    if (!response.headersSent) response.writeHead(500).end();
  });
});
server.listen(Number(port), '127.0.0.1', () => print(`listening on ${server.address().port}`));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
