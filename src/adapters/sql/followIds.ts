/** The ids of the acts that follows tell by themselves. */

export interface Follow {
  readonly followerId: string;
  readonly followeeId: string;
}

const encoded = (id: string): string => id.replaceAll('%', '%25').replaceAll(':', '%3A');

/**
 * No two pairs share one: `%` and `:` of the ids are escaped. Who has the id of a deleted user is another one, of a later generation:
 * what they follow, or who follows them, is another act.
 */
export const followActId = (
  { followerId, followeeId }: Follow,
  generations: { readonly follower: number; readonly followee: number } = { follower: 1, followee: 1 },
): string => {
  const { follower, followee } = generations;
  const suffix = follower + followee > 2 ? `:${follower}:${followee}` : '';
  return `follow:${encoded(followerId)}:${encoded(followeeId)}${suffix}`;
};
