/**
 * Who of the caller's roster is here, over the socket of the gateway dialect (docs/doors.md#sockets-of-the-dialects).
 *
 *   TOKEN=… node examples/sockets/gateway.mjs [ws://127.0.0.1:4000]
 */
import { WebSocket } from 'ws';

const origin = process.argv[2] ?? 'ws://127.0.0.1:4000';
/** A third of HEARTBEAT_TIMEOUT: two may be lost. */
const HEARTBEAT_MS = 15_000;

const socket = new WebSocket(`${origin}/gateway`, { headers: { authorization: `Bearer ${process.env.TOKEN}` } });
const beat = () => socket.send(JSON.stringify({ op: 1, d: null }));
let beats;

socket.on('open', () => {
  beat();
  beats = setInterval(beat, HEARTBEAT_MS);
});
socket.on('message', (text) => {
  const { op, t, d } = JSON.parse(text);
  if (op === 11) console.log('heartbeat answered');
  else if (t === 'PRESENCE_UPDATE')
    console.log(`${d.user_id} is ${d.status}${d.activity ? `, ${d.activity.type} ${d.activity.name}` : ''}`);
  else if (t === 'TYPING_START') console.log(`${d.user_id} types in ${d.channel_id}`);
});
socket.on('error', ({ message }) => console.error(message));
socket.on('close', (code, reason) => {
  clearInterval(beats);
  console.error(`closed: ${code} ${reason}`);
});
