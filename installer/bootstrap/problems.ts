import {type EngineError, Refused, UsageError} from '../../engine/errors.ts';

interface Options {
	readonly hint: string;
}

/** Collects all that is wrong with what a person asked for, so that it is told in one go. */
export class Problems {
	readonly found: EngineError[] = [];

	/** What does not fit the image, or the other answers. */
	refuse(code: string, message: string, {hint}: Options): void {
		this.found.push(new Refused(code, message, {hint}));
	}

	/** A value that is none of its kind, whatever the image. */
	usage(message: string, {hint}: Options): void {
		this.found.push(new UsageError(message, {hint}));
	}

	/** What a function finds wrong is one of them; gives undefined then. @throws all else */
	guard<T>(act: () => T): T | undefined {
		try {
			return act();
		} catch (error) {
			if (!(error instanceof UsageError || error instanceof Refused)) throw error;
			this.found.push(error);
			return undefined;
		}
	}
}
