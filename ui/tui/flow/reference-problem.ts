import {EngineError} from '../../../engine/errors.ts';
import {parseReference} from '../../../engine/oci/reference.ts';

/** Why a text is no reference to an image; undefined when it is one, or nothing at all. */
export function noReferenceProblem(text: string): string | undefined {
	if (text === '') return undefined;
	try {
		parseReference(text);
		return undefined;
	} catch (error) {
		if (error instanceof EngineError) return error.message;
		throw error;
	}
}
