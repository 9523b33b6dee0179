import { copyFileSync, linkSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A copy whose files are those of `from`, linked, so that hundreds of megabytes need not be read and written; npm removes
 * files, and writes none but its own list. Without what is at the paths `without`, and of the folders `manifestsOf` with
 * their package.json alone.
 */
export const linkFolder = (
  from: string,
  to: string,
  {
    without = [],
    manifestsOf = new Set(),
  }: { readonly without?: readonly string[]; readonly manifestsOf?: ReadonlySet<string> } = {},
): void => {
  const link = (source: string, target: string): void => {
    mkdirSync(target, { recursive: true });
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      const [path, linked] = [join(source, entry.name), join(target, entry.name)];
      if (without.includes(path)) continue;
      // Packages within packages are listed by themselves.
      if (manifestsOf.has(source) && !['package.json', 'node_modules'].includes(entry.name)) continue;
      if (entry.isDirectory()) link(path, linked);
      else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(path), linked);
      else if (entry.name === '.package-lock.json') copyFileSync(path, linked);
      else linkOrCopy(path, linked);
    }
  };
  link(from, to);
};

const linkOrCopy = (source: string, target: string): void => {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or a file of another user.
    copyFileSync(source, target);
  }
};
