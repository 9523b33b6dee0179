import { codeOf, messageOf, StartFault } from './startFault.js';

const WHAT_IS_WRONG: Readonly<Record<string, string>> = {
  EEXIST: 'is no folder, or lies in a file',
  ENOTDIR: 'is no folder, or lies in a file',
  EACCES: 'may not be written by the user of this process',
  EPERM: 'may not be written by the user of this process',
  EROFS: 'is on a file system that may only be read',
  ENOSPC: 'is on a disk that is full',
  EDQUOT: 'is on a disk whose quota is used up',
};

/** Does `work`, which writes into `DATA_DIR`. Rejects with a StartFault for what the file system refuses. */
export const inDataDir = async <T>(dataDir: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const wrong = WHAT_IS_WRONG[codeOf(error)];
    if (wrong === undefined) throw error;
    const text = `DATA_DIR (${dataDir}) ${wrong} (${messageOf(error)}). Mend that, or set DATA_DIR to another folder.`;
    throw new StartFault(text, { cause: error });
  }
};
