/** How often a test repeats itself: a few times in the suite, all of them in `npm run test:thorough`. */
export const rounds = (few: number, all: number): number => (process.env.ROLLCALL_THOROUGH === 'on' ? all : few);
