import {getSystemErrorMap} from 'node:util';
import {EngineError, exitStatus, firstFailure} from '../../engine/errors.ts';
import {SeveralRefusals} from '../../installer/several-refusals.ts';

export interface ErrorReport {
	/** For standard error, without a last end of line. */
	readonly lines: readonly string[];
	readonly exitStatus: number;
}

/** How an error is told to a person: cause, next step and, when debugging, where it came from. */
export function reportError(error: unknown, {debug}: {debug: boolean}): ErrorReport {
	const first = firstFailure(error);
	const {message, exitStatus: status} = describe(first);
	const lines = [`slipway: ${message}`, ...hintsOf(first).map((hint) => `  hint: ${hint}`)];
	if (debug) lines.push(...traceLines(error));
	return {lines, exitStatus: status};
}

/** Of several refusals each is a line of its own, once. */
function hintsOf(error: unknown): string[] {
	if (error instanceof SeveralRefusals) return [...new Set(error.refusals.flatMap(hintsOf))];
	const {hint} = describe(error);
	return hint === undefined ? [] : [hint];
}

interface Description {
	readonly message: string;
	readonly hint?: string | undefined;
	readonly exitStatus: number;
}

function describe(error: unknown): Description {
	if (error instanceof EngineError) return error;
	if (isSystemError(error)) return describeSystemError(error);
	const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	return {
		message: `internal: ${message.replaceAll('\n', ' ')}`,
		hint: 'This is a defect in slipway. Run it again with SLIPWAY_DEBUG=1 and report the output.',
		exitStatus: exitStatus.failed,
	};
}

type SystemCallError = NodeJS.ErrnoException & {readonly errno: number; readonly syscall: string};

/** Errors of node:fs that no engine code put into its own words. */
function isSystemError(error: unknown): error is SystemCallError {
	return error instanceof Error && 'errno' in error && 'syscall' in error;
}

const systemErrorHints: Readonly<Record<string, string>> = {
	EACCES: 'Run it as root.',
	EPERM: 'Run it as root; in a container, with --privileged.',
	ENOSPC: 'Make room on that file system and run it again.',
	EROFS: 'Name a place on a writable file system.',
	EMFILE: 'Raise the limit of open files (ulimit -n).',
};

function describeSystemError(error: SystemCallError): Description {
	const [code, words] = getSystemErrorMap().get(error.errno) ?? [error.code ?? '', error.message];
	const call = `cannot ${error.syscall}${error.path === undefined ? '' : ` ${error.path}`}`;
	const isPermission = code === 'EACCES' || code === 'EPERM';
	return {
		message: `${call}: ${words}`,
		hint: systemErrorHints[code],
		exitStatus: isPermission ? exitStatus.lacking : exitStatus.failed,
	};
}

function traceLines(error: unknown): string[] {
	if (error instanceof SuppressedError) {
		const {message} = describe(firstFailure(error.error));
		const after = `  then, cleaning up: ${message}`;
		return [...traceLines(error.suppressed), after, ...traceLines(error.error)];
	}
	const lines: string[] = [];
	for (let cause = error; cause instanceof Error; cause = cause.cause)
		lines.push(
			...(cause === error ? [] : [`  caused by: ${cause.message}`]),
			...(cause.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')),
		);
	return lines;
}
