/** A connection that the primary was handing to a worker when that died. */
import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { PATIENTLY, pidsOf, startWorkers } from '../support/cluster/workers.js';

it('a client whose connection was being handed to a worker that died is not left waiting', async () => {
  const { node } = await startWorkers();
  const [victim] = pidsOf(node, 1);
  process.kill(victim!, 'SIGSTOP');
  const { port } = new URL(node.origin);
  const open = () => {
    const socket = connect(Number(port), '127.0.0.1');
    const over = new Promise<string>((resolve) => {
      socket.once('data', () => resolve('answered'));
      socket.once('close', () => resolve('closed'));
      socket.on('error', () => {});
    });
    onTestFinished(() => void socket.destroy());
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return over;
  };
  // One is handed to the worker that hangs, and the others to the one that does not.
  const waiting = Array.from({ length: 8 }, open);
  let answered = 0;
  for (const over of waiting) void over.then(() => answered++);
  await vi.waitUntil(() => answered === 7, PATIENTLY);
  process.kill(victim!, 'SIGKILL');
  const ends = await Promise.all(waiting);
  expect(ends.filter((end) => end === 'answered')).toHaveLength(7);
});
