import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFolder, removeFolder } from './folders.js';

/**
 * A data folder as a first start leaves it, for servers that are to start quickly: making one takes as long as all else
 * together. Kept between runs, under a name made of all that its content depends on.
 */
export interface PreparedData {
  /** Puts a copy at `folder`, which is not there yet. */
  copyTo(folder: string): Promise<void>;
}

/** `madeBy`: the files and folders that decide what a first start leaves. `firstStart` makes one in the folder given. */
export async function prepareData({
  cacheFolder,
  madeBy,
  firstStart,
}: {
  readonly cacheFolder: string;
  readonly madeBy: readonly string[];
  readonly firstStart: (folder: string) => Promise<void>;
}): Promise<PreparedData> {
  const persisted = join(cacheFolder, await digest(madeBy));
  if (!(await exists(persisted))) {
    await mkdir(cacheFolder, { recursive: true });
    const making = await mkdtemp(join(cacheFolder, 'making-'));
    try {
      await firstStart(join(making, 'data'));
      // Another worker may have been faster: then theirs is as good.
      await rename(join(making, 'data'), persisted).catch(async (error: unknown) => {
        if (!(await exists(persisted))) throw error;
      });
    } finally {
      await removeFolder(making);
    }
    await removeOutdated(cacheFolder);
  }
  return { copyTo: (folder) => copyFolder(persisted, folder) };
}

/** What other sources left, once it is an hour old: a run that is still using it has long begun. */
async function removeOutdated(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > 3_600_000) await removeFolder(path);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A name for the content of files and folders. */
async function digest(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const add = async (path: string): Promise<void> => {
    if (!(await stat(path)).isDirectory()) {
      hash.update(path).update(await readFile(path));
      return;
    }
    for (const name of (await readdir(path)).sort()) await add(join(path, name));
  };
  for (const path of paths) await add(path);
  return hash.digest('hex').slice(0, 16);
}
