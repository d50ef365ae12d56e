import {EngineError, firstFailure, OperationFailed} from '../engine/errors.ts';
import {CommandFailed} from '../engine/system/commands.ts';

/**
 * What to throw for an error: `interrupted` when it only says that the signal came, or that a program
 * ended by it, as those do that share a terminal. Any other error, such as a clean-up that failed, says
 * more and stays.
 */
export function orInterrupted(
	error: unknown,
	signal: AbortSignal,
	message: string,
	hint?: string,
): unknown {
	const first = firstFailure(error);
	const saysMore = first instanceof EngineError && !(first instanceof CommandFailed);
	if (!signal.aborted || saysMore) return error;
	return new OperationFailed('interrupted', `interrupted: ${message}`, {
		...(hint !== undefined && {hint}),
		cause: error,
	});
}
