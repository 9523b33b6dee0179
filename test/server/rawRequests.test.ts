/** What every answer says, whoever gave it, and requests that are written otherwise than most. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startServer, type TestServer, tokenOf } from './harness.js';

/** Sends bytes as they are, and reads until the server hangs up. */
const exchange = async ({ port }: TestServer, text: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (more: string) => {
    answer += more;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
};
const CLOSE = 'connection: close\r\nhost: localhost\r\n';

it.each([
  ['what is not there', `GET /nothing HTTP/1.1\r\n${CLOSE}\r\n`, 404],
  ['a method that is not served', `DELETE /graphql HTTP/1.1\r\n${CLOSE}TOKEN\r\n`, 405],
  ['health', `GET /health HTTP/1.1\r\n${CLOSE}\r\n`, 200],
  ['readiness', `GET /ready HTTP/1.1\r\n${CLOSE}\r\n`, 200],
  ['nobody', `GET /graphql HTTP/1.1\r\n${CLOSE}accept: text/event-stream\r\nauthorization: x\r\n\r\n`, 401],
  ['a query', `GET /graphql?query={who} HTTP/1.1\r\n${CLOSE}TOKEN\r\n`, 200],
  ['the page', `GET /graphql HTTP/1.1\r\n${CLOSE}accept: text/html\r\n\r\n`, 200],
  ['a preflight', `OPTIONS /graphql HTTP/1.1\r\n${CLOSE}origin: http://localhost\r\n\r\n`, 204],
  ['what is no HTTP', 'nonsense\r\n\r\n', 400],
  ['too many headers', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['an expectation', `GET /health HTTP/1.1\r\n${CLOSE}expect: wonders\r\n\r\n`, 417],
  ['an upgrade elsewhere', 'GET /x HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n', 404],
  [
    'an upgrade of a foreign page',
    'GET /graphql HTTP/1.1\r\nhost: x\r\norigin: http://y\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    403,
  ],
])('the answer to %s is kept nowhere, and is what its type says', async (_, request, status) => {
  const server = await startServer({ graphiql: true });
  const answer = await exchange(server, request.replace('TOKEN', `authorization: Bearer ${await tokenOf('ada')}\r\n`));
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i);
  expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i);
});

it('the host of an absolute target is ignored', async () => {
  const server = await startServer();
  const token = await tokenOf('ada');
  for (const target of ['http://elsewhere.example/graphql?query={who}', 'HTTPS://x:1/graphql?query={who}']) {
    const answer = await exchange(server, `GET ${target} HTTP/1.1\r\n${CLOSE}authorization: Bearer ${token}\r\n\r\n`);
    expect(answer).toContain('"who":"user ada"');
  }
});

it('an idle connection is kept for longer than balancers keep theirs', async () => {
  const server = await startServer();
  const response = await fetch(`${server.url}/health`);
  expect(response.headers.get('keep-alive')).toBe('timeout=75');
});

it.each([
  ['without a type', undefined, '{"query":"{ who }"}', 415, /Content-Type: application\/json/],
  ['of GraphQL itself', 'application/graphql', '{ who }', 415, /Content-Type: application\/json/],
  ['of a form', 'application/x-www-form-urlencoded', 'query={who}', 415, /Content-Type: application\/json/],
  ['that is empty', 'application/json', '', 400, /The body is empty/],
])('a body %s is refused with what to do', async (_, type, body, status, sentence) => {
  const server = await startServer();
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    // As bytes: text would get a type by itself.
    body: Buffer.from(body),
    headers: { authorization: `Bearer ${await tokenOf('ada')}`, ...(type !== undefined && { 'content-type': type }) },
  });
  expect(answer.status).toBe(status);
  const { errors } = (await answer.json()) as { errors: { message: string }[] };
  expect(errors[0]?.message).toMatch(sentence);
});
