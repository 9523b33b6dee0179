/** How often a test repeats itself, or with what: a few times in the suite, all of them in `npm run test:thorough`. */
export const rounds = <T>(few: T, all: T): T => (process.env.ROLLCALL_THOROUGH === 'on' ? all : few);
