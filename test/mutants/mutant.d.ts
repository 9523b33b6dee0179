/** A fault to be put into the code, which a test has to notice. `npm run test:mutants` puts them in, one at a time. */
export interface Mutant {
  /** What the fault does, in a few words. Unique in its room. */
  readonly name: string;
  /** The promise that it breaks, as a sentence. */
  readonly promise: string;
  /** The file that it is put into, from the top of the repository. */
  readonly file: string;
  /** A text that stands in the file exactly once, and what replaces it. */
  readonly from: string;
  readonly to: string;
  /** Test files, from the top of the repository; at least one test in them fails with the fault. */
  readonly tests: readonly string[];
}
