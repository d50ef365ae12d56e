import {EngineError} from '../../../../engine/errors.ts';

/** What work fails with, for a person. @throws when it works, or fails in another way */
export async function failure(work: () => unknown): Promise<EngineError> {
	try {
		await work();
	} catch (error) {
		if (error instanceof EngineError) return error;
		throw error;
	}
	throw new Error('it worked');
}

/** Code and message, as `code: message`. */
export async function told(work: () => unknown): Promise<string> {
	const {code, message} = await failure(work);
	return `${code}: ${message}`;
}
