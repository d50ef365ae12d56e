/**
 * Undoes what the launcher does for Node alone: it points LD_LIBRARY_PATH at the libraries beside
 * Node, which the programs that slipway starts must not load. It keeps the person's own value in
 * SLIPWAY_LIBRARY_PATH, empty when there was none.
 */
export function restoreLibraryPath(env: NodeJS.ProcessEnv): void {
	const before = env.SLIPWAY_LIBRARY_PATH;
	if (before === undefined) return;
	delete env.SLIPWAY_LIBRARY_PATH;
	if (before === '') delete env.LD_LIBRARY_PATH;
	else env.LD_LIBRARY_PATH = before;
}
