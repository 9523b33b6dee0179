/**
 * Commits of records, as scripts: those that one turn of the event loop brings to one shard leave as one, since a command costs
 * more than what it carries. Each is committed, refused or fails by itself.
 */
import { atEndOfTurn } from '../../async/endOfTurn.js';
import type { ShardKeys } from './keys.js';
import { MOVED_MS } from './redisPlaces.js';
import { misfit } from './replies.js';
import { isRefusal, type Redises } from './scripts.js';

/** Bounds of one script: Redis serves nobody else meanwhile. */
const MAX_COMMITS = 64;
const MAX_CHARS = 65_536;

/** What commit.lua is given of one commit. */
export interface Commit {
  readonly userId: string;
  /** The record, `gone`, and the sets of the incarnations that are joined or left. */
  readonly keys: readonly string[];
  /** What commit.lua lists, without spaces. */
  readonly terms: readonly (string | number)[];
  readonly body: string;
  /** Empty: nobody is told. */
  readonly channel: string;
  /** Marks of places. */
  readonly marks: readonly string[];
  /** For each of those sets the incarnation that is joined; empty: it is left. */
  readonly joined: readonly string[];
  /** Whether the record shrinks, and so is committed while Redis is full. */
  readonly shrinks: () => boolean;
}

/** What became of a commit, as commit.lua says it. */
export type CommitAnswer = readonly [done: number, now: number, revision: string];
type Answers = ReadonlyMap<string, CommitAnswer | Error>;

interface Gathering {
  readonly commits: Map<string, Commit>;
  chars: number;
  readonly answers: Promise<Answers>;
}

const argumentsOf = ({ terms, userId, body, channel, marks, joined }: Commit): readonly string[] => [
  `${terms.join(' ')} ${marks.length} ${joined.length} `,
  userId,
  body,
  channel,
  ...marks,
  ...joined,
];

export const createGatheredCommits = ({
  redises,
  publish,
}: {
  readonly redises: Pick<Redises, 'run'>;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
}) => {
  const open = new Map<ShardKeys, Gathering>();

  const send = async (shard: ShardKeys, commits: readonly Commit[]): Promise<Answers> => {
    const alone = commits.length === 1 ? commits[0] : undefined;
    const { shard: hash, due, live, dirty, nodes, placesMoved, allStateMarks } = shard;
    const answered = await redises.run(
      'commit',
      [hash, due, live, dirty, nodes, placesMoved, ...allStateMarks, ...commits.flatMap(({ keys }) => keys)],
      [publish, MOVED_MS, ...commits.flatMap(argumentsOf)],
      alone?.shrinks,
    );
    return new Map(answered as unknown as readonly (readonly [userId: string, CommitAnswer | Error])[]);
  };

  const gather = (shard: ShardKeys): Gathering => {
    const commits: Gathering['commits'] = new Map();
    const answers = new Promise<Answers>((resolve) => {
      atEndOfTurn(() => {
        if (open.get(shard) === gathering) open.delete(shard);
        resolve(send(shard, [...commits.values()]));
      });
    });
    const gathering: Gathering = { commits, chars: 0, answers };
    open.set(shard, gathering);
    return gathering;
  };

  /** Sends a commit with others of this turn. Rejects where it failed, or where nobody knows what became of it. */
  return async (shard: ShardKeys, commit: Commit): Promise<CommitAnswer> => {
    const { userId, body } = commit;
    const present = open.get(shard);
    const fits =
      present &&
      present.commits.size < MAX_COMMITS &&
      present.chars + body.length <= MAX_CHARS &&
      !present.commits.has(userId);
    const gathering = fits ? present : gather(shard);
    gathering.commits.set(userId, commit);
    gathering.chars += body.length;
    const answers = await gathering.answers;
    // Alone, a refusal is the connection's matter: where another server is the master now, or where Redis is full and the record shrinks.
    return answerOf(userId, isRefusal(answers.get(userId)) ? await send(shard, [commit]) : answers);
  };
};

const answerOf = (userId: string, answers: Answers): CommitAnswer => {
  const answer = answers.get(userId);
  if (!answer) throw misfit();
  if (answer instanceof Error) throw answer;
  return answer;
};
