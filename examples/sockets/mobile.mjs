/**
 * Who of the caller's roster is here, over the socket of the mobile dialect (docs/doors.md#sockets-of-the-dialects).
 *
 *   TOKEN=… node examples/sockets/mobile.mjs [ws://127.0.0.1:4000]
 */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

const origin = process.argv[2] ?? 'ws://127.0.0.1:4000';
/** The session of this program: the same name again resumes it, and nobody sees that it was away for a moment. */
const sessionId = randomUUID();
/** What is known of each user, by id. */
const known = new Map();
/** Closes that a new attempt does not mend: a message too many, a wrong request, too many connections. */
const FINAL = [1009, 4400, 4429];
const [RETRY_MS, MAX_RETRY_MS] = [500, 30_000];

const show = ({ user_id, status, last_seen }) => {
  known.set(user_id, status);
  console.log(`${user_id} is ${status}${status === 'offline' ? `, last seen ${last_seen}` : ''}`);
};

const connect = (attempt = 0) => {
  let tries = attempt;
  const socket = new WebSocket(`${origin}/api/presence/subscribe?session_id=${sessionId}&device=mobile`, {
    headers: { authorization: `Bearer ${process.env.TOKEN}` },
  });
  socket.on('message', (text) => {
    tries = 0;
    const { type, data } = JSON.parse(text);
    if (type === 'initial_state') {
      known.clear();
      console.log(`${data.presences.length} on the roster`);
      data.presences.forEach(show);
    } else if (type === 'presence_update') show(data);
    else if (type === 'typing_update')
      console.log(`${data.user_id} ${data.is_typing ? 'types' : 'stopped typing'} in ${data.conversation_id}`);
  });
  // What is refused before it is a WebSocket is an error, and then a close.
  socket.on('error', ({ message }) => console.error(message));
  socket.on('close', (code, reason) => {
    console.error(`closed: ${code} ${reason}`);
    // 4403 asks for a new token, which this program does not have.
    if (FINAL.includes(code) || code === 4403) return;
    const waitMs = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** tries) * (0.5 + Math.random() / 2);
    setTimeout(() => connect(tries + 1), waitMs);
  });
};

connect();
