#!/usr/bin/env node
/**
 * A gateway that speaks to Rollcall over NATS (docs/doors.md#nats): one connection of one user. It opens it, sends heartbeats, and
 * closes it at the end; and it prints the status of everybody, as a service would that shows it.
 *
 *     node examples/nats-gateway/gateway.mjs [nats://127.0.0.1:4222] [user] [prefix]
 *
 * The URL may have a user and a password, or a token, and `tls://` for TLS, as NATS_URL of the server may.
 *
 * Of each user it keeps the message with the greatest `as_of`: messages of two nodes may overtake each other.
 */
import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';

const [url = 'nats://127.0.0.1:4222', userId = 'ada', prefix = ''] = process.argv.slice(2);
const HEARTBEAT_MS = 10_000;

// The client takes servers without what signs in.
const { host, protocol, username, password } = new URL(url);
const name = decodeURIComponent(username);
const nats = await connect({
  servers: host,
  name: 'gateway',
  maxReconnectAttempts: -1,
  ...(protocol === 'tls:' && { tls: {} }),
  ...(name && (password ? { user: name, pass: decodeURIComponent(password) } : { token: name })),
});
/** As `NATS_PREFIX` stands before every subject. */
const subjectOf = (subject) => (prefix === '' ? subject : `${prefix.replace(/\.$/, '')}.${subject}`);
const tell = (subject, fields) => nats.publish(subjectOf(subject), JSON.stringify(fields));
const print = (line) => process.stdout.write(`${line}\n`);

/** The latest state of each user. */
const latest = new Map();
nats.subscribe(subjectOf('presence.status.changed'), {
  callback(error, message) {
    if (error) return print(error.message);
    const state = message.json();
    if ((latest.get(state.user_id)?.as_of ?? 0) >= state.as_of) return;
    latest.set(state.user_id, state);
    print(`${state.user_id} is ${state.status}${state.custom_status && `: ${state.custom_status}`}`);
  },
});
await nats.flush();

// A connection has an id of its own: once it is closed, that id opens nothing any more.
const connection = { user_id: userId, connection_id: randomUUID() };
tell('gateway.connection.opened', { ...connection, device: 'desktop', at: new Date().toISOString() });
// Without heartbeats the session ends; what NATS lost, the next one makes up for.
const beating = setInterval(() => tell('gateway.heartbeat.received', connection), HEARTBEAT_MS);

const leave = async () => {
  clearInterval(beating);
  tell('gateway.connection.closed', connection);
  await nats.drain();
};
process.once('SIGINT', leave);
process.once('SIGTERM', leave);
