import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';
import type {System} from '../system/system.ts';

/** A service that does not answer by then is as good as none. */
const timeLimitSeconds = 10;

/**
 * Calls a method of a service on the system bus; gives the reply as JSON.
 * @param args object, interface, method and, with a signature before them, what the method takes
 * @throws CommandFailed when there is no such service, object or method, or no bus
 */
export async function callBus(
	system: Pick<System, 'run'>,
	service: string,
	...args: readonly string[]
): Promise<string> {
	const options = ['--system', '--json=short', `--timeout=${timeLimitSeconds}`];
	return (await system.run('busctl', [...options, 'call', service, ...args])).stdout;
}

/**
 * What a reply holds.
 * @param signature of the reply, as D-Bus writes it
 * @throws DamagedInput
 */
export function parseReply<const Schema extends v.GenericSchema>(
	reply: string,
	signature: string,
	schema: Schema,
): v.InferOutput<Schema> {
	const whole = v.object({type: v.literal(signature), data: v.unknown()});
	const result = v.safeParse(whole, parseJson(reply));
	if (!result.success) throw new DamagedInput(`the reply of a service is not ${signature}`);
	const content = v.safeParse(schema, result.output.data);
	if (content.success) return content.output;
	const place = v.getDotPath(content.issues[0]) ?? 'it';
	throw new DamagedInput(`the reply of a service has no ${place} of the type it should have`);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new DamagedInput('the reply of a service is not JSON', {cause});
	}
}
