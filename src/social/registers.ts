/** Counts as registers: of two values of one name the later version holds, in whichever order they come. */
import type { Count, NewCounts } from './socialTypes.js';

export interface Register extends Count {
  readonly version: bigint;
}

/** The registers of one object, by name. */
export type Registers = ReadonlyMap<string, Register>;

/** The object's registers after a put, and those of them that moved: whose version is later than before. */
export interface Moved {
  readonly after: Registers;
  readonly moved: readonly Register[];
}

export const putRegisters = (before: Registers, puts: readonly Pick<NewCounts, 'counts' | 'version'>[]): Moved => {
  const after = new Map(before);
  const moved = new Map<string, Register>();
  for (const { counts, version: text } of puts) {
    const version = BigInt(text);
    for (const { name, value } of counts) {
      const present = after.get(name);
      if (present && present.version >= version) continue;
      const register = { name, value, version };
      after.set(name, register);
      moved.set(name, register);
    }
  }
  return { after, moved: [...moved.values()] };
};

/** By name, as they are answered. */
export const countsOf = (registers: Registers): readonly Count[] =>
  [...registers.values()].map(({ name, value }) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
