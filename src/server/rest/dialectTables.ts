/** All that the dialects of REST answer. No two paths collide, so that one switch opens all. */
import { daw } from './dawRoutes.js';
import { feed } from './feedRoutes.js';
import { gateway } from './gatewayRoutes.js';
import { mobile } from './mobileRoutes.js';
import type { Dialect } from './route.js';

export const DIALECTS: readonly Dialect[] = [daw, mobile, feed, gateway];
