/**
 * What the primary does with its workers: it starts them, starts those again that died, and stops them side by side. It
 * knows of no processes: `fork` makes them.
 */
import type { Log } from '../telemetry/log.js';
import type { FromWorker, Place, ToWorker, WorkerAnswer } from './messages.js';
import { afterDeath, MAX_DEATHS, SOUND_AFTER_MS } from './restarts.js';

/** A signal that asks for a graceful stop. */
export type StopSignal = 'SIGTERM' | 'SIGINT';

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The process of a worker. */
export interface WorkerProcess {
  /** Its own among all that there ever were. */
  readonly id: number;
  /** Undefined where it could not be started; its end follows. */
  readonly pid: number | undefined;
  /** Never throws; what is sent to a process that has ended is lost. */
  send(message: ToWorker): void;
  /** Asks it to stop gracefully. Where it still loads, and hears nothing, that ends it. */
  stop(signal: StopSignal): void;
  /** Ends it at once. */
  kill(): void;
}

export interface WorkerEvents {
  received(message: FromWorker): void;
  /** Called once. */
  ended(exit: WorkerExit): void;
}

/** How it ended, for the exit of the primary: with `fault` where the operator has something to mend. */
export interface Outcome {
  readonly code: 0 | 1;
  readonly fault: string | null;
}

export interface Supervisor {
  /** Settles when no worker is left, and none will be started. */
  readonly over: Promise<Outcome>;
  /** The workers that listen now, by number, those that stop included. */
  listening(): readonly { readonly number: number; readonly process: WorkerProcess; readonly isStopping: boolean }[];
  /** Asks all workers to stop, as upon that signal; kills those that take longer than the limit. Idempotent. */
  stop(signal: StopSignal): void;
  /** Kills all workers. */
  kill(): void;
}

interface Worker {
  readonly number: number;
  process: WorkerProcess | null;
  listeningSince: number | null;
  /** It was asked to stop, by whomever. */
  isStopping: boolean;
  /** What it said that keeps it from starting. */
  fault: string | null;
  /** Deaths in a row. */
  deaths: number;
  restart: NodeJS.Timeout | undefined;
}

/**
 * Starts `count` workers: the first alone, so that what keeps all of them from starting is said once, and what a first
 * start makes is made once; the others when it listens.
 */
export const superviseWorkers = ({
  count,
  fork,
  log,
  stopWithinMs,
  onListening,
  onAnswer = () => {},
  onDeath = () => {},
  random = Math.random,
  now = () => performance.now(),
}: {
  readonly count: number;
  readonly fork: (number: number, events: WorkerEvents) => WorkerProcess;
  readonly log: Log;
  /** How long a graceful stop may take. */
  readonly stopWithinMs: number;
  /** Called once, when each of the workers listens or has died for the first time, and one of them listens. */
  readonly onListening: (place: Place) => void;
  readonly onAnswer?: (answer: WorkerAnswer) => void;
  /** A worker ended that nobody had asked to. */
  readonly onDeath?: () => void;
  readonly random?: () => number;
  readonly now?: () => number;
}): Supervisor => {
  const workers = Array.from(
    { length: count },
    (_, index): Worker => ({
      number: index + 1,
      process: null,
      listeningSince: null,
      isStopping: false,
      fault: null,
      deaths: 0,
      restart: undefined,
    }),
  );
  const [first, ...others] = workers;
  /** Those that have neither listened nor died yet. */
  const unsettled = new Set(workers);
  let place: Place | null = null;
  let announced = false;
  let outcome: Outcome = { code: 0, fault: null };
  let isStopping = false;
  let late: NodeJS.Timeout | undefined;
  let end: (outcome: Outcome) => void;
  const over = new Promise<Outcome>((resolve) => {
    end = resolve;
  });

  const isSound = ({ listeningSince }: Worker) => listeningSince !== null && now() - listeningSince >= SOUND_AFTER_MS;
  const running = () => workers.flatMap(({ process }) => process ?? []);

  const announce = (worker: Worker) => {
    unsettled.delete(worker);
    if (announced || place === null || unsettled.size > 0) return;
    announced = true;
    onListening(place);
  };

  const endWhenAlone = () => {
    if (!isStopping || running().length > 0) return;
    clearTimeout(late);
    end(outcome);
  };

  const stop = (signal: StopSignal) => {
    if (isStopping) return;
    isStopping = true;
    for (const { restart } of workers) clearTimeout(restart);
    for (const process of running()) process.stop(signal);
    late = setTimeout(() => {
      log.error('stopping takes too long; workers are killed');
      for (const process of running()) process.kill();
    }, stopWithinMs);
    endWhenAlone();
  };

  /** Ends the service: the workers that are left stop gracefully. */
  const giveUp = (fault: string | null) => {
    outcome = { code: 1, fault };
    stop('SIGTERM');
  };

  const start = (worker: Worker): void => {
    const { number } = worker;
    worker.fault = null;
    worker.isStopping = false;
    worker.process = fork(number, {
      received(message) {
        if (message.kind === 'listening') listens(worker, message);
        else if (message.kind === 'fault') worker.fault = message.sentence;
        else if (message.kind === 'stopping') worker.isStopping = true;
        else onAnswer(message);
      },
      ended: (exit) => ended(worker, exit),
    });
  };

  const listens = (worker: Worker, { port, url }: Place) => {
    const { number, process } = worker;
    worker.listeningSince = now();
    log.info({ worker: number, pid: process?.pid }, 'worker listening');
    const isFirst = place === null;
    place = { port, url };
    if (isFirst && !isStopping) for (const other of others) start(other);
    announce(worker);
  };

  const ended = (worker: Worker, exit: WorkerExit) => {
    const { number, process, listeningSince, fault } = worker;
    worker.process = null;
    worker.listeningSince = null;
    if (isStopping) {
      // One that had not got so far as to hear of the signal, which a terminal sends to all, has left nothing undone.
      const endedInTime =
        exit.code === 0 || (exit.signal !== null && exit.signal !== 'SIGKILL' && listeningSince === null);
      if (!endedInTime) outcome = { ...outcome, code: 1 };
      endWhenAlone();
      return;
    }
    const wasStopped = exit.code === 0 && listeningSince !== null;
    if (!wasStopped) onDeath();
    // Nothing listens yet, and nothing would: as where a single process cannot start.
    if (fault !== null && place === null) {
      giveUp(fault);
      return;
    }
    const about = { worker: number, pid: process?.pid, ...exit, ...(fault !== null && { fault }) };
    const { deaths, restartMs } = afterDeath(
      {
        before: worker.deaths,
        listenedMs: listeningSince === null ? null : now() - listeningSince,
        othersSound: workers.some(isSound),
      },
      random,
    );
    worker.deaths = deaths;
    if (restartMs === null) {
      log.error(about, 'worker ended');
      giveUp(
        `A worker ended ${MAX_DEATHS} times in a row, each time within ${SOUND_AFTER_MS / 1_000} s of its start, and no other ` +
          `worker serves. ${fault ?? 'The lines before this one say why.'}`,
      );
      return;
    }
    log[wasStopped ? 'info' : 'error']({ ...about, restartMs }, 'worker ended; it is started again');
    worker.restart = setTimeout(() => start(worker), restartMs);
    announce(worker);
  };

  if (first) start(first);
  return {
    over,
    listening: () =>
      workers.flatMap(({ number, process, listeningSince, isStopping: isLeaving }) =>
        process !== null && listeningSince !== null ? [{ number, process, isStopping: isLeaving }] : [],
      ),
    stop,
    kill() {
      for (const process of running()) process.kill();
    },
  };
};
