/**
 * Base of every error that a person may see. The message is one line and carries the wrong value;
 * `hint` is the next step, in the imperative. `code` is for callers and tests, and stable; programs
 * that run slipway go by the exit status.
 */
export abstract class EngineError extends Error {
	abstract readonly code: string;
	/** Exit status of the command line that ends with this error; see {@link exitStatus}. */
	readonly exitStatus: number = exitStatus.failed;
	readonly hint: string | undefined;

	constructor(message: string, {hint, cause}: {hint?: string; cause?: unknown} = {}) {
		super(message, cause === undefined ? undefined : {cause});
		this.name = new.target.name;
		this.hint = hint;
	}
}

/** What failed, without what then failed while it was cleaned up after: that follows from it, or matters less. */
export function firstFailure(error: unknown): unknown {
	let first = error;
	while (first instanceof SuppressedError) first = first.suppressed;
	return first;
}

/** What a process of slipway exits with. In the README and `slipway help exit-status`; never renumbered. */
export const exitStatus = {
	/** Done as asked. */
	ok: 0,
	/** It was tried and failed, or a defect in slipway itself. */
	failed: 1,
	/** The command line is wrong. */
	usage: 2,
	/** A check before the first write said no. Nothing was changed. */
	refused: 3,
	/** Data read is damaged, hostile or not what it claims to be. */
	damaged: 4,
	/** The process lacks a privilege, or the host a tool. Nothing was changed. */
	lacking: 5,
} as const;

/** Input that is not what its format says; `offset` is in bytes from the start of that input. */
export class DamagedInput extends EngineError {
	readonly code = 'damaged-input';
	override readonly exitStatus: number = exitStatus.damaged;
	readonly offset: number | undefined;

	constructor(
		message: string,
		{offset, ...options}: {offset?: number; hint?: string; cause?: unknown} = {},
	) {
		super(offset === undefined ? message : `${message} (at byte ${offset})`, options);
		this.offset = offset;
	}
}

/** A check before the first write said no. */
export class Refused extends EngineError {
	readonly code: string;
	override readonly exitStatus: number = exitStatus.refused;

	constructor(code: string, message: string, options: {hint?: string; cause?: unknown} = {}) {
		super(message, options);
		this.code = code;
	}
}

/** A privilege, kernel feature or program that the work needs is not there. */
export class Lacking extends EngineError {
	readonly code: string;
	override readonly exitStatus: number = exitStatus.lacking;

	constructor(code: string, message: string, options: {hint?: string; cause?: unknown} = {}) {
		super(message, options);
		this.code = code;
	}
}

/** A value given by a person that cannot be understood: an option, a file of settings. */
export class UsageError extends EngineError {
	readonly code = 'usage';
	override readonly exitStatus: number = exitStatus.usage;
}

/** Something was tried and did not work. */
export class OperationFailed extends EngineError {
	readonly code: string;

	constructor(code: string, message: string, options: {hint?: string; cause?: unknown} = {}) {
		super(message, options);
		this.code = code;
	}
}
