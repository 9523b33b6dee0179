import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder } from '../cluster/folders.js';

/**
 * The path of a folder that takes long to make, kept between runs in `cacheFolder` under a name made of all that its content
 * depends on: `madeBy`, files and folders. `make` makes it, at a path that is not there yet.
 */
export async function madeOnce({
  cacheFolder,
  madeBy,
  make,
}: {
  readonly cacheFolder: string;
  readonly madeBy: readonly string[];
  readonly make: (folder: string) => Promise<void>;
}): Promise<string> {
  const kept = join(cacheFolder, await digest(madeBy));
  if (await exists(kept)) return kept;
  await mkdir(cacheFolder, { recursive: true });
  const making = await mkdtemp(join(cacheFolder, 'making-'));
  try {
    await make(join(making, 'made'));
    // Another worker may have been faster: then theirs is as good.
    await rename(join(making, 'made'), kept).catch(async (error: unknown) => {
      if (!(await exists(kept))) throw error;
    });
  } finally {
    await removeFolder(making);
  }
  await removeOutdated(cacheFolder);
  return kept;
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
