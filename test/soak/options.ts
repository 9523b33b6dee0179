/** The command line. */
import { parseArgs } from 'node:util';

export interface Options {
  /** How long people come and go. */
  readonly minutes: number;
  readonly people: number;
  /** What all of them do in a second, together. */
  readonly actsASecond: number;
  /** The second node is restarted so often during the first half, in minutes; 0: never. */
  readonly restartEvery: number;
  readonly seed: number;
  /** Where the readings are written. */
  readonly json: string;
}

export const USAGE = `npm run test:soak -- [options]
  --minutes N         how long people come and go (10)
  --people N          how many there are (200)
  --acts N            what all of them do in a second (12)
  --restart-every N   restarts the second node every N minutes of the first half, gracefully and by SIGKILL in turn (0: never)
  --seed N            makes a run choose as another did
  --json FILE         where all readings are written (dist-soak/readings.json)`;

const numberOf = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (!(value >= least)) throw new Error(`--${name} takes a number from ${least}.\n${USAGE}`);
  return value;
};

/** Throws with a sentence for whoever typed it. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      people: { type: 'string', default: '200' },
      acts: { type: 'string', default: '12' },
      'restart-every': { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      json: { type: 'string', default: 'dist-soak/readings.json' },
    },
  });
  return {
    minutes: numberOf('minutes', values.minutes, 1),
    people: numberOf('people', values.people, 20),
    actsASecond: numberOf('acts', values.acts, 0.1),
    restartEvery: numberOf('restart-every', values['restart-every'], 0),
    seed: numberOf('seed', values.seed, 0),
    json: values.json,
  };
};
