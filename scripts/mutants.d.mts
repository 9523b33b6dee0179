import type { Mutant } from '../test/mutants/mutant.js';

/** A fault, and the list under test/mutants that it stands in. */
export interface ListedMutant extends Mutant {
  readonly room: string;
}

export declare const readMutants: () => Promise<readonly ListedMutant[]>;
export declare const selectMutants: (
  mutants: readonly ListedMutant[],
  words: readonly string[],
) => readonly ListedMutant[];
export declare const withFault: (source: string, mutant: Mutant) => string;
export declare const tableOf: (mutants: readonly ListedMutant[]) => string;
export declare const withTable: (page: string, table: string) => string;
