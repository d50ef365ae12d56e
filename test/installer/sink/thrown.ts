import * as assert from 'uvu/assert';

type ErrorClass<T> = abstract new (...args: never[]) => T;

/** The error of a class that a function throws, for tests that look at it closely. */
export function thrown<T extends Error>(type: ErrorClass<T>, act: () => unknown): T {
	try {
		act();
	} catch (error) {
		return ofClass(type, error);
	}
	throw new Error('it did not throw');
}

/** The error of a class that a promise is rejected with. */
export async function thrownBy<T extends Error>(
	type: ErrorClass<T>,
	promise: Promise<unknown>,
): Promise<T> {
	try {
		await promise;
	} catch (error) {
		return ofClass(type, error);
	}
	throw new Error('it did not throw');
}

function ofClass<T extends Error>(type: ErrorClass<T>, error: unknown): T {
	if (error instanceof type) return error;
	assert.unreachable(`${error} is no ${type.name}`);
	throw error;
}
