import {pause} from './pause.ts';
import {type RunFiles, readRunState} from './run-files.ts';

/**
 * Resolves when nothing is to be seen of an installation any more, since there was none or a person has
 * seen how it ended; and when the signal aborts.
 */
export async function awaitSeen(
	files: RunFiles,
	signal: AbortSignal,
	pauseMs = 1000,
): Promise<void> {
	while (!signal.aborted && (await readRunState(files)) !== undefined) await pause(pauseMs, signal);
}
