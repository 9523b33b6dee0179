import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StartFault } from '../../config/startFault.js';

/**
 * The holder of a lock file, as the file names it. A lock outlives the SIGKILL of its holder: whoever finds the holder dead
 * takes the lock over. The start time distinguishes the holder from a later process with the same pid. Like PostgreSQL's
 * own lock file, it works between processes that see each other's pids: on one machine, or in one container.
 */
interface Holder {
  readonly pid: number;
  /** Boot id and start time of the process; null where the system does not tell, and the pid alone identifies it. */
  readonly started: string | null;
  /** Identifies this acquisition of the lock. */
  readonly token: string;
}

/** Start time of a process, unique over reboots; undefined without /proc, null when there is no such process. */
const startOf = (pid: number): string | null | undefined => {
  let boot: string;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name in parentheses, may hold spaces: count from behind it. Field 22 is the start.
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

/** The present holder, or undefined. Throws a StartFault for a file that no server wrote: locks are written atomically. */
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

/** Creates the file atomically with its content. False when it exists. */
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
 * Takes the lock on `path`. Returns `release`, or the pid of the process that holds the lock.
 *
 * Of several processes that find the same holder dead, only one may remove its file: the one that takes a second lock,
 * named after that acquisition. Otherwise the slower of two would remove the lock that the faster one has just taken.
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
