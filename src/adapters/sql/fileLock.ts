import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StartFault } from '../../config/startFault.js';

/**
 * A lock that one process holds on a file, also over its death by SIGKILL: who finds the holder dead takes it over.
 *
 * A holder is its pid, and when that process started: a pid that was given to another process since does not keep the
 * lock. It is for processes that see each other's pids (one machine, or one container), as PostgreSQL's own is.
 */
interface Holder {
  readonly pid: number;
  /** Boot and start time of the process; null where the system does not tell (it is then known by its pid alone). */
  readonly started: string | null;
  /** Names this holding of the lock. */
  readonly token: string;
}

/** When a process started, unique over reboots; undefined where there is no /proc, null when there is no such process. */
const startOf = (pid: number): string | null | undefined => {
  let boot: string;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name in parentheses, may hold anything: count from behind it. Start time is the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
};

const isAlive = ({ pid, started }: Holder): boolean => {
  const start = startOf(pid);
  if (start === null) return false;
  if (start !== undefined && started !== null) return start === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Who holds the lock; undefined when nobody does, or the file is not one of ours (a lock is written whole or not at all). */
const holderOf = (path: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StartFault(
      `${path} in DATA_DIR is not a lock that this server wrote. Remove it if no server uses this folder.`,
    );
  }
};

/** Creates the file with its content in one step, so that nobody reads half of it. False where there is one. */
const create = (path: string, holder: Holder): boolean => {
  const draft = `${path}.${holder.token}.new`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
};

/**
 * Takes the lock on `path`. Returns what gives it back, or the pid of the process that holds it.
 *
 * Of several who find the same holder dead, one may remove its file: who holds the lock on that very holding. Without
 * that, the slower of two would remove the lock that the faster one has just taken.
 */
export const takeLock = (path: string): { readonly release: () => void } | { readonly heldBy: number } => {
  const mine: Holder = { pid: process.pid, started: startOf(process.pid) ?? null, token: randomUUID() };
  for (;;) {
    if (create(path, mine)) {
      const release = () => {
        if (holderOf(path)?.token === mine.token) rmSync(path, { force: true });
      };
      return { release };
    }
    const holder = holderOf(path);
    if (holder === undefined) continue;
    if (isAlive(holder)) return { heldBy: holder.pid };
    const ticket = takeLock(`${path}.${holder.token}`);
    if ('heldBy' in ticket) return ticket;
    if (holderOf(path)?.token === holder.token) rmSync(path);
    ticket.release();
  }
};
