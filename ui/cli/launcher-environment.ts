/**
 * Undoes what the launcher does for Node alone, so that programs that slipway starts do not get it: it points
 * LD_LIBRARY_PATH at the libraries beside Node, keeping the person's own value in SLIPWAY_LIBRARY_PATH (empty
 * when there was none), and has malloc use one arena.
 */
export function restoreEnvironment(env: NodeJS.ProcessEnv): void {
	const before = env.SLIPWAY_LIBRARY_PATH;
	if (before === undefined) return;
	delete env.SLIPWAY_LIBRARY_PATH;
	delete env.MALLOC_ARENA_MAX;
	if (before === '') delete env.LD_LIBRARY_PATH;
	else env.LD_LIBRARY_PATH = before;
}
