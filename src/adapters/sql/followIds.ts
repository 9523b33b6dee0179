/** The ids of the acts that follows tell by themselves. */

export interface Follow {
  readonly followerId: string;
  readonly followeeId: string;
}

const encoded = (id: string): string => id.replaceAll('%', '%25').replaceAll(':', '%3A');

/** No two pairs share one: `%` and `:` of the ids are escaped. */
export const followActId = ({ followerId, followeeId }: Follow): string =>
  `follow:${encoded(followerId)}:${encoded(followeeId)}`;

/** Whether an act that begins as those do is of a follow of that user. */
export const isFollowOf = (actId: string, followeeId: string): boolean => actId.endsWith(`:${encoded(followeeId)}`);
