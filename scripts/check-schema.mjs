/**
 * `npm run schema:check`: lists the changes of the contract, `schema/schema.graphqls`, since the last commit on main, and
 * fails when one breaks clients. Without a branch main (a shallow clone, a detached head) it compares with origin/main,
 * then with HEAD; without any of them (no git, a new repository) it passes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const PATH = 'schema/schema.graphqls';
const REVISIONS = ['main', 'origin/main', 'HEAD'];

/** The contract of a revision; undefined where the revision or its contract does not exist. */
const contractAt = (revision) => {
  try {
    return execFileSync('git', ['show', `${revision}:./${PATH}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
};

const earlier = () => {
  for (const revision of REVISIONS) {
    const contract = contractAt(revision);
    if (contract !== undefined) return { revision, contract };
  }
  return undefined;
};

const MARKS = {
  [CriticalityLevel.Breaking]: 'breaking  ',
  [CriticalityLevel.Dangerous]: 'dangerous ',
  [CriticalityLevel.NonBreaking]: 'compatible',
};

const before = earlier();
if (before === undefined) {
  console.log(`No earlier ${PATH} to compare with.`);
} else {
  const changes = await diff(buildSchema(before.contract), buildSchema(readFileSync(PATH, 'utf8')));
  for (const { criticality, message } of changes) console.log(`${MARKS[criticality.level]}  ${message}`);
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking).length;
  console.log(`${PATH} against ${before.revision}: ${changes.length} changes, ${breaking} of them breaking.`);
  if (breaking > 0) process.exitCode = 1;
}
