/**
 * Socket.IO 4 with its Redis adapter: a room for each watched user, states in Redis, since with an adapter there is more
 * than one node. Plain JavaScript: its packages are installed for the benchmarks alone, and so are their types.
 */
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { absent, changed } from '../../dist-bench/bench/servers/presence.js';
import { signIn } from '../../dist-bench/bench/servers/signIn.js';

const url = process.env.REDIS_URL;
const redis = new Redis(url);

const set = async (userId, input) => {
  const state = changed(userId, input);
  await redis.set(`state:${userId}`, JSON.stringify(state));
  io.to(userId).emit('presence', state);
};

const answer = async (request, response) => {
  const userId = await signIn(request.headers.authorization);
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += chunk;
  await set(userId, JSON.parse(body));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 11 });
  response.end('{"ok":true}');
};

const server = createServer((request, response) => {
  if (request.url === '/presence') answer(request, response).catch(() => response.writeHead(401).end());
});
const io = new Server(server, { adapter: createAdapter(new Redis(url), new Redis(url)) });

io.use((socket, next) => {
  signIn(socket.handshake.auth.token).then(
    (userId) => {
      socket.data.userId = userId;
      next();
    },
    () => next(new Error('The token is bad.')),
  );
});

io.on('connection', (socket) => {
  socket.on('watch', async (userIds) => {
    socket.join(userIds);
    const states = await redis.mget(userIds.map((userId) => `state:${userId}`));
    states.forEach((state, index) => {
      socket.emit('presence', state === null ? absent(userIds[index]) : JSON.parse(state));
    });
  });
  socket.on('set', async (input, done) => {
    await set(socket.data.userId, input);
    done();
  });
});

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
