import * as v from 'valibot';
import {printableText} from '../tree/printable.ts';

/** Who decides how many machines of a group reboot at once. */
export interface FleetLockServer {
	/** Base of the API, without `v1`. */
	readonly url: string;
	readonly group: string;
}

export type FleetLockAnswer =
	| {readonly kind: 'granted'}
	/** The server says no; try again later. */
	| {readonly kind: 'denied'; readonly text: string}
	/** No server answered, or none that speaks FleetLock. */
	| {readonly kind: 'unreachable'; readonly text: string};

export interface FleetLockOptions {
	/** The machine's name in the group, see {@link machinePseudonym}. */
	readonly id: string;
	/** Ends the wait for an answer. */
	readonly signal: AbortSignal;
	readonly fetch?: typeof fetch;
}

const maxAnswerBytes = 64 << 10;
const longestText = 200;
const errorSchema = v.object({kind: v.string(), value: v.string()});

/**
 * Asks for the right to reboot; a machine that has it already gets it again. Whatever goes wrong is an
 * answer: the machine waits then.
 * @see https://coreos.github.io/zincati/development/fleetlock/protocol/
 */
export function lockReboot(
	server: FleetLockServer,
	options: FleetLockOptions,
): Promise<FleetLockAnswer> {
	return ask(server, 'v1/pre-reboot', options);
}

/** Gives that right back, once the machine runs well again. Doing it twice is harmless. */
export function unlockReboot(
	server: FleetLockServer,
	options: FleetLockOptions,
): Promise<FleetLockAnswer> {
	return ask(server, 'v1/steady-state', options);
}

async function ask(
	{url, group}: FleetLockServer,
	endpoint: string,
	{id, signal, fetch: send = fetch}: FleetLockOptions,
): Promise<FleetLockAnswer> {
	const base = url.endsWith('/') ? url : `${url}/`;
	try {
		const response = await send(new URL(endpoint, base), {
			method: 'POST',
			headers: {'content-type': 'application/json', 'fleet-lock-protocol': 'true'},
			body: JSON.stringify({client_params: {group, id}}),
			redirect: 'manual',
			signal,
		});
		if (response.ok) {
			await response.body?.cancel();
			return {kind: 'granted'};
		}
		return refusal(url, response.status, await readStart(response));
	} catch (error) {
		return {kind: 'unreachable', text: `${url} does not answer: ${reasonOf(error)}`};
	}
}

function refusal(url: string, status: number, body: string): FleetLockAnswer {
	const answer = v.safeParse(errorSchema, parseJson(body));
	if (!answer.success)
		return {kind: 'unreachable', text: `${url} is no FleetLock server: status ${status}`};
	const {kind, value} = answer.output;
	return {kind: 'denied', text: `${url} says ${shorten(kind)}: ${shorten(value)}`};
}

/** As much of the body as an answer may have. */
async function readStart(response: Response): Promise<string> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of response.body ?? []) {
		chunks.push(chunk);
		size += chunk.length;
		if (size > maxAnswerBytes) break;
	}
	return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function shorten(text: string): string {
	return printableText(text.slice(0, longestText));
}

/** fetch says only that it failed; the reason lies beneath. */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const {cause} = error;
	return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
