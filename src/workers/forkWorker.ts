/** Workers as processes of node:cluster. */
import cluster from 'node:cluster';
import { isFromWorker, type ToWorker } from './messages.js';
import type { WorkerEvents, WorkerProcess } from './supervisor.js';
import { NUMBER_VARIABLE } from './worker.js';

/** The handle of a connection, before it is a socket. */
interface Handle {
  close(): void;
}

const isHandle = (handle: unknown): handle is Handle =>
  typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function';

/**
 * Starts a worker: this very program once more, which finds its number in its environment. The primary accepts the
 * connections and hands them out in turn (`SCHED_RR`): sockets stay open for hours, and workers that accept by themselves
 * get very unequal numbers of them.
 */
export const forkWorker = (number: number, { received, ended }: WorkerEvents): WorkerProcess => {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  // Values of metrics may be NaN, which JSON has not.
  cluster.setupPrimary({ serialization: 'advanced' });
  const worker = cluster.fork({ [NUMBER_VARIABLE]: `${number}` });
  const { process: child } = worker;

  // A worker that dies leaves the connection that it was being handed: the client would wait for an answer for ever.
  let handed: Handle | null = null;
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = (...args: unknown[]): boolean => {
    if (isHandle(args[1])) handed = args[1];
    return send(...args);
  };

  let isOver = false;
  const over = (code: number | null, signal: string | null) => {
    if (isOver) return;
    isOver = true;
    handed?.close();
    ended({ code, signal });
  };
  worker.on('message', (message: unknown) => {
    if (isFromWorker(message)) received(message);
  });
  child.on('exit', over);
  // A process that could not be started has no other end. Else the channel failed, and the end of the process follows.
  child.on('error', () => {
    if (child.pid === undefined) over(null, null);
  });
  return {
    id: worker.id,
    pid: child.pid,
    send: (message: ToWorker) => void child.send(message, () => {}),
    stop: (signal) => void child.kill(signal),
    kill: () => void child.kill('SIGKILL'),
  };
};
