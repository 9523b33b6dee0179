import { type SQL, sql } from 'drizzle-orm';
import { exists } from './expressions.js';

/** Whether something hides an act of that actor, about that object, from the tray of that user: `isHiddenFromTray` in SQL. */
export const hidesFromTray = (userId: SQL, actorId: SQL, objectId: SQL): SQL<boolean> => sql<boolean>`(
  ${exists(sql`blocks where blocker_id = ${userId} and blocked_id = ${actorId}`)}
  or ${exists(sql`blocks where blocker_id = ${actorId} and blocked_id = ${userId}`)}
  or ${exists(sql`mutes where user_id = ${userId} and kind = 'user' and target_id = ${actorId}`)}
  or ${exists(sql`mutes where user_id = ${userId} and kind = 'object' and target_id = ${objectId}`)})`;
