/** A database of which single statements fail in the middle of their result. */

/**
 * How: the server cancels the statement, and its connection goes on; the connection is cut; a row is lost, comes twice, or
 * leaves a hole, and everything else is as if nothing had happened.
 */
export type FailureKind = 'cancelled' | 'cut' | 'lost' | 'twice' | 'hole';

/** Where: in the answer to which statement from now on, counted from 0, after how many of its rows. */
export interface Failure {
  readonly statement: number;
  readonly afterRows: number;
  readonly how: FailureKind;
}

export interface Faults {
  /** Counts statements and their rows from here. */
  startCounting(): void;
  /** Rows of each statement since then. */
  readonly answered: readonly number[];
  /** Lets one statement fail, counted from here. */
  failAt(failure: Failure): void;
  /** Whether the requested failure has happened. */
  readonly hasFailed: boolean;
  /** Cancels a failure that has not happened. */
  cancelFailure(): void;
}

/** The faults of one database, and the controls of the proxy that produces them. */
export const createFaults = () => {
  let failure: Failure | null = null;
  let answered: number[] = [];
  const faults: Faults = {
    startCounting() {
      answered = [];
    },
    get answered() {
      return answered;
    },
    failAt(next) {
      answered = [];
      failure = next;
    },
    get hasFailed() {
      return failure === null;
    },
    cancelFailure() {
      failure = null;
    },
  };
  return {
    faults,
    /** The failure of the statement that is being answered; null where it is to succeed. */
    pending: (): Failure | null => (failure?.statement === answered.length ? failure : null),
    /** The failure has come. */
    failed(): void {
      failure = null;
    },
    /** A statement was answered with so many rows. */
    answered(rows: number): void {
      answered.push(rows);
    },
  };
};
