/**
 * Whom a user follows and whom a user blocked, in pages by id. Of users whom the caller may not see there is the id alone,
 * which the caller once named; who is hidden, blocks the caller, was deleted or never existed takes the same steps and
 * looks the same.
 */
import { decodeCursor, encodeCursor } from '../presence/cursors.js';
import { pairKey } from '../presence/pairs.js';
import type { AccessReader } from '../presence/ports/access.js';
import type { RelationStore } from '../presence/ports/relations.js';
import { checkFirst, checkId } from '../presence/validate.js';
import { facetsFor, maySee, type Viewer } from '../presence/visibility.js';
import { userOf } from './callerUser.js';
import type { ReadBudget } from './readBudget.js';

/** The most users on one page. */
const MAX_PAGE = 500;

/** A user of a list: name and picture are the caller's to see only where the user is visible. */
export interface ListedUser {
  readonly cursor: string;
  readonly userId: string;
  readonly isVisible: boolean;
}

export interface UserListPage {
  readonly items: readonly ListedUser[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

interface PageOptions {
  readonly first: number;
  readonly after: string | null;
}

/** Methods reject with FORBIDDEN (service tokens), BAD_USER_INPUT, RATE_LIMITED or UNAVAILABLE. */
export interface RelationLists {
  following(viewer: Viewer, page: PageOptions): Promise<UserListPage>;
  /** Nobody in it is visible: a block hides both ways. */
  blocked(viewer: Viewer, page: PageOptions): Promise<UserListPage>;
}

const NO_RELATIONS = 'A service token is no user, so it follows and blocks nobody. Use a token of the user.';

export const createRelationLists = ({
  people,
  reads,
}: {
  readonly people: Pick<RelationStore, 'following' | 'blocked'> & Pick<AccessReader, 'accessFacts'>;
  readonly reads: ReadBudget;
}): RelationLists => {
  /** Those of the users whom the viewer may see. */
  const visibleAmong = async (viewer: Viewer, userIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const accessFacts = await people.accessFacts(userIds.map((userId) => ({ viewerId: viewer.userId, userId })));
    return new Set(
      userIds.filter((userId) => maySee(facetsFor(viewer, userId, accessFacts.get(pairKey(viewer.userId, userId))))),
    );
  };

  /**
   * A page of one list, whose cursors begin with `list`. Each user on it counts as one read; pages asked for at the same
   * time are read one after another, so that each finds the ones before it counted.
   */
  const pageOf =
    (
      list: string,
      read: RelationStore['following'],
      visible: (viewer: Viewer, userIds: readonly string[]) => Promise<ReadonlySet<string>>,
    ) =>
    async (viewer: Viewer, { first, after }: PageOptions): Promise<UserListPage> => {
      const self = userOf(viewer, NO_RELATIONS);
      checkFirst(first, MAX_PAGE);
      const from = after === null ? null : checkId(decodeCursor(after, [list]).place, 'after');
      return reads.roster(viewer, 'query', async () => {
        const found = await read(self, { after: from, limit: first + 1 });
        const userIds = found.slice(0, first);
        const seen = await visible(viewer, userIds);
        const items = userIds.map((userId) => ({
          cursor: encodeCursor({ list, place: userId }),
          userId,
          isVisible: seen.has(userId),
        }));
        return {
          counted: userIds.length,
          result: { items, hasNextPage: found.length > first, hasPreviousPage: from !== null },
        };
      });
    };

  const nobody = async (): Promise<ReadonlySet<string>> => new Set();
  return {
    following: pageOf('f', (...page) => people.following(...page), visibleAmong),
    blocked: pageOf('b', (...page) => people.blocked(...page), nobody),
  };
};
