import { copyFolder } from '../cluster/folders.js';
import { madeOnce } from './madeOnce.js';

/**
 * A data folder as a first start leaves it, for servers that are to start quickly: making one takes as long as all else
 * together.
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
  const persisted = await madeOnce({ cacheFolder, madeBy, make: firstStart });
  return { copyTo: (folder) => copyFolder(persisted, folder) };
}
